import { expectEpsilon } from "../ops/options";
import { rmsNorm } from "../ops/rms-norm";
import { expectTensor } from "../tensor/kind";
import { expectKnown } from "../tensor/known-options";
import { type Parameter, parameter } from "../tensor/parameter";
import { expectShape, type Shape } from "../tensor/shape";
import type { Tensor } from "../tensor/tensor";
import { constant } from "./init";
import { Module } from "./module";
import { shapeOf } from "./shape-of";

export interface RMSNormModuleOptions {
  /** 2⁻²³ when absent, as PyTorch's. */
  epsilon?: number;
  /** Whether there is a γ; true by default. */
  affine?: boolean;
}

/** y = x/√(mean of x² + ε)·γ over the last axes (Zhang & Sennrich 2019). */
export class RMSNorm extends Module {
  readonly normalizedShape: Shape;
  readonly epsilon: number;
  readonly weight: Parameter | null; // γ, ones at first

  /** @throws ValueError if an extent is not a positive whole number, or `epsilon` is negative or not finite */
  constructor(normalizedShape: number | Shape, options: RMSNormModuleOptions = {}) {
    super();
    const { epsilon = 2 ** -23, affine = true } = expectKnown("RMSNorm", options, ["epsilon", "affine"]);
    this.normalizedShape = shapeOf("RMSNorm", { normalizedShape });
    this.epsilon = expectEpsilon("RMSNorm", { epsilon });
    this.weight = affine ? parameter(constant(this.normalizedShape, 1)) : null;
  }

  /**
   * @param x [..., normalizedShape]
   * @throws ShapeError if the last axes of x are others
   */
  forward(x: Tensor): Tensor {
    const { normalizedShape, weight, epsilon } = this;
    expectTensor("RMSNorm.forward", "x", x);
    const leading = x.shape.slice(0, Math.max(0, x.rank - normalizedShape.length));
    expectShape("RMSNorm.forward", { x }, [...leading, ...normalizedShape]);
    return rmsNorm(this.inPrecision(x), { weight: weight ?? undefined, epsilon, axes: normalizedShape.length });
  }
}
