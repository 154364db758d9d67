import { refuseValue } from "../tensor/kind";
import { expectDType } from "../tensor/shape";
import { Tensor, tensor } from "../tensor/tensor";
import { arange } from "./arange";
import { less } from "./arithmetic";
import { reshape } from "./reshape";

/**
 * Which of T steps are within each row's length, as bool: mask[..., t] = t < lengths[...]. Losses take it as `mask`.
 * @param lengths [...] of u32 or i32, or a list of numbers
 * @returns [..., T]
 * @throws ValueError if T or a length of the list is no whole number
 */
export function sequenceMask(lengths: Tensor | readonly number[], T: number): Tensor {
  if (!Number.isInteger(T) || T < 0) {
    refuseValue("sequenceMask", { T }, "a whole number");
  }
  const given = lengthsTensor(lengths);
  expectDType("sequenceMask", { lengths: given }, "u32", "i32");
  return less(arange(T, { dtype: given.dtype === "i32" ? "i32" : "u32" }), reshape(given, [...given.shape, 1]));
}

/** Lengths as a tensor, if they are a list. */
export function lengthsTensor(lengths: Tensor | readonly number[]): Tensor {
  return lengths instanceof Tensor ? lengths : tensor([...lengths], { dtype: "u32" });
}
