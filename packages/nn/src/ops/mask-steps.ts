import { elementwise } from "../graph/run";
import { FLOATS } from "../tensor/dtype";
import { expectDType, expectShape } from "../tensor/shape";
import { type Tensor, tensor } from "../tensor/tensor";
import { where } from "./arithmetic";
import { reshape } from "./reshape";

/** What a step of the result is made of: see `maskSteps`. */
export interface StepsOf {
  readonly stride: number;
  /** Length from which on there is a first step. Less than 1 where padding alone fills windows: any length has some steps then. */
  readonly first: number;
}

const THEMSELVES: StepsOf = { stride: 1, first: 1 };

/**
 * Zeros past the end of each sequence: y[b, t] = x[b, t] where t < lengths[b], else 0, whatever was there. No gradient
 * reaches what was masked.
 * @param x [B, T, ...]
 * @param lengths [B] of u32, true lengths in steps
 * @param of where the steps of x were made from others, which lengths make step t: those of at least
 *   max(1, t·stride + first)
 * @throws ShapeError if there is not a length for each row
 */
export function maskSteps(x: Tensor, lengths: Tensor, of: StepsOf = THEMSELVES): Tensor {
  expectDType("maskSteps", { x }, ...FLOATS);
  return where(stepMask("maskSteps", x, lengths, of), x, 0);
}

/** Whether a step lies within the length of its row, [B, T, 1, ...] beside x [B, T, ...]. */
export function stepMask(name: string, x: Tensor, lengths: Tensor, of: StepsOf = THEMSELVES): Tensor {
  expectDType(name, { lengths }, "u32");
  const [B = 0, T = 0] = x.shape;
  expectShape(name, { lengths }, [B], "One length for each row.");
  const rest = x.shape.slice(2).map(() => 1);
  const needed = tensor(
    Uint32Array.from({ length: T }, (_, t) => Math.max(1, t * of.stride + of.first)),
    { shape: [1, T, ...rest] },
  );
  return elementwise("lessEqual", [needed, reshape(lengths, [B, 1, ...rest])]);
}
