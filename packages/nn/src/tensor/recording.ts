import type { Tape } from "./tape";

let current: Tape | null = null;

/** The tape that operations are recorded on now, if on one. */
export const tapeNow = (): Tape | null => current;

/** Records on a tape, or off any, what `work` makes. */
export function recordWith<R>(tape: Tape | null, work: () => R): R {
  const before = current;
  current = tape;
  try {
    return work();
  } finally {
    current = before;
  }
}
