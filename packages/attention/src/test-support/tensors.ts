import { type Tensor, tensor } from "@unroll/nn";
import { normal } from "@unroll/testing";

/** Seeded normal numbers. */
export const draws = (shape: readonly number[], seed: number): Tensor =>
  tensor(Float32Array.from(normal(shape, { seed }).data), { shape });

/** The words of f32 numbers. */
export const bitsOf = (values: ArrayLike<number>): number[] => [...new Uint32Array(Float32Array.from(values).buffer)];

/** Σ x */
export const total = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0);
