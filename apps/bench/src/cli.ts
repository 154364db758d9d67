import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { main } from "./cli/main";

const interrupted = new AbortController();
if (process.argv.includes("--page")) process.once("SIGINT", () => interrupted.abort());

// This file is built to apps/bench/dist/cli.js, beside the page.
const pageDirectory = resolve(fileURLToPath(new URL(".", import.meta.url)), "page");
const { stdout, stderr } = process;
process.exitCode = await main(process.argv.slice(2), { stdout, stderr, pageDirectory, signal: interrupted.signal });
