import { ValueError } from "@unroll/kernels";
import { layerNorm } from "../ops/layer-norm";
import { expectEpsilon } from "../ops/options";
import { expectTensor } from "../tensor/kind";
import { expectKnown } from "../tensor/known-options";
import { type Parameter, parameter } from "../tensor/parameter";
import { expectShape, type Shape } from "../tensor/shape";
import type { Tensor } from "../tensor/tensor";
import { constant } from "./init";
import { Module } from "./module";
import { shapeOf } from "./shape-of";

export interface LayerNormModuleOptions {
  /** 1e-5 by default. */
  epsilon?: number;
  /** Whether there is a β; true by default. */
  bias?: boolean;
}

/** y = (x − μ)/√(σ² + ε)·γ + β over the last axes (Ba, Kiros & Hinton 2016). */
export class LayerNorm extends Module {
  readonly normalizedShape: Shape;
  readonly epsilon: number;
  readonly weight: Parameter; //      γ, ones at first
  readonly bias: Parameter | null; // β, zeros at first

  /** @throws ValueError if an extent is not a positive whole number, or `epsilon` is negative or not finite */
  constructor(normalizedShape: number | Shape, options: LayerNormModuleOptions = {}) {
    super();
    expectKnown("LayerNorm", options, ["epsilon", "bias"]);
    const { epsilon = 1e-5, bias = true } = options;
    this.normalizedShape = shapeOf("LayerNorm", { normalizedShape });
    if (this.normalizedShape.length === 0) {
      const expected = "of at least one axis";
      throw new ValueError({ where: "LayerNorm", what: "normalizedShape", expected, received: "[]" });
    }
    this.epsilon = expectEpsilon("LayerNorm", { epsilon });
    this.weight = parameter(constant(this.normalizedShape, 1));
    this.bias = bias ? parameter(constant(this.normalizedShape, 0)) : null;
  }

  /**
   * Normalises in f32, with weights of f32, whatever the dtype of x.
   * @param x [..., normalizedShape]
   * @throws ShapeError if the last axes of x are others
   */
  forward(x: Tensor): Tensor {
    expectTensor("LayerNorm.forward", "x", x);
    const leading = x.shape.slice(0, Math.max(0, x.rank - this.normalizedShape.length));
    expectShape("LayerNorm.forward", { x }, [...leading, ...this.normalizedShape]);
    const { weight, bias, epsilon } = this;
    return layerNorm(this.inPrecision(x), {
      weight,
      bias: bias ?? undefined,
      epsilon,
      axes: this.normalizedShape.length,
    }).y;
  }
}
