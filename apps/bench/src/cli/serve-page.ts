import { serveDirectory } from "@unroll/testing/node";
import type { Stream } from "./progress";

/** Serves the page until the process is interrupted. */
export async function servePage(pageDirectory: string, out: Stream, signal: AbortSignal): Promise<void> {
  const server = await serveDirectory(pageDirectory);
  out.write(`The bench is at ${server.url}/ until you press Ctrl+C.\n`);
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
  await server.close();
}
