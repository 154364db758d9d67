import { readFile } from "node:fs/promises";
import { codeToHtml } from "shiki";
import type { Plugin } from "vite";

const QUERY = "?code";

/** `import html from "./model.ts?code"` is that file, coloured while building for a light and a dark screen. */
export function code(): Plugin {
  return {
    name: "code",
    enforce: "pre",
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
      });
      return `export default ${JSON.stringify(html)};`;
    },
  };
}
