import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { main } from "./cli/main";

// This file is built to apps/train/dist/cli.js, beside the page.
const at = (...path: string[]) => resolve(fileURLToPath(new URL(".", import.meta.url)), ...path);

process.exitCode = await main(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  pageDirectory: at("page"),
  runs: at("..", "..", "..", "runs"),
});
