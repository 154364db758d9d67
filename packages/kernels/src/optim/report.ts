/**
 * The few words that say how an update went. They stay on the GPU, so that a step waits for nothing; read them when a
 * loss is read.
 */
export const REPORT = {
  /** ‖g‖₂ as the bits of an f32; of the finite elements only, where some are not. */
  norm: 0,
  /** 1 if every element of the gradient, the norm and the loss are finite, else 0. */
  finite: 1,
  /** Index of the first element that is not finite, over all arrays of the gradient, else 0xffffffff. */
  firstBad: 2,
  /** Updates left out so far because something was not finite; cleared by whoever made the buffer. */
  skipped: 3,
  /** What the next loss of half precision is scaled by, as the bits of an f32; 0 before the first. */
  scale: 4,
  /** Updates in a row that were made with this scale. */
  good: 5,
  /** What takes the scale out of this update's gradient again, as the bits of an f32: 1 where the loss was not scaled. */
  unscale: 6,
} as const;

/** Words of a report. */
export const REPORT_WORDS = 8;

/** What an update says of the gradient that it was made with. */
export interface UpdateReport {
  readonly norm: number;
  readonly finite: boolean;
  /** Element of the flat gradient that is infinite or NaN, the first of them. */
  readonly firstBad: number | undefined;
  readonly skipped: number;
  /** What the next loss of half precision is multiplied by; 1 where no loss was scaled. */
  readonly lossScale: number;
}

/** What the words of a report mean. */
export function readReport(words: Uint32Array): UpdateReport {
  const word = (at: number): number => words[at] ?? 0;
  const float = (at: number): number => new Float32Array(Uint32Array.of(word(at)).buffer)[0] ?? 0;
  const norm = float(REPORT.norm);
  const finite = word(REPORT.finite) === 1;
  const firstBad = word(REPORT.firstBad);
  return {
    norm,
    finite,
    firstBad: firstBad === 0xffffffff ? undefined : firstBad,
    skipped: word(REPORT.skipped),
    lossScale: word(REPORT.scale) === 0 ? 1 : float(REPORT.scale),
  };
}

/** The words of a report that says this: what an update kernel takes where no gradient norm was made before it. */
export function reportWords({
  norm = 0,
  finite = true,
  firstBad = 0xffffffff,
  skipped = 0,
  lossScale = 1,
}: Partial<UpdateReport> = {}): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(REPORT_WORDS);
  const floats = new Float32Array(words.buffer);
  words.set([0, Number(finite), firstBad, skipped]);
  floats[REPORT.norm] = norm;
  floats[REPORT.unscale] = 1;
  if (lossScale !== 1) floats[REPORT.scale] = lossScale;
  return words;
}
