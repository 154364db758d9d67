import { readFileSync } from "node:fs";
import { basename, dirname, relative, resolve, sep } from "node:path";
import { buildSync, type Plugin } from "esbuild";
import { defineConfig } from "tsup";
import { stripWgsl } from "./scripts/lib/strip-wgsl.mjs";

/** The folder that tsup was started in: that of the package. */
const folder = process.cwd();

/** The sources behind the package's `exports`. */
function entries(): string[] {
  const { exports }: { exports: Record<string, { "@unroll/source"?: string }> } = JSON.parse(
    readFileSync(resolve(folder, "package.json"), "utf8"),
  );
  return Object.values(exports).flatMap((conditions) => conditions["@unroll/source"] ?? []);
}

/** All sources of the package that these reach, relative to its folder. */
function reached(from: readonly string[]): string[] {
  const { metafile } = buildSync({
    absWorkingDir: folder,
    entryPoints: [...from],
    bundle: true,
    packages: "external",
    format: "esm",
    metafile: true,
    write: false,
    outdir: "dist",
  });
  return Object.keys(metafile.inputs);
}

/** Leaves every import of a neighbour an import, of the file that the neighbour becomes. */
const fileByFile: Plugin = {
  name: "file-by-file",
  setup({ onResolve, resolve: find }) {
    onResolve({ filter: /^\./ }, async ({ kind, path, importer, resolveDir, pluginData }) => {
      if (kind === "entry-point" || pluginData === fileByFile.name) return undefined;
      const found = await find(path, { kind, importer, resolveDir, pluginData: fileByFile.name });
      if (found.errors.length > 0) return { errors: found.errors };
      const place = relative(dirname(importer), found.path).split(sep).join("/").replace(/\.ts$/, ".js");
      return { path: place.startsWith(".") ? place : `./${place}`, external: true };
    });
  },
};

/** Leaves the indentation and the comments of WGSL out, where all templates of many lines are WGSL. */
const shortWgsl: Plugin = {
  name: "short-wgsl",
  setup({ onLoad }) {
    if (basename(folder) !== "kernels") return;
    onLoad({ filter: /\.ts$/ }, ({ path }) => ({ contents: stripWgsl(readFileSync(path, "utf8")), loader: "ts" }));
  },
};

const exported = entries();

/**
 * Of every package that has no configuration of its own: tsup looks for one upwards from the package's folder. It makes
 * a module of JavaScript for each source, so that a bundler can leave out those that a page does not need (`sideEffects:
 * false` speaks of modules), and puts the types of each entry into one file.
 */
export default defineConfig({
  entry: reached(exported),
  esbuildPlugins: [fileByFile, shortWgsl],
  format: "esm",
  target: "es2022",
  skipNodeModulesBundle: true,
  splitting: false,
  treeshake: false,
  sourcemap: true,
  dts: { entry: exported },
  clean: true,
});
