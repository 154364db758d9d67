import { type Float64Tensor, sizeOf } from "./tensor";

/**
 * A generator of numbers in [0, 1), the same for the same seed everywhere: a Weyl sequence put through the 32-bit
 * finaliser of MurmurHash3 (Appleby 2011), two words for each number of 53 bits.
 */
export function seededRandom(seed: number): () => number {
  let state = Math.imul(seed, 0x9e3779b1) ^ 0x85ebca6b;
  const word = (): number => {
    state = (state + 0x9e3779b9) | 0;
    let h = state;
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return (h ^ (h >>> 16)) >>> 0;
  };
  return () => ((word() >>> 5) * 2 ** 26 + (word() >>> 6)) / 2 ** 53;
}

function filled(shape: readonly number[], draw: () => number): Float64Tensor {
  return { shape: [...shape], data: Float64Array.from({ length: sizeOf(shape) }, draw) };
}

/** Normal numbers, mean 0 and standard deviation `scale`, each rounded to float32 so that a GPU gets the same. */
export function normal(shape: readonly number[], { seed, scale = 1 }: { seed: number; scale?: number }): Float64Tensor {
  const random = seededRandom(seed);
  // Box & Muller (1958); 1 − random() is never 0, so the logarithm is finite
  return filled(shape, () =>
    Math.fround(scale * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())),
  );
}

/** Numbers spread evenly over [low, high), rounded to float32. */
export function uniform(
  shape: readonly number[],
  { seed, low = 0, high = 1 }: { seed: number; low?: number; high?: number },
): Float64Tensor {
  const random = seededRandom(seed);
  return filled(shape, () => Math.fround(low + (high - low) * random()));
}

/** Whole numbers from `low` to `high − 1`, marked so that `gradcheck` leaves them alone. */
export function integers(
  shape: readonly number[],
  { seed, low = 0, high }: { seed: number; low?: number; high: number },
): Float64Tensor {
  const random = seededRandom(seed);
  return { ...filled(shape, () => low + Math.floor((high - low) * random())), integer: true };
}
