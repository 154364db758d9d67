import type { Plugin } from "vite";
import { names } from "./data/names";
import { pronunciations } from "./data/pronunciations";
import { prose } from "./data/prose";
import { sourceCode } from "./data/source-code";

/** A file that is made while building, from a package or from sources. */
export interface MadeFile {
  readonly name: string;
  make(): Promise<string>;
}

const FILES: readonly MadeFile[] = [names, pronunciations, prose, sourceCode];
const PREFIX = "made:";
/** Ends what stands for a file, so that none is taken for the JSON that it is the address of. */
const SUFFIX = ":address";

/**
 * `import url from "made:names.json"` is the address of a file beside the scripts, made while building: fetched by the
 * page that needs it, and kept by the service worker.
 */
export function data(): Plugin {
  let isBuild = true;
  const fileOf = (name: string): MadeFile => {
    const file = FILES.find((each) => each.name === name);
    if (!file) throw new Error(`${PREFIX}${name} is none of ${FILES.map((each) => each.name).join(", ")}.`);
    return file;
  };
  return {
    name: "data",
    enforce: "pre",
    configResolved({ command }) {
      isBuild = command === "build";
    },
    configureServer({ middlewares }) {
      middlewares.use("/made/", (request, response, next) => {
        const name = request.url?.replace(/^\/|\?.*$/g, "");
        fileOf(name ?? "")
          .make()
          .then((content) => response.end(content), next);
      });
    },
    resolveId(id) {
      return id.startsWith(PREFIX) ? `\0${id}${SUFFIX}` : null;
    },
    async load(id) {
      if (!id.startsWith(`\0${PREFIX}`)) return null;
      const file = fileOf(id.slice(PREFIX.length + 1, -SUFFIX.length));
      if (!isBuild) return `export default ${JSON.stringify(`/made/${file.name}`)};`;
      const asset = this.emitFile({ type: "asset", name: file.name, source: await file.make() });
      return `export default import.meta.ROLLUP_FILE_URL_${asset};`;
    },
  };
}
