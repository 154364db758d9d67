import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { serveDirectory } from "@unroll/testing/node";

const HELP = `npm run docs -- [--port N]

Builds the documentation and serves it on this machine, until Ctrl+C is pressed.

  --port N   where it is served; 4174 when absent
  --help     this text
`;

/** @throws Error if it is no port */
function portOf(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port < 65_536) return port;
  throw new Error(`--port should be a whole number from 0 to 65535 but is ${text}.`);
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { port: { type: "string" }, help: { type: "boolean" } } });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const site = fileURLToPath(new URL("site", import.meta.url));
  const { url } = await serveDirectory(site, { port: portOf(values.port ?? "4174") });
  process.stdout.write(`The documentation is at ${url}/ until you press Ctrl+C.\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`unroll: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
