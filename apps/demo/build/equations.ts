import { readFile } from "node:fs/promises";
import temml from "temml";
import type { Plugin } from "vite";

/**
 * Turns `*.tex` files into MathML while building, so that no page carries a typesetter. Equations stand apart by blank
 * lines; the module's default export is the list of them.
 */
export function equations(): Plugin {
  return {
    name: "equations",
    enforce: "pre",
    async load(id) {
      if (!id.endsWith(".tex")) return null;
      this.addWatchFile(id);
      const source = await readFile(id, "utf8");
      const written = source.split(/\n\s*\n/).map((equation) => equation.trim());
      const list = written
        .filter((equation) => equation !== "")
        .map((equation) => temml.renderToString(equation, { displayMode: true, throwOnError: true, annotate: true }));
      return `export default ${JSON.stringify(list)};`;
    },
  };
}
