import {
  crossEntropyBackward,
  crossEntropy as crossEntropyKernel,
  nllBackward,
  nll as nllKernel,
  type Reduction,
  reduceLoss,
  ValueError,
} from "@unroll/kernels";
import { defineOp } from "../autograd/define-op";
import { hostValues } from "../graph/node";
import { run, view } from "../graph/run";
import { where as choose } from "../ops/arithmetic";
import { cast } from "../ops/elementwise";
import { firstOutside } from "../ops/host-check";
import { expectOneOf } from "../ops/options";
import { FLOATS, isFloat } from "../tensor/dtype";
import { expectTensor, refuseValue } from "../tensor/kind";
import { expectKnown } from "../tensor/known-options";
import { type Scalar, scalar } from "../tensor/scalar";
import { expectDType, expectShape, formatShape, type Shape, sizeOf } from "../tensor/shape";
import type { Tensor } from "../tensor/tensor";
import { expectMask } from "./reduction";
import { softCrossEntropy } from "./soft-targets";

export interface ClassLossOptions {
  /** Targets of this value take no part. −100 by default, as in PyTorch. */
  ignoreIndex?: number;
  /** Weight of each class [V]; 1 each when absent. */
  weight?: Tensor | undefined;
  /** ε: how much of each target is spread evenly over all classes (Szegedy et al. 2016). 0 by default. */
  labelSmoothing?: number;
  /** `mean` divides by the weights of the targets that count; `mean` by default. */
  reduction?: Reduction;
  /** Which targets count [...], as `sequenceMask` makes it: where it is 0 a target may be anything, as if ignored. */
  mask?: Tensor | undefined;
}

const KNOWN = ["ignoreIndex", "weight", "labelSmoothing", "reduction", "mask"];

type Inputs = { readonly x: Tensor; readonly targets: Tensor; readonly classWeights: Tensor | undefined };

interface Attributes {
  readonly ignoreIndex: Scalar;
  readonly smoothing: Scalar;
  readonly reduction: Reduction;
  /** Rows by steps: [B, T] of logits [B, T, V], [B, 1] of logits [B, V]. */
  readonly rows: Shape;
  readonly V: number;
}

type Saved = Inputs & { readonly stats: Tensor | undefined; readonly totalWeight: Tensor | undefined };

const fusedLoss = defineOp<Inputs, Attributes, { loss: Tensor }, Saved>({
  name: "crossEntropy",
  forward(inputs, { rows, V, reduction, ignoreIndex, smoothing }) {
    const { x, targets, classWeights } = inputs;
    const { loss, weight, stats } = run(
      crossEntropyKernel,
      { logits: x, targets, classWeights },
      { dims: { R: sizeOf(rows), V }, scalars: { ignoreIndex, smoothing } },
    );
    const reduced = reduce(loss, weight, rows, targets.shape, reduction);
    return { out: { loss: reduced.loss }, saved: { ...inputs, stats, totalWeight: reduced.totalWeight } };
  },
  backward({ loss: dLoss }, { x, targets, classWeights, stats, totalWeight }, _, attributes) {
    if (!dLoss) return {};
    const { rows, V, reduction, ignoreIndex, smoothing } = attributes;
    const { dLogits } = run(
      crossEntropyBackward,
      { logits: x, targets, classWeights, stats, totalWeight, dLoss },
      {
        dims: { R: sizeOf(rows), V },
        options: { reduction },
        scalars: { ignoreIndex, smoothing },
        shapes: { dLogits: x.shape },
        dtypes: { dLogits: x.dtype },
      },
    );
    return { x: dLogits };
  },
});

const likelihoodLoss = defineOp<Inputs, Attributes, { loss: Tensor }, Saved>({
  name: "nllLoss",
  forward(inputs, { rows, V, reduction, ignoreIndex, smoothing }) {
    const { x, targets, classWeights } = inputs;
    const { loss, weight } = run(
      nllKernel,
      { logProbabilities: x, targets, classWeights },
      { dims: { R: sizeOf(rows), V }, scalars: { ignoreIndex, smoothing } },
    );
    const reduced = reduce(loss, weight, rows, targets.shape, reduction);
    return { out: { loss: reduced.loss }, saved: { ...inputs, stats: undefined, totalWeight: reduced.totalWeight } };
  },
  backward({ loss: dLoss }, { x, targets, classWeights, totalWeight }, _, attributes) {
    if (!dLoss) return {};
    const { rows, V, reduction, ignoreIndex, smoothing } = attributes;
    const { dLogProbabilities } = run(
      nllBackward,
      { targets, classWeights, totalWeight, dLoss },
      {
        dims: { R: sizeOf(rows), V },
        options: { reduction },
        scalars: { ignoreIndex, smoothing },
        shapes: { dLogProbabilities: x.shape },
        dtypes: { dLogProbabilities: x.dtype },
      },
    );
    return { x: dLogProbabilities };
  },
});

