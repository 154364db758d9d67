import { expectKnown } from "./known-options";
import type { Shape } from "./shape";
import { expectCount, Tensor, type Variable } from "./tensor";

/**
 * A tensor that training changes in place. It keeps its place on the device for its life; its first values wait on
 * the host until a plan first reads it.
 */
export class Parameter extends Tensor {
  declare variable: Variable;
  /** Where it lies among the parameters of its optimizer, if it has one. */
  home: { readonly all: Tensor; readonly start: number } | null = null;

  /** @throws ShapeError if the number of values does not fit the shape */
  constructor(initial: Float32Array<ArrayBuffer>, shape: Shape, name?: string) {
    expectCount("Parameter", initial, shape);
    super({ kind: "device" }, shape, "f32");
    this.variable = { initial, changedAt: 0 };
    this.name = name;
  }
}

/** A parameter that starts with given values. @throws ShapeError if the number of values does not fit the shape */
export function parameter(initial: { readonly data: Float32Array<ArrayBuffer>; readonly shape: Shape }): Parameter {
  const { data, shape } = expectKnown("parameter", initial, ["data", "shape"], "initial");
  return new Parameter(data, shape);
}
