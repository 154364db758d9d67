// What the command line and the page tell each other. All of it is JSON. Both sides are built together, so a message is
// taken to be what its `kind` says.

import type { Failure, Report, Row } from "./report";

/** What the page finds in `window.unrollInput` when the command line drives it. */
export type Start = {
  filter: string | null;
  quick: boolean;
  /** Milliseconds for the samples of one row; null as the page thinks fit. */
  budgetMs: number | null;
  limits: "raised" | "default";
  choices: "measured" | "expected";
};

/** Page to command line. */
export type PageMessage =
  | { kind: "start"; head: Omit<Report, "rows" | "failures">; total: number }
  | { kind: "row"; row: Row }
  | { kind: "failure"; failure: Failure }
  | { kind: "done"; report: Report }
  | { kind: "error"; name: string; message: string; stack: string };
