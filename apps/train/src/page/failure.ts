import type { Failure } from "../protocol";

/** An error as JSON: structured clones of errors lose the names of their classes. */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { name: "Error", message: String(error), stack: "" };
  return { name: error.name, message: error.message, stack: error.stack ?? "" };
}
