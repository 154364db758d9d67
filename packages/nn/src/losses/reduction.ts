import { type Reduction, ShapeError, ValueError } from "@unroll/kernels";
import { div, full, maximum, where, zeros } from "../ops/arithmetic";
import { cast } from "../ops/elementwise";
import { expectOneOf } from "../ops/options";
import { mean, sum } from "../ops/reduce";
import { reshape } from "../ops/reshape";
import { FLOATS } from "../tensor/dtype";
import { expectKnown } from "../tensor/known-options";
import { expectDType, expectShape, formatShape, sameShape } from "../tensor/shape";
import type { Tensor } from "../tensor/tensor";

/** What becomes of the losses of all elements. */
export interface LossOptions {
  /** `none` returns them as they are; their mean by default. */
  reduction?: Reduction;
  /**
   * Which of them count: of the leading axes of the losses, as `sequenceMask` makes it. Where it is 0 a loss is 0 and has
   * no gradient, whatever stands there; a mean is over those that count, 0 where none does.
   */
  mask?: Tensor | undefined;
}

/** Losses as asked for. @throws ShapeError if the mask is not of their leading axes */
export function reduced(where_: string, loss: Tensor, { reduction = "mean", mask }: LossOptions): Tensor {
  if (mask) return maskedLoss(where_, loss, reduction, mask);
  if (reduction === "none") return loss;
  return reduction === "sum" ? sum(loss) : mean(loss);
}

function maskedLoss(where_: string, loss: Tensor, reduction: Reduction, mask: Tensor): Tensor {
  const counts = leading(where_, mask, loss.shape);
  const kept = where(counts, loss, 0);
  if (reduction === "none") return kept;
  if (reduction === "sum") return sum(kept);
  const count = sum(where(counts, full(loss.shape, 1), zeros(loss.shape)));
  return div(sum(kept), maximum(count, 1));
}

/** A mask as bool, with an axis of extent 1 for each that it lacks. */
function leading(where_: string, mask: Tensor, shape: readonly number[]): Tensor {
  expectMask(where_, mask, shape);
  return cast(reshape(mask, [...mask.shape, ...shape.slice(mask.rank).map(() => 1)]), "bool");
}

/** @throws ShapeError unless a mask is of the leading axes of `shape` */
export function expectMask(where_: string, mask: Tensor, shape: readonly number[]): void {
  expectDType(where_, { mask }, "bool", "u32", "i32", "f32");
  if (sameShape(mask.shape, shape.slice(0, mask.rank))) return;
  throw new ShapeError({
    where: where_,
    what: "mask",
    expected: `of the leading axes of ${formatShape(shape)}`,
    received: formatShape(mask.shape),
  });
}

/**
 * Input and target of one shape in f32, as losses are made of.
 * @param own names of the options that other losses have not
 */
export function checkPair(
  where_: string,
  input: Tensor,
  target: Tensor,
  options: { readonly reduction?: string; readonly mask?: Tensor | undefined },
  own: readonly string[] = [],
): [input: Tensor, target: Tensor] {
  expectKnown(where_, options, ["reduction", "mask", ...own]);
  expectReduction(where_, options);
  expectDType(where_, { input, target }, ...FLOATS);
  expectShape(where_, { target }, input.shape, "Target and input have one shape.");
  expectSome(where_, input);
  const { mask } = options;
  return [counted(where_, cast(input, "f32"), mask), counted(where_, cast(target, "f32"), mask)];
}

/** What a loss is made of, 0 where the mask of its leading axes is: no gradient is finite that comes through NaN. */
export function counted(where_: string, x: Tensor, mask: Tensor | undefined): Tensor {
  return mask ? where(leading(where_, mask, x.shape), x, 0) : x;
}

/** @throws ValueError unless a reduction is one */
export function expectReduction(where_: string, { reduction = "mean" }: { readonly reduction?: string }): void {
  expectOneOf(where_, { reduction }, ["none", "sum", "mean"]);
}

/** @throws ValueError if a batch is empty */
export function expectSome(where_: string, input: Tensor): void {
  if (input.size > 0) return;
  throw new ValueError({
    where: where_,
    what: `the batch ${formatShape(input.shape)}`,
    expected: "of at least one element",
    received: "empty",
  });
}
