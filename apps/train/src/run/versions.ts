import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const PACKAGES = ["@unroll/kernels", "@unroll/nn", "@unroll/data"] as const;

/** The versions of what a run depends on, by name. */
export async function readVersions(browser: string): Promise<Record<string, string>> {
  const packages = await Promise.all(
    PACKAGES.map(async (name) => {
      const file = fileURLToPath(import.meta.resolve(`${name}/package.json`));
      const { version } = JSON.parse(await readFile(file, "utf8")) as { version: string };
      return [name, version] as const;
    }),
  );
  return { ...Object.fromEntries(packages), node: process.versions.node, browser };
}
