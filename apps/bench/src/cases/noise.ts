/** Numbers spread evenly over ±√3, so of variance 1; the same for the same seed. */
export function noise(length: number, seed: number): Float32Array<ArrayBuffer> {
  const values = new Float32Array(length);
  const random = wordsOf(seed);
  for (let i = 0; i < length; i++) values[i] = (random() / 2 ** 31 - 1) * Math.sqrt(3);
  return values;
}

/** Half-precision numbers of magnitude 1/8 to 1 and either sign, two to a word. */
export function noiseHalf(words: number, seed: number): Uint32Array<ArrayBuffer> {
  const random = wordsOf(seed);
  // sign, exponent 2⁻³ to 2⁻¹, mantissa
  const half = (bits: number): number =>
    ((bits & 0x8000) | (0x3000 + (((bits >>> 16) % 3) << 10)) | (bits & 0x3ff)) >>> 0;
  return Uint32Array.from({ length: words }, () => (half(random()) | (half(random()) << 16)) >>> 0);
}

/** Whole numbers below `below`, spread over all of them. */
export function wholes(length: number, below: number, seed: number): Int32Array<ArrayBuffer> {
  const random = wordsOf(seed);
  return Int32Array.from({ length }, () => Math.floor((random() / 2 ** 32) * below));
}

/** 32-bit words: mulberry32. */
function wordsOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  };
}
