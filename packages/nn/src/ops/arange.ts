import { iota } from "@unroll/kernels";
import { run } from "../graph/run";
import { refuseValue } from "../tensor/kind";
import { expectKnown } from "../tensor/known-options";
import type { Tensor } from "../tensor/tensor";
import { add, mul } from "./arithmetic";

export interface RangeOptions {
  /** 0 by default. */
  start?: number;
  /** 1 by default. */
  step?: number;
  /** `i32` by default. */
  dtype?: "f32" | "i32" | "u32";
}

/**
 * The `count` numbers start, start + step, …, made on the device.
 * @throws ValueError if `count` is no whole number, or `start` or `step` none of the dtype
 */
export function arange(count: number, options: RangeOptions = {}): Tensor {
  const { start = 0, step = 1, dtype = "i32" } = expectKnown("arange", options, ["start", "step", "dtype"]);
  if (!Number.isInteger(count) || count < 0) {
    refuseValue("arange", { count }, "a whole number");
  }
  const numbers = run(iota, {}, { dims: { n: count }, options: { type: dtype } }).out;
  const scaled = step === 1 ? numbers : mul(numbers, step);
  return start === 0 ? scaled : add(scaled, start);
}
