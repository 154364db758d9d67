import { type ErrorFacts, UnrollError } from "@unroll/kernels";

/** What of a checkpoint does not fit what it is loaded into. */
export type CheckpointPart = "file" | "version" | "optimizer" | "generators" | "vocabulary";

/** A checkpoint cannot be loaded here: `part` says what differs, and the message which. Nothing was changed. */
export class CheckpointError extends UnrollError {
  override readonly name = "CheckpointError";
  readonly part: CheckpointPart;

  constructor(part: CheckpointPart, facts: ErrorFacts) {
    super(facts);
    this.part = part;
  }
}
