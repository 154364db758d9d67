import type { MorseSpan } from "@unroll/data";

/** How long a stretch of a recording is in which its loudness is measured, in seconds. */
const STRETCH = 0.01;
/** What is shorter is a crackle, and no dot: this one makes 40 words a minute. In seconds, as all that follows. */
const LEAST = 0.03;
/** Who rests longer between two marks begins anew. */
const REST = 30;
/** A dot, where nothing tells how long one is. */
export const USUAL_DOT = 0.06;

/** When it is loud in a recording: above half of its loudest. In seconds. */
export function marksIn(signal: Float32Array, sampleRate: number): MorseSpan[] {
  const size = Math.round(STRETCH * sampleRate);
  const levels = Array.from({ length: Math.floor(signal.length / size) }, (_, at) => {
    const stretch = signal.subarray(at * size, (at + 1) * size);
    return Math.sqrt(stretch.reduce((sum, sample) => sum + sample * sample, 0) / size);
  });
  // a single crack is no measure: the loudest twentieth is left out
  const loudest = levels.toSorted((a, b) => b - a)[Math.floor(levels.length / 20)] ?? 0;
  const marks: MorseSpan[] = [];
  for (const [at, level] of levels.entries()) {
    if (level < loudest / 2 || level === 0) continue;
    const last = marks.at(-1);
    const [start, end] = [at * STRETCH, (at + 1) * STRETCH];
    if (last && start - last.end < LEAST) last.end = end;
    else marks.push({ start, end });
  }
  return marks.filter(({ start, end }) => end - start >= LEAST);
}

/**
 * How long a dot is, in seconds, going by when the key was down. Marks are of one and of three dots, gaps within letters
 * of one; so of all their lengths in order, a dot is about the one a quarter of the way up. None is shorter than 0.03 s.
 */
export function dotOf(marks: readonly MorseSpan[]): number {
  const lengths = marks.flatMap(({ start, end }, at) => {
    const next = marks[at + 1];
    return next ? [end - start, next.start - end] : [end - start];
  });
  if (marks.length < 2) return USUAL_DOT;
  return Math.max(LEAST, lengths.toSorted((a, b) => a - b)[Math.floor(lengths.length / 4)] ?? USUAL_DOT);
}

/**
 * Marks of a key, in seconds, and one more. A tap, which a trackpad may end as it begins, is a dot; what was sent before a
 * long rest is over: all the time between two marks is listened to.
 */
export function withMark(marks: readonly MorseSpan[], { start, end }: MorseSpan): MorseSpan[] {
  const mark = { start, end: Math.min(Math.max(end, start + LEAST), start + REST) };
  const last = marks.at(-1);
  return last && start - last.end <= REST ? [...marks, mark] : [mark];
}
