import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize, resolve, sep } from "node:path";

const types: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".csv": "text/csv; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".map": "application/json; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".wgsl": "text/plain; charset=utf-8",
};

export type DirectoryServer = { url: string; close(): Promise<void> };

export type ServeOptions = {
  /** Further folders, by the first part of their path: `{ data: "/some/folder" }` is served under `/data/`. */
  mounts?: Readonly<Record<string, string>> | undefined;
  /** The system picks one when absent. */
  port?: number | undefined;
};

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && ["ENOENT", "EISDIR", "ENOTDIR"].includes(String(error.code));
}

/** The first of some files that there is. */
async function firstOf(files: readonly string[]): Promise<{ file: string; body: Buffer } | undefined> {
  for (const file of files) {
    try {
      return { file, body: await readFile(file) };
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
  return undefined;
}

/**
 * Serves the files of a folder on 127.0.0.1, where pages count as secure and so have WebGPU. As on most hosts of static files
 * `/guide/ctc` is the file guide/ctc.html, and what there is no file for has the site's 404.html, if it has one.
 */
export async function serveDirectory(
  directory: string,
  { mounts = {}, port = 0 }: ServeOptions = {},
): Promise<DirectoryServer> {
  const folders = new Map(Object.entries(mounts));

  const fileOf = (path: string): string | undefined => {
    const [, first = "", ...rest] = path.split("/");
    const mounted = folders.get(first);
    const root = resolve(mounted ?? directory);
    const file = join(root, normalize(`/${(mounted === undefined ? [first, ...rest] : rest).join("/")}`));
    return file === root || file.startsWith(root + sep) ? file : undefined;
  };

  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://127.0.0.1");
    const path = pathname.endsWith("/") ? `${pathname}index.html` : pathname;
    const answer = (status: number, file: string, body: Buffer) => {
      const type = types[extname(file).toLowerCase()] ?? "application/octet-stream";
      response.writeHead(status, { "content-type": type, "cache-control": "no-store" }).end(body);
    };
    try {
      const file = fileOf(decodeURIComponent(path));
      const found = file === undefined ? undefined : await firstOf([file, `${file}.html`]);
      if (found) answer(200, found.file, found.body);
      // Chrome asks for this by itself; a 404 would show as an error of the page.
      else if (pathname === "/favicon.ico") response.writeHead(204).end();
      else {
        const page = await firstOf([join(directory, "404.html")]);
        if (page) answer(404, page.file, page.body);
        else response.writeHead(404, { "content-type": "text/plain" }).end(`no file ${pathname}`);
      }
    } catch (error) {
      response.writeHead(500, { "content-type": "text/plain" }).end(String(error));
    }
  });

  await new Promise<void>((done, fail) => server.once("error", fail).listen(port, "127.0.0.1", done));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error(`no port: ${String(address)}`);
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise<void>((done, fail) => {
        server.closeAllConnections();
        server.close((error) => (error ? fail(error) : done()));
      }),
  };
}
