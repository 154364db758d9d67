import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";

const readme = fileURLToPath(new URL("../../README.md", import.meta.url));
/** The example's imports are resolved as those of the test that runs it. */
const place = `${fileURLToPath(new URL("../../apps/train/src/readme.gpu.test.ts", import.meta.url))}?example`;

/** Serves the first TypeScript block of the README as the module `virtual:readme-example`. */
export function readmeExample(): Plugin {
  return {
    name: "readme-example",
    enforce: "pre",
    resolveId: (id) => (id === "virtual:readme-example" ? place : null),
    async load(id) {
      if (id !== place) return null;
      this.addWatchFile(readme);
      const example = /```ts\n([\s\S]*?)```/.exec(await readFile(readme, "utf8"))?.[1];
      if (!example) throw new Error("README.md has no TypeScript block.");
      return example;
    },
  };
}
