// What the command line and the page tell each other. All of it is JSON. Both sides are built together, so a message is
// taken to be what its `kind` says.

/** What the page finds in `window.unrollInput`. */
export type Start = {
  files: { family: string; url: string }[];
  /** Only cases with this in "family/name" are run; all when empty. */
  filter: string;
};

/** How one output of a case compared with the numbers stated for it. */
export type CheckReport = {
  what: string;
  ok: boolean;
  /** The largest |actual − expected|; null where it is not a finite number, or shapes differ. */
  error: number | null;
  absolute: number;
  relative: number;
  /** What is wrong, if anything. */
  message: string | null;
};

export type CaseStatus = "passed" | "failed" | "unsupported";

/** How one case went. */
export type CaseReport = {
  family: string;
  name: string;
  status: CaseStatus;
  /** The largest |actual − expected| over all its outputs; null where nothing could be compared. */
  error: number | null;
  /** What that output was allowed. */
  absolute: number | null;
  relative: number | null;
  /** Why it failed, or why it cannot run yet. */
  reason: string | null;
  stack: string | null;
  checks: CheckReport[];
};

/** Page to command line. */
export type PageMessage =
  | { kind: "adapter"; name: string }
  | { kind: "case"; report: CaseReport }
  | { kind: "done" }
  | { kind: "failure"; message: string; stack: string };