/**
 * Cross-entropy of logits against class indices, log-softmax inside, nothing of the size of the probabilities stored:
 *   ℓ = −(1 − ε)·w_y·ln p_y − ε/V·Σ_v w_v·ln p_v,   p = softmax(logits)
 * Targets of real numbers [..., V] are probabilities t of all classes: ℓ = −Σ_v w_v·((1 − ε)·t_v + ε/V)·ln p_v, whose mean
 * is over rows. That is not fused.
 * @param logits [..., V], f32 or f16; the loss is f32 either way
 * @param targets class indices [...], i32 or u32; or probabilities [..., V], f32 or f16
 * @returns one number, or with `reduction: "none"` the losses [...]
 * @throws ShapeError if the shapes disagree
 * @throws ValueError if a target on the host is neither a class nor `ignoreIndex`, or an option is out of range
 */
export function crossEntropy(logits: Tensor, targets: Tensor, options: ClassLossOptions = {}): Tensor {
  expectKnown("crossEntropy", options, KNOWN);
  expectTensor("crossEntropy", "targets", targets);
  const isSoft = isFloat(targets.dtype) && targets.rank === logits.rank && logits.rank > 0;
  if (isSoft) return softCrossEntropy("crossEntropy", logits, targets, options);
  return fusedLoss(...check("crossEntropy", "logits", logits, targets, options)).loss;
}

/**
 * Negative log-likelihood: as `crossEntropy`, of log-probabilities.
 * @param logProbabilities [..., V]
 */
export function nllLoss(logProbabilities: Tensor, targets: Tensor, options: ClassLossOptions = {}): Tensor {
  expectKnown("nllLoss", options, KNOWN);
  return likelihoodLoss(...check("nllLoss", "logProbabilities", logProbabilities, targets, options)).loss;
}

function reduce(
  loss: Tensor,
  weight: Tensor,
  [B, T]: Shape,
  targetShape: Shape,
  reduction: Reduction,
): { loss: Tensor; totalWeight: Tensor | undefined } {
  if (reduction === "none") return { loss: view(loss, targetShape), totalWeight: undefined };
  const { total, totalWeight } = run(
    reduceLoss,
    { loss, weight },
    { dims: { B: B as number, T: T as number }, options: { reduction }, shapes: { total: [] } },
  );
  return { loss: total, totalWeight };
}

function check(
  where: string,
  what: string,
  x: Tensor,
  targets: Tensor,
  { ignoreIndex = -100, weight, labelSmoothing = 0, reduction = "mean", mask }: ClassLossOptions,
): [Inputs, Attributes] {
  expectOneOf(where, { reduction }, ["none", "sum", "mean"]);
  expectDType(where, { [what]: x }, ...FLOATS);
  expectDType(where, { targets }, "i32", "u32");
  expectShape(
    where,
    { targets },
    x.shape.slice(0, -1),
    `Targets are class indices, one for each row of ${what} ${formatShape(x.shape)}.`,
  );
  const V = x.shape.at(-1) ?? 0;
  if (x.size === 0) {
    throw new ValueError({
      where,
      what: `the batch ${formatShape(x.shape)}`,
      expected: "of at least one row and one class",
      received: "empty",
    });
  }
  if (weight) {
    expectDType(where, { weight }, ...FLOATS);
    expectShape(where, { weight }, [V], "One weight for each class.");
  }
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) {
    refuseValue(where, { labelSmoothing }, "from 0 to 1");
  }
  if (mask) expectMask(where, mask, targets.shape);
  checkClasses(where, targets, V, { ignoreIndex, mask });
  const B = targets.shape[0] ?? 1;
  const rows = [B, targets.size / B];
  const attributes = { ignoreIndex: scalar(ignoreIndex), smoothing: scalar(labelSmoothing), reduction, rows, V };
  return [{ x, targets: mask ? masked(where, targets, mask, ignoreIndex) : targets, classWeights: weight }, attributes];
}

/** Targets with `ignoreIndex` in place of those that do not count. */
function masked(where: string, targets: Tensor, mask: Tensor, ignoreIndex: number): Tensor {
  expectShape(where, { mask }, targets.shape, "One for each target.");
  return choose(cast(mask, "bool"), cast(targets, "i32"), ignoreIndex);
}

/** Looks at targets that are still on the host; those made on the device count as ignored when out of range. */
function checkClasses(
  where: string,
  targets: Tensor,
  V: number,
  { ignoreIndex, mask }: { ignoreIndex: number; mask: Tensor | undefined },
): void {
  const known = hostValues(targets);
  const counts = mask && hostValues(mask);
  if (!known || (mask && !counts)) return; // which targets count is not known yet
  const at = firstOutside(known, V, ignoreIndex, counts);
  if (at < 0) return;
  throw new ValueError({
    where,
    what: `targets[${at}]`,
    expected: `a class from 0 to ${V - 1}, or ignoreIndex ${ignoreIndex}`,
    received: String(known[at]),
  });
}
