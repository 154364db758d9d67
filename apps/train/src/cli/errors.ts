/** The command line was not understood: told to the user with what there is, exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** A task cannot be done, or failed in the browser: the message is all that a user needs, exit code 1. */
export class TaskError extends Error {
  override readonly name: string = "TaskError";
}

/** An error that was thrown in the browser, with its name and stack there. */
export class BrowserTaskError extends TaskError {
  constructor(
    override readonly name: string,
    message: string,
    override readonly stack: string,
  ) {
    super(message);
  }
}

/** Names of errors that nobody throws to tell a user something. */
const FAULTS = ["Error", "TypeError", "RangeError", "ReferenceError", "SyntaxError"];

/** The error that a name, message and stack from the browser stand for: one for the user, or a fault with its stack. */
export function browserError({ name, message, stack }: { name: string; message: string; stack: string }): Error {
  if (!FAULTS.includes(name)) return new BrowserTaskError(name, message, stack);
  return Object.assign(new Error(message), { name, stack: stack || message });
}
