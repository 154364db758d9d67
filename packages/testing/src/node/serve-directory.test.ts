import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type DirectoryServer, serveDirectory } from "./serve-directory";

let root: string;
let server: DirectoryServer;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "unroll-serve-"));
  const site = await mkdtemp(join(root, "site"));
  const data = await mkdtemp(join(root, "data"));
  await writeFile(join(root, "secret.txt"), "secret");
  await writeFile(join(site, "index.html"), "<p>home</p>");
  await writeFile(join(site, "a b.js"), "export {}");
  await writeFile(join(data, "names.txt"), "Ada");
  server = await serveDirectory(site, { mounts: { data } });
});

afterAll(async () => {
  await server.close();
  await rm(root, { recursive: true });
});

/** Asks for a path as it stands, where `fetch` would resolve its dots first. */
function ask(path: string): Promise<{ status: number | undefined; type: string | undefined; body: string }> {
  return new Promise((resolve, reject) => {
    get(`${server.url}/`, { path }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        body += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode, type: response.headers["content-type"], body }));
    }).on("error", reject);
  });
}

test("files come with their type, folders as their index.html, mounts from elsewhere", async () => {
  expect(await ask("/")).toEqual({ status: 200, type: "text/html; charset=utf-8", body: "<p>home</p>" });
  expect(await ask("/a%20b.js")).toEqual({ status: 200, type: "text/javascript; charset=utf-8", body: "export {}" });
  expect(await ask("/data/names.txt")).toEqual({ status: 200, type: "text/plain; charset=utf-8", body: "Ada" });
});

test.each(["/../secret.txt", "/%2e%2e/secret.txt", "/data/../../secret.txt", "/data/..%2f..%2fsecret.txt", "/none.js"])(
  "%s is not found",
  async (path) => {
    const { status, body } = await ask(path);
    expect(status).toBe(404);
    expect(body).not.toContain("secret\n");
    expect(body).not.toBe("secret");
  },
);

test("a page is found without its ending, and what is nowhere has the site's own page for that", async () => {
  const site = await mkdtemp(join(root, "site"));
  await writeFile(join(site, "guide.html"), "<p>guide</p>");
  const own = await serveDirectory(site);
  const statusAndText = async (path: string) => {
    const response = await fetch(`${own.url}${path}`);
    return [response.status, response.headers.get("content-type"), await response.text()];
  };
  const html = "text/html; charset=utf-8";
  expect(await statusAndText("/guide")).toEqual([200, html, "<p>guide</p>"]);
  expect(await statusAndText("/giude")).toEqual([404, "text/plain", "no file /giude"]);
  await writeFile(join(site, "404.html"), "<p>nothing here</p>");
  expect(await statusAndText("/giude")).toEqual([404, html, "<p>nothing here</p>"]);
  await own.close();
});

test("it listens on the loopback address only", () => {
  expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
});
