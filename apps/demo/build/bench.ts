import { fileURLToPath } from "node:url";
import { build, type Plugin, type ResolvedConfig } from "vite";

const bench = fileURLToPath(new URL("../../bench", import.meta.url));

/** The gallery's page has a title, an introduction, a margin and a main region of its own. */
const embedded: Plugin = {
  name: "embedded",
  transformIndexHtml: (html) => ({
    html: html.replace('<main id="app"></main>', '<div id="app"></div>'),
    tags: [
      { tag: "style", injectTo: "head", children: "#app { padding: 2px } #app > h1, #app > h1 + p { display: none }" },
    ],
  }),
};

/**
 * Builds the page of apps/bench into bench/, a document of its own that the gallery's page shows: an app imports no other.
 * What it emits is in the bundle before the service worker lists it, so it works offline too.
 */
export function benchPage(): Plugin {
  let config: ResolvedConfig;
  return {
    name: "bench-page",
    apply: "build",
    configResolved(resolved) {
      config = resolved;
    },
    async generateBundle() {
      const built = await build({
        configFile: `${bench}/vite.config.ts`,
        root: `${bench}/src/page`,
        logLevel: "warn",
        resolve: { conditions: config.resolve.conditions },
        build: { write: false, sourcemap: config.build.sourcemap },
        plugins: [embedded],
      });
      if (!("output" in built)) throw new Error("The bench should be built once.");
      for (const file of built.output) {
        const source = file.type === "chunk" ? file.code : file.source;
        this.emitFile({ type: "asset", fileName: `bench/${file.fileName}`, source });
      }
    },
  };
}
