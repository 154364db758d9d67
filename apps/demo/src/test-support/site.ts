import { fileURLToPath } from "node:url";
import { closeChrome, type LaunchOptions, launchChrome, serveDirectory } from "@unroll/testing/node";
import { build } from "vite";

const root = fileURLToPath(new URL("../..", import.meta.url));

export type Browser = Awaited<ReturnType<typeof launchChrome>>;
export type Page = Awaited<ReturnType<Browser["newPage"]>>;

/** The gallery, built from sources and served, with a browser before it. */
export interface Site extends AsyncDisposable {
  readonly url: string;
  readonly browser: Browser;
}

/** @param folder where it is built */
export async function openSite(folder: string, options: LaunchOptions = {}): Promise<Site> {
  await build({
    root,
    configFile: `${root}/vite.config.ts`,
    logLevel: "error",
    resolve: { conditions: ["@unroll/source", "module", "browser", "development|production", "default"] },
    build: { outDir: folder, emptyOutDir: true, sourcemap: false },
  });
  const server = await serveDirectory(folder);
  const browser = await launchChrome({ adapter: "software", ...options });
  return {
    url: server.url,
    browser,
    async [Symbol.asyncDispose]() {
      await closeChrome(browser);
      await server.close();
    },
  };
}
