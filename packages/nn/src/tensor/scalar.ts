import { tapeNow } from "./recording";

/**
 * A number that an operation uses and that may differ from step to step: a learning rate, a random draw, the 2 of
 * `mul(x, 2)`. It is no part of a plan's identity; a replayed plan reads the value afresh. A backward rule passes on
 * the very Scalar that its forward used, and cannot look inside: a number computed from it would be frozen in the plan.
 */
export class Scalar {
  /** Read when a plan runs, and nowhere else. */
  current: number;

  constructor(value: number) {
    this.current = value;
  }
}

/** A number for `run` and for a `defineOp` of one's own, inside `replay` as well. */
export function scalar(value: number): Scalar {
  const made = new Scalar(value);
  return tapeNow()?.scalar(made) ?? made;
}
