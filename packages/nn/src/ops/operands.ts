import { DTypeError } from "@unroll/kernels";
import { type Argument, scalarTypeOf } from "../graph/node";
import { kindOf, refuseValue } from "../tensor/kind";
import { scalar } from "../tensor/scalar";
import { Tensor } from "../tensor/tensor";

/** A tensor, or a number that broadcasts to any shape. */
export type Operand = Tensor | number;

const RANGES = { i32: [-(2 ** 31), 2 ** 31 - 1], u32: [0, 2 ** 32 - 1] } as const;

/**
 * Operands as an elementwise operation takes them; a number becomes a Scalar, so that no plan depends on its value.
 * @throws DTypeError if one is neither a tensor nor a number
 * @throws ValueError if a number is not finite in f32, or none of the integer tensors' dtype beside it
 */
export function argumentsOf(where: string, operands: readonly Operand[]): Argument[] {
  for (const [index, operand] of operands.entries()) {
    if (operand instanceof Tensor || typeof operand === "number") continue;
    throw new DTypeError({
      where,
      what: `argument ${index}`,
      expected: "a tensor or a number",
      received: kindOf(operand),
      remedy: "Make a tensor of values with tensor(values).",
    });
  }
  const dtype = scalarTypeOf(operands);
  return operands.map((operand, index) => {
    if (operand instanceof Tensor) return operand;
    if (dtype === "i32" || dtype === "u32") expectWhole(where, index, operand, dtype);
    else expectFinite(where, index, operand);
    return scalar(operand);
  });
}

function expectWhole(where: string, index: number, value: number, dtype: "i32" | "u32"): void {
  const [low, high] = RANGES[dtype];
  if (Number.isInteger(value) && value >= low && value <= high) return;
  refuseValue(
    where,
    { [`argument ${index}`]: value },
    `a whole number from ${low} to ${high}, beside a tensor of ${dtype}`,
    'Cast the tensor with cast(x, "f32") first.',
  );
}

function expectFinite(where: string, index: number, value: number): void {
  if (Number.isFinite(Math.fround(value))) return;
  refuseValue(where, { [`argument ${index}`]: value }, "a finite number, at most 3.4e38 in size");
}
