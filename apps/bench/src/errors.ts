/** The command line was not understood: told to the user with what there is, exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** A run cannot be made, or what it needs is missing: the message is all that a user needs, exit code 1. */
export class BenchError extends Error {
  override readonly name: string = "BenchError";
}

/** A file should be the JSON of a run and is not. */
export class ReportFormatError extends BenchError {
  override readonly name = "ReportFormatError";
}

/** Numbers of a software adapter were about to be shown without saying so. */
export class UnlabelledError extends Error {
  override readonly name = "UnlabelledError";
}
