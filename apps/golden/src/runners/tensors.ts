import { evaluate, type Tensor, tensor } from "@unroll/nn";
import type { GoldenTensor } from "@unroll/testing";
import type { Check, Tolerance } from "../compare";

/** Numbers of a case as a float32 tensor. */
export function f32(golden: GoldenTensor, shape: readonly number[] = golden.shape): Tensor {
  return tensor(Float32Array.from(golden.data), { shape });
}

/** Whole numbers of a case (classes, tokens) as an i32 tensor. */
export function i32(golden: GoldenTensor): Tensor {
  return tensor(Int32Array.from(golden.data), { shape: golden.shape });
}

/** What is computed, and what it is compared with. */
export type Wanted = {
  readonly what: string;
  readonly actual: Tensor;
  readonly expected: GoldenTensor;
  readonly tolerance: Tolerance;
};

/** Computes all that is wanted in one submission. */
export async function checksOf(wanted: readonly Wanted[]): Promise<Check[]> {
  await evaluate(wanted.map(({ actual }) => actual));
  return Promise.all(
    wanted.map(async (each) => ({ ...each, actual: { shape: each.actual.shape, data: await each.actual.data() } })),
  );
}

export function concatenated(arrays: readonly Float32Array[]): Float32Array<ArrayBuffer> {
  const whole = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let next = 0;
  for (const array of arrays) {
    whole.set(array, next);
    next += array.length;
  }
  return whole;
}
