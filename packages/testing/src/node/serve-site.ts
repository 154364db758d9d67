import { parseArgs } from "node:util";
import { serveDirectory } from "./serve-directory";

export interface SiteCommand {
  /** The command, as it is typed: "npm run demo". */
  readonly command: string;
  /** What is served: "gallery". */
  readonly what: string;
  /** The built site. */
  readonly folder: string;
  /** Where it is served unless `--port` says so. */
  readonly port: number;
}

/**
 * The whole of a command that serves a built site on this machine until Ctrl+C is pressed. What fails is one line on standard
 * error, and an exit code of 1.
 */
export function serveSite(site: SiteCommand): void {
  serve(site).catch((error: unknown) => {
    process.stderr.write(`unroll: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}

async function serve({ command, what, folder, port }: SiteCommand): Promise<void> {
  const { values } = parseArgs({ options: { port: { type: "string" }, help: { type: "boolean" } } });
  if (values.help) {
    process.stdout.write(`${command} -- [--port N]

Builds the ${what} and serves it on this machine, until Ctrl+C is pressed.

  --port N   where it is served; ${port} when absent
  --help     this text
`);
    return;
  }
  const wanted = portOf(values.port ?? String(port));
  const { url } = await serveDirectory(folder, { port: wanted }).catch((error: unknown) => {
    if (!isTaken(error)) throw error;
    const another = `${command} -- --port ${wanted + 1}`;
    throw new Error(`something else is served at port ${wanted}. Close it, or choose another: ${another}`);
  });
  process.stdout.write(`The ${what} is at ${url}/ until you press Ctrl+C.\n`);
}

function isTaken(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EADDRINUSE";
}

/** @throws Error if it is no port */
function portOf(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port < 65_536) return port;
  throw new Error(`--port should be a whole number from 0 to 65535 but is ${text}.`);
}
