import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** A README by the module that serves its example, and the test whose imports the example's are resolved as. */
const EXAMPLES: Readonly<Record<string, { readonly readme: string; readonly place: string; readonly nth?: number }>> = {
  "virtual:readme-example": { readme: at("README.md"), place: `${at("apps/train/src/readme.gpu.test.ts")}?example` },
  "virtual:readme-example/attention": {
    readme: at("packages/attention/README.md"),
    place: `${at("packages/attention/src/readme.gpu.test.ts")}?example`,
  },
  "virtual:readme-example/nn": {
    readme: at("packages/nn/README.md"),
    place: `${at("packages/nn/src/readme.gpu.test.ts")}?example`,
  },
  "virtual:readme-example/seq2seq": {
    readme: at("packages/seq2seq/README.md"),
    place: `${at("packages/seq2seq/src/readme.gpu.test.ts")}?example`,
  },
  "virtual:readme-example/seq2seq/captions": {
    readme: at("packages/seq2seq/README.md"),
    place: `${at("packages/seq2seq/src/readme.gpu.test.ts")}?captions`,
    nth: 2,
  },
};

/** Serves the first TypeScript block of a README that is whole, and so begins with its imports, or the nth after it, as the module `virtual:readme-example` or one below it. */
export function readmeExample(): Plugin {
  return {
    name: "readme-example",
    enforce: "pre",
    resolveId: (id) => EXAMPLES[id]?.place ?? null,
    async load(id) {
      const found = Object.values(EXAMPLES).find(({ place }) => place === id);
      if (!found) return null;
      this.addWatchFile(found.readme);
      const blocks = [...(await readFile(found.readme, "utf8")).matchAll(/```ts\n(import [\s\S]*?)```/g)];
      const example = blocks[found.nth ?? 0]?.[1];
      if (!example) throw new Error(`${found.readme} has no TypeScript block that begins with its imports.`);
      return example;
    },
  };
}
