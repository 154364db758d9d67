import type { PageMessage, Start } from "../protocol";
import { runBench } from "../run-bench";
import { runtimeName } from "./runtime";

/** Measures what the command line asks for, and sends it every row. */
export async function runDriven(
  { filter, quick, budgetMs, limits, choices }: Start,
  send: (message: PageMessage) => Promise<unknown>,
): Promise<void> {
  try {
    const report = await runBench({
      filter: filter ?? undefined,
      quick,
      budgetMs: budgetMs ?? undefined,
      open: { limits, choices: { policy: choices } },
      runtime: runtimeName(navigator.userAgent),
      onStart: (head, total) => void send({ kind: "start", head, total }),
      onRow: (row) => void send({ kind: "row", row }),
      onFailure: (failure) => void send({ kind: "failure", failure }),
    });
    await send({ kind: "done", report });
  } catch (cause) {
    const { name, message, stack = "" } = cause instanceof Error ? cause : new Error(String(cause));
    await send({ kind: "error", name, message, stack });
  }
}
