import type { Work } from "../roofline/share";

/** Sizes of a recurrent layer's call: L layers, D directions, G gates. */
export interface RecurrentSize {
  readonly B: number;
  readonly T: number;
  readonly I: number;
  readonly H: number;
  readonly L: number;
  readonly D: number;
  readonly G: number;
}

const FLOAT = 4;

/**
 * Forward work of a recurrent layer: the matmuls' multiplications and additions, and the least traffic, each weight,
 * input and output once.
 */
export function recurrentWork({ B, T, I, H, L, D, G }: RecurrentSize): Work {
  let flops = 0;
  let numbers = B * T * I;
  for (let layer = 0; layer < L; layer++) {
    const inputs = layer === 0 ? I : D * H;
    flops += 2 * B * T * D * G * H * (inputs + H);
    numbers += D * G * H * (inputs + H + 1) + B * T * D * H;
  }
  return { flops, bytes: FLOAT * numbers };
}

/** Forward work of y = x·Wᵀ + b over `rows` rows. */
export function linearWork(rows: number, I: number, O: number): Work {
  return { flops: 2 * rows * I * O, bytes: FLOAT * (rows * (I + O) + O * (I + 1)) };
}

/** Each matmul has two in its backward pass, and what it read is read again. */
export function backwardWork({ flops, bytes }: Work): Work {
  return { flops: 3 * flops, bytes: 3 * bytes };
}

/** Adam reads and writes the parameter and two moments, and reads the gradient. */
export function stepWork(forward: Work, parameters: number): Work {
  const { flops, bytes } = backwardWork(forward);
  return { flops, bytes: bytes + 7 * FLOAT * parameters };
}

export function sumOfWork(...parts: readonly Work[]): Work {
  return {
    flops: parts.reduce((sum, { flops }) => sum + flops, 0),
    bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}
