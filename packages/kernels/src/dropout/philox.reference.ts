const mulHigh = (a: number, b: number): number => Number((BigInt(a >>> 0) * BigInt(b >>> 0)) >> 32n);

export type Words = readonly [number, number, number, number];

/** Philox-4x32-10 (Salmon et al. 2011): four words from a 128-bit counter and a 64-bit key. */
export function philoxReference(counter: Words, key: readonly [number, number]): Words {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < 10; round++) {
    const h0 = mulHigh(0xd2511f53, c0);
    const h1 = mulHigh(0xcd9e8d57, c2);
    const l0 = Math.imul(0xd2511f53, c0) >>> 0;
    const l1 = Math.imul(0xcd9e8d57, c2) >>> 0;
    [c0, c1, c2, c3] = [(h1 ^ c1 ^ k0) >>> 0, l1, (h0 ^ c3 ^ k1) >>> 0, l0];
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  return [c0, c1, c2, c3];
}

/** What names a sequence of random numbers. */
export interface Draw {
  readonly seedLow: number;
  readonly seedHigh: number;
  readonly stream: number;
  readonly draw: number;
}

/** The first n words of a row's draw: element i has word i mod 4 of counter (i div 4, stream, draw, row). */
export function wordsReference(n: number, { seedLow, seedHigh, stream, draw }: Draw, row = 0): Uint32Array {
  const words = new Uint32Array(n);
  for (let i = 0; i < n; i++) {
    words[i] = philoxReference([Math.floor(i / 4), stream, draw, row], [seedLow, seedHigh])[i % 4] ?? 0;
  }
  return words;
}

/** The upper 24 bits of a word as a number in [0, 1). */
export const unitValue = (word: number): number => (word >>> 8) * 2 ** -24;

/** y_i = x_i/(1 − p) where u_i ≥ p, else 0; rows of x draw each for itself. */
export function dropoutReference(x: ArrayLike<number>, p: number, draw: Draw, rows = 1): Float64Array {
  const N = x.length / rows;
  const y = new Float64Array(x.length);
  for (let row = 0; row < rows; row++) {
    for (const [i, word] of wordsReference(N, draw, row).entries()) {
      y[row * N + i] = unitValue(word) >= p ? (x[row * N + i] ?? 0) / (1 - p) : 0;
    }
  }
  return y;
}

/** Uniform numbers in [low, high). */
export const uniformReference = (n: number, low: number, high: number, draw: Draw): Float64Array =>
  Float64Array.from(wordsReference(n, draw), (word) => low + (high - low) * unitValue(word));

/** Normal numbers by Box & Muller (1958): words 2k and 2k + 1 make the cosine and the sine of one angle. */
export function normalReference(n: number, mean: number, deviation: number, draw: Draw): Float64Array {
  const words = wordsReference(n + 1, draw);
  return Float64Array.from({ length: n }, (_, i) => {
    const first = words[i - (i % 2)] ?? 0;
    const second = words[i - (i % 2) + 1] ?? 0;
    const radius = Math.sqrt(-2 * Math.log(((first >>> 8) + 1) * 2 ** -24));
    const angle = 2 * Math.PI * (unitValue(second) - 0.5);
    return mean + deviation * radius * (i % 2 === 0 ? Math.cos(angle) : Math.sin(angle));
  });
}
