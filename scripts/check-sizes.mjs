import "./lib/node-version.mjs";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { publishedPackages } from "./lib/pack.mjs";
import { root } from "./lib/root.mjs";

// Everything a built package exports, minified, without its siblings: the most that a page can be made to load.
const limits = JSON.parse(readFileSync(join(root, "scripts", "size-limits.json"), "utf8"));

for (const { name, folder } of publishedPackages()) {
  const { outputFiles } = await build({
    entryPoints: [join(folder, "dist", "index.js")],
    bundle: true,
    external: ["@unroll/*"],
    format: "esm",
    minify: true,
    write: false,
  });
  const size = gzipSync(outputFiles[0]?.contents ?? new Uint8Array(), { level: 9 }).length;
  const limit = limits[name];
  const verdict = limit === undefined ? "has no limit in scripts/size-limits.json" : `of ${limit} bytes`;
  process.stdout.write(`${name}: ${size} ${verdict}, gzipped\n`);
  if (limit === undefined || size > limit) {
    process.stderr.write(`${name} is too large. Make it smaller, or raise its limit and say why in the commit.\n`);
    process.exitCode = 1;
  }
}
