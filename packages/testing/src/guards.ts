/**
 * Guard words lie in a buffer after a kernel's output. A store past the end is undefined on a GPU (one adapter drops
 * it, another overwrites the last element), so without them a wrong index can pass every comparison.
 */
export const guardWords = 64;

/** A word that depends on its place, so that a copied guard is noticed too. As a float it is an ordinary number. */
function guardAt(index: number): number {
  return (0x47000000 | (Math.imul(index + 1, 0x9e3779b1) >>> 9)) >>> 0;
}

/** A guard word after an output was overwritten. */
export class GuardError extends Error {
  override readonly name = "GuardError";

  constructor(
    readonly what: string,
    readonly length: number,
    readonly index: number,
    readonly value: number,
  ) {
    super(
      `${what}: nothing should be written past its ${length} words, but word ${index} became ` +
        `0x${value.toString(16).padStart(8, "0")}. Check the bounds test of the last workgroup.`,
    );
  }
}

/** `length` words of `fill`, then the guards: what a buffer holds before the kernel runs. */
export function guarded(length: number, { fill = 0 }: { fill?: number } = {}): Uint32Array<ArrayBuffer> {
  const words = new Uint32Array(length + guardWords).fill(fill, 0, length);
  for (let i = length; i < words.length; i++) words[i] = guardAt(i - length);
  return words;
}

/**
 * Checks the guards of a buffer that `guarded(length)` filled.
 * @param words all its words after the kernel ran
 * @returns the output, without the guards
 * @throws GuardError at the first guard that changed
 */
export function checkGuards(what: string, words: Uint32Array<ArrayBuffer>, length: number): Uint32Array<ArrayBuffer> {
  if (words.length !== length + guardWords) {
    throw new RangeError(`${what}: ${length + guardWords} words were expected but ${words.length} came.`);
  }
  for (let i = length; i < words.length; i++) {
    const value = words[i] ?? 0;
    if (value !== guardAt(i - length)) throw new GuardError(what, length, i, value);
  }
  return words.subarray(0, length);
}
