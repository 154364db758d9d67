import { expect, test, vi } from "vitest";
import { serveDirectory } from "./serve-directory";
import { serveSite } from "./serve-site";

test("a port that is taken is said, with what to type for another", async () => {
  const taken = await serveDirectory(".");
  const port = Number(new URL(taken.url).port);
  const said = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const arguments_ = process.argv;
  const code = process.exitCode;
  process.argv = ["node", "cli.js"];
  try {
    serveSite({ command: "npm run demo", what: "gallery", folder: ".", port });
    await expect.poll(() => said.mock.calls.length).toBe(1);
    expect(said.mock.calls[0]?.[0]).toBe(
      `unroll: something else is served at port ${port}. Close it, or choose another: npm run demo -- --port ${port + 1}\n`,
    );
    expect(process.exitCode).toBe(1);
  } finally {
    process.argv = arguments_;
    process.exitCode = code;
    said.mockRestore();
    await taken.close();
  }
});
