import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import temml from "temml";
import type { Plugin } from "vite";

/**
 * `import url from "./equations.tex"` is the address of that file as MathML, made while building, so that no page carries a
 * typesetter, nor what is read and not run. Equations stand apart by blank lines.
 */
export function equations(): Plugin {
  let isBuild = true;
  return {
    name: "equations",
    enforce: "pre",
    configResolved({ command }) {
      isBuild = command === "build";
    },
    async load(id) {
      if (!id.endsWith(".tex")) return null;
      this.addWatchFile(id);
      const source = await readFile(id, "utf8");
      const written = source.split(/\n\s*\n/).map((equation) => equation.trim());
      const html = written
        .filter((equation) => equation !== "")
        .map((equation) => temml.renderToString(equation, { displayMode: true, throwOnError: true, annotate: true }))
        .map((mathml) => `<div class="equation">${mathml}</div>`)
        .join("\n");
      if (!isBuild) return `export default ${JSON.stringify(`data:text/html,${encodeURIComponent(html)}`)};`;
      const asset = this.emitFile({ type: "asset", name: `${basename(id)}.html`, source: html });
      return `export default import.meta.ROLLUP_FILE_URL_${asset};`;
    },
  };
}
