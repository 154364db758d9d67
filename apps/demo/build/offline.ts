import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Plugin } from "vite";

/**
 * Writes `service-worker.js` into the build: a list of all its files before the code in build/service-worker.js, so that
 * the pages work without a network once they were loaded.
 */
export function offline(): Plugin {
  return {
    name: "offline",
    apply: "build",
    generateBundle: {
      order: "post", // an entry that does nothing but import another file is taken out at last
      async handler(_, bundle) {
        const files = ["./", ...Object.keys(bundle).filter((file) => !file.endsWith(".map"))].sort();
        const version = createHash("sha256");
        for (const [file, item] of Object.entries(bundle)) {
          version.update(file).update(item.type === "chunk" ? item.code : item.source);
        }
        const body = await readFile(new URL("./service-worker.js", import.meta.url), "utf8");
        const head = { version: version.digest("hex").slice(0, 16), files };
        this.emitFile({
          type: "asset",
          fileName: "service-worker.js",
          source: `const { version, files } = ${JSON.stringify(head)};\n${body}`,
        });
      },
    },
  };
}
