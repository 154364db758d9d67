import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "./root.mjs";

/** Says its process's number, and stays. */
const STAYS = "console.log(process.pid); setInterval(() => {}, 1000)";

test("who ends a command ends the program that it runs", async () => {
  const from = JSON.stringify(join(root, "scripts", "lib", "processes.mjs"));
  const command = `import { runNode } from ${from}; process.exitCode = await runNode(["-e", ${JSON.stringify(STAYS)}]);`;
  const parent = spawn(process.execPath, ["--input-type=module", "-e", command]);
  const [line] = await once(parent.stdout, "data");
  const child = Number(String(line));
  expect(process.kill(child, 0)).toBe(true);
  parent.kill("SIGTERM");
  const [status] = await once(parent, "close");
  expect(status).toBe(128 + 15);
  expect(() => process.kill(child, 0)).toThrow("ESRCH");
});
