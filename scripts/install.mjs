import "./lib/node-version.mjs";
import { install } from "./lib/install.mjs";

try {
  install();
} catch (error) {
  process.stderr.write(`unroll: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
