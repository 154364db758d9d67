/**
 * The few words that say how an update went. They stay on the GPU, so that a step waits for nothing; read them when a
 * loss is read.
 */
export const REPORT = {
  /** ‖g‖₂ as the bits of an f32; of the finite elements only, where some are not. */
  norm: 0,
  /** 1 if every element of the gradient, the norm and the loss are finite, else 0. */
  finite: 1,
  /** Index of the first element that is not finite, else 0xffffffff. */
  firstBad: 2,
  /** Updates left out so far because something was not finite; cleared by whoever made the buffer. */
  skipped: 3,
} as const;

/** Words of a report. */
export const REPORT_WORDS = 4;

export interface UpdateReport {
  readonly norm: number;
  readonly finite: boolean;
  /** Element of the flat gradient that is infinite or NaN, the first of them. */
  readonly firstBad: number | undefined;
  readonly skipped: number;
}

/** What the words of a report mean. */
export function readReport(words: Uint32Array): UpdateReport {
  const word = (at: number): number => words[at] ?? 0;
  const norm = new Float32Array(Uint32Array.of(word(REPORT.norm)).buffer)[0] ?? 0;
  const finite = word(REPORT.finite) === 1;
  const firstBad = word(REPORT.firstBad);
  return { norm, finite, firstBad: firstBad === 0xffffffff ? undefined : firstBad, skipped: word(REPORT.skipped) };
}
