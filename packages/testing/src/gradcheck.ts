import { normal } from "./inputs";
import { type Float64Tensor, placeOf } from "./tensor";

/** Tensors by name. */
export type Tensors = { readonly [name: string]: Float64Tensor };

/** An operation in float64: its outputs, and the gradients of its inputs for given gradients of its outputs. */
export type Reference<I extends Tensors, O extends Tensors> = {
  forward(inputs: I): O;
  /** Must answer every input, except those of whole numbers and those named in `constants`. */
  backward(
    inputs: I,
    dOutputs: { readonly [K in keyof O]: Float64Tensor },
  ): { readonly [K in keyof I]?: Float64Tensor };
};

export type GradcheckOptions = {
  /** Half the distance between the two points of a central difference. */
  step?: number | undefined;
  /** Gradients smaller than this are compared absolutely, in units of it. */
  floor?: number | undefined;
  /** Inputs that are not differentiated. */
  constants?: readonly string[] | undefined;
  /** Seed of the vector that outputs are projected on. */
  seed?: number | undefined;
};

/** Worst relative error over all elements, and the element it is at with both values. */
export type GradcheckResult = { worst: number; where: string };

/**
 * Compares an operation's backward with central differences, for every element of every float input:
 *   L(x) = Σ v·forward(x),   ∂L/∂xᵢ ≈ (L(x + step·eᵢ) − L(x − step·eᵢ)) / (2·step)
 * for a fixed random v, so that one backward tests the whole Jacobian. The error of an element is
 * |analytic − numeric| / max(|analytic|, |numeric|, floor). The floor is there because a difference carries rounding
 * noise of about ε·|L|/step whatever the gradient's size, and so says nothing about digits of gradients near zero.
 *
 * @param inputs values to differentiate at; left unchanged
 * @throws RangeError if backward gives no gradient for an input, or one of another shape
 */
export function gradcheck<I extends Tensors, O extends Tensors>(
  reference: Reference<I, O>,
  inputs: I,
  { step = 1e-5, floor = 1e-3, constants = [], seed = 20 }: GradcheckOptions = {},
): GradcheckResult {
  const weights = projection(reference.forward(inputs), seed);
  const gradients: { readonly [name: string]: Float64Tensor | undefined } = reference.backward(inputs, weights);
  let result: GradcheckResult = { worst: 0, where: "nothing was compared" };

  for (const [name, input] of Object.entries(inputs)) {
    if (input.integer || constants.includes(name)) continue;
    const gradient = gradients[name];
    if (gradient === undefined) {
      throw new RangeError(
        `backward should answer "${name}" but does not. Return its gradient or name it in constants.`,
      );
    }
    if (gradient.data.length !== input.data.length || `${gradient.shape}` !== `${input.shape}`) {
      throw new RangeError(`d${name} should be [${input.shape.join(", ")}] but is [${gradient.shape.join(", ")}].`);
    }
    const moved: Float64Tensor = { ...input, data: input.data.slice() };
    const at = { ...inputs, [name]: moved };
    for (let i = 0; i < input.data.length; i++) {
      const x = input.data[i] ?? 0;
      moved.data[i] = x + step;
      const above = project(reference.forward(at), weights);
      moved.data[i] = x - step;
      const below = project(reference.forward(at), weights);
      moved.data[i] = x;
      const analytic = gradient.data[i] ?? 0;
      // the distance as float64 holds it, which is not quite 2·step
      const numeric = (above - below) / (x + step - (x - step));
      const error = Math.abs(analytic - numeric) / Math.max(Math.abs(analytic), Math.abs(numeric), floor);
      const worst = Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
      if (worst > result.worst || result.where === "nothing was compared") {
        result = {
          worst,
          where: `${name}${placeOf(i, input.shape)}: backward says ${analytic}, differences say ${numeric}`,
        };
      }
    }
  }
  return result;
}

function projection<O extends Tensors>(outputs: O, seed: number): { readonly [K in keyof O]: Float64Tensor } {
  const vectors = Object.entries(outputs).map(([name, output], k) => [name, normal(output.shape, { seed: seed + k })]);
  return Object.fromEntries(vectors);
}

function project(outputs: Tensors, weights: Tensors): number {
  let sum = 0;
  for (const [name, output] of Object.entries(outputs)) {
    const weight = weights[name];
    if (weight?.data.length !== output.data.length) {
      throw new RangeError(`forward gave "${name}" another shape for a slightly different input.`);
    }
    for (let i = 0; i < output.data.length; i++) sum += (output.data[i] ?? 0) * (weight.data[i] ?? 0);
  }
  return sum;
}
