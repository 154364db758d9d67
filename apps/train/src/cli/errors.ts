/** The command line was not understood: told to the user with how to ask for help, exit code 2. */
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
