import { evaluate, type Tensor, tensor } from "@unroll/nn";
import type { GoldenTensor } from "@unroll/testing";
import { type Check, type Tolerance, UnsupportedCase } from "../compare";

/** Numbers of a case as a float32 tensor. */
export function f32(golden: GoldenTensor, shape: readonly number[] = golden.shape): Tensor {
  return tensor(Float32Array.from(golden.data), { shape });
}

/** Whole numbers of a case (classes, tokens) as an i32 tensor. */
export function i32(golden: GoldenTensor): Tensor {
  return tensor(Int32Array.from(golden.data), { shape: golden.shape });
}

/**
 * Values of a case in the dtype of ours that holds them: halves and doubles as f32, whole numbers as i32 or u32.
 * @throws UnsupportedCase for dtypes that are neither, and for whole numbers beyond 32 bits
 */
export function typed(op: string, golden: GoldenTensor): Tensor {
  const { dtype, shape } = golden;
  if (/^(float|double|float16|float32|float64)$/.test(dtype)) return f32(golden);
  if (dtype === "bool") return tensor(Uint32Array.from(golden.data), { shape, dtype: "bool" });
  if (!/^u?int(8|16|32|64)$/.test(dtype)) throw new UnsupportedCase(`${op} of ${dtype}, which is no dtype here`);
  const isUnsigned = /^uint(32|64)$/.test(dtype);
  const [low, high] = isUnsigned ? [0, 2 ** 32 - 1] : [-(2 ** 31), 2 ** 31 - 1];
  if (golden.data.some((value) => value < low || value > high)) {
    throw new UnsupportedCase(`${op} of ${dtype} with numbers beyond 32 bits, the widest that WebGPU has`);
  }
  return isUnsigned ? tensor(Uint32Array.from(golden.data), { shape }) : i32(golden);
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
