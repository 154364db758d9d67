import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { closeChrome, type LaunchOptions, launchChrome, serveDirectory } from "@unroll/testing/node";

const app = fileURLToPath(new URL("../..", import.meta.url));
const repository = fileURLToPath(new URL("../../../..", import.meta.url));

export type Browser = Awaited<ReturnType<typeof launchChrome>>;
export type Page = Awaited<ReturnType<Browser["newPage"]>>;

/** The gallery as it is deployed, served, with a browser before it. */
export interface Site extends AsyncDisposable {
  readonly url: string;
  readonly browser: Browser;
}

/** Builds the gallery, unless it is as its sources are, and opens it. */
export async function openSite(options: LaunchOptions = {}): Promise<Site> {
  const turbo = `${repository}node_modules/turbo/bin/turbo`;
  const build = ["run", "build", "--filter=@unroll/demo-app", "--output-logs=errors-only", "--ui=stream"];
  await promisify(execFile)(process.execPath, [turbo, ...build], { cwd: repository, maxBuffer: 2 ** 28 });
  const server = await serveDirectory(`${app}dist/site`);
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
