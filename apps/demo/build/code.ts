import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { codeToHtml } from "shiki";
import type { Plugin } from "vite";

const QUERY = "?code";

/**
 * `import url from "./model.ts?code"` is the address of that file as HTML, coloured while building for a light and a dark
 * screen: what is read, not run, is no part of the scripts.
 */
export function code(): Plugin {
  let isBuild = true;
  return {
    name: "code",
    enforce: "pre",
    configResolved({ command }) {
      isBuild = command === "build";
    },
    async resolveId(source, importer) {
      if (!source.endsWith(QUERY)) return null;
      const resolved = await this.resolve(source.slice(0, -QUERY.length), importer, { skipSelf: true });
      return resolved && `${resolved.id}${QUERY}`;
    },
    async load(id) {
      if (!id.endsWith(QUERY)) return null;
      const file = id.slice(0, -QUERY.length);
      this.addWatchFile(file);
      const html = await codeToHtml((await readFile(file, "utf8")).trimEnd(), {
        lang: "typescript",
        themes: { light: "github-light-high-contrast", dark: "github-dark-high-contrast" },
        defaultColor: "light-dark()",
        tabindex: false, // what is around it scrolls, and has the focus
      });
      if (!isBuild) return `export default ${JSON.stringify(`data:text/html,${encodeURIComponent(html)}`)};`;
      const asset = this.emitFile({ type: "asset", name: `${basename(file)}.html`, source: html });
      return `export default import.meta.ROLLUP_FILE_URL_${asset};`;
    },
  };
}
