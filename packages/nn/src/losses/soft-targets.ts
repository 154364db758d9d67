import { add, mul } from "../ops/arithmetic";
import { cast, neg } from "../ops/elementwise";
import { expectAtLeast } from "../ops/options";
import { sum } from "../ops/reduce";
import { logSoftmax } from "../ops/softmax";
import { FLOATS } from "../tensor/dtype";
import { refuseValue } from "../tensor/kind";
import { expectDType, expectShape } from "../tensor/shape";
import type { Tensor } from "../tensor/tensor";
import type { ClassLossOptions } from "./cross-entropy";
import { counted, expectReduction, expectSome, reduced } from "./reduction";

/**
 * Cross-entropy against probabilities of all classes: ℓ = −Σ_v w_v·t′_v·ln p_v, t′ = (1 − ε)·t + ε/V. A mean is over rows.
 * Gradients flow to the targets too.
 */
export function softCrossEntropy(
  where: string,
  logits: Tensor,
  targets: Tensor,
  { weight, labelSmoothing = 0, ignoreIndex, ...options }: ClassLossOptions,
): Tensor {
  expectReduction(where, options);
  expectDType(where, { logits }, ...FLOATS);
  expectShape(where, { targets }, logits.shape, "Targets that are no integers are probabilities of all classes.");
  expectSome(where, logits);
  expectAtLeast(where, { labelSmoothing }, 0);
  if (labelSmoothing > 1) {
    refuseValue(where, { labelSmoothing }, "from 0 to 1");
  }
  if (ignoreIndex !== undefined) {
    refuseValue(
      where,
      { ignoreIndex },
      "left out where targets are probabilities",
      "Pass a mask of the rows that count.",
    );
  }
  const V = logits.shape.at(-1) ?? 1;
  if (weight) {
    expectDType(where, { weight }, ...FLOATS);
    expectShape(where, { weight }, [V], "One weight for each class.");
  }
  const { mask } = options;
  const t = counted(where, cast(targets, "f32"), mask);
  const smoothed = labelSmoothing === 0 ? t : add(mul(t, 1 - labelSmoothing), labelSmoothing / V);
  const weighted = weight ? mul(smoothed, cast(weight, "f32")) : smoothed;
  const losses = neg(sum(mul(weighted, logSoftmax(counted(where, cast(logits, "f32"), mask))), { axes: [-1] }));
  return reduced(where, losses, options);
}
