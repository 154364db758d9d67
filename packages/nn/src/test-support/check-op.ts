import { roundToHalf } from "@unroll/kernels";
import { expectClose, type Float64Tensor, integers, normal } from "@unroll/testing";
import { expect } from "vitest";
import { evaluate, grad, mul, sum, type Tensor, tensor } from "..";

/** A differentiable operation beside what it should do, in float64. */
export interface OpCase {
  /** Of the operation or loss, as the package exports it. */
  readonly op: string;
  readonly why: string;
  readonly inputs: readonly Float64Tensor[];
  readonly run: (...inputs: Tensor[]) => Tensor;
  readonly reference: (...inputs: Float64Tensor[]) => Float64Tensor;
  /**
   * How many times half an ulp, 2⁻²⁴, an output or a slope of size 1 may be off: the roundings on its way, each times
   * what later steps magnify it by. 0 where everything is small whole numbers, which float32 keeps exactly.
   */
  readonly roundings: number;
}

const ε = 2 ** -24;
/** Half a step of halves of size 1 … 2, the most that one is off for a number of size 1 by rounding. */
const η = 2 ** -11;
/** What is stored in halves between the inputs of an operation and their gradients: its result, that one's gradient, what it saves, the gradients themselves. */
const STORED = 4;

/** Whole numbers from low to high, as floats that gradients flow to. */
export function whole(
  shape: readonly number[],
  { seed, low = -3, high = 3 }: { seed: number; low?: number; high?: number },
): Float64Tensor {
  const { data } = integers(shape, { seed, low, high: high + 1 });
  return { shape: [...shape], data };
}

/** A tensor of the package with a reference's numbers. */
export function toTensor({ shape, data }: Float64Tensor, dtype: "f32" | "f16" = "f32"): Tensor {
  return tensor(Float32Array.from(data), { shape, dtype });
}

/**
 * Compares an operation's value with its reference, and the gradient of Σ w·output with central differences of the
 * reference. Bounds: an output y is off by at most roundings·ε·max(1, |y|). A gradient Σ_o w_o·J_oi is off by that much
 * of each slope J_oi, and by one rounding more for each of the n outputs that depend on i: those of w_o·J_oi and of the
 * sum. The differences are off by step²/6 of a third derivative and by float64's rounding over the step, 1e-9 in all.
 *
 * In halves the inputs are halves, and so are the outputs, unless they are losses, and the gradients. Each of the STORED
 * arrays on the way is off by η for each number of size 1, once. Small whole numbers stay exact.
 */
export async function checkOp(
  { run, reference, inputs: wide, roundings }: OpCase,
  dtype: "f32" | "f16" = "f32",
): Promise<void> {
  const isExact = roundings === 0;
  const stored = dtype === "f16" && !isExact ? STORED * η : 0;
  const inputs = dtype === "f16" ? wide.map(({ shape, data }) => ({ shape, data: data.map(roundToHalf) })) : wide;
  const expected = reference(...inputs);
  const weights = isExact ? whole(expected.shape, { seed: 77 }) : normal(expected.shape, { seed: 77 });
  const given = inputs.map((input) => toTensor(input, dtype));
  const output = run(...given);
  expect(output.shape).toEqual(expected.shape);
  const gradients = grad(sum(mul(output, toTensor(weights))), given);
  await evaluate([output, ...gradients]);

  const outputBound = (roundings * ε + stored) * Math.max(1, ...expected.data.map(Math.abs));
  expectClose("output", await output.data(), expected.data, { absolute: outputBound, shape: expected.shape });
  for (const [k, input] of inputs.entries()) {
    const gradient = gradients[k] as Tensor;
    expect([gradient.dtype, ...gradient.shape]).toEqual([dtype, ...input.shape]);
    const { slopes, bounds } = differences(k, { reference, inputs, weights, roundings, isExact, stored });
    const values = await gradient.data();
    for (const [i, slope] of slopes.entries()) {
      expectClose(`gradient of input ${k}, element ${i}`, [values[i] as number], [slope], {
        absolute: bounds[i] as number,
      });
    }
  }
}

function differences(
  k: number,
  {
    reference,
    inputs,
    weights,
    roundings,
    isExact,
    stored,
  }: Pick<OpCase, "reference" | "inputs" | "roundings"> & { weights: Float64Tensor; isExact: boolean; stored: number },
): { slopes: number[]; bounds: number[] } {
  // Of whole numbers, sums and products of two stay exact in float64 when moved by 2⁻¹⁰; so do their differences.
  const step = isExact ? 2 ** -10 : 2 ** -17;
  const input = inputs[k] as Float64Tensor;
  const moved = { ...input, data: input.data.slice() };
  const at = inputs.map((other, index) => (index === k ? moved : other));
  const [slopes, bounds]: [number[], number[]] = [[], []];
  for (const [i, x] of input.data.entries()) {
    moved.data[i] = x + step;
    const above = reference(...at).data;
    moved.data[i] = x - step;
    const below = reference(...at).data;
    moved.data[i] = x;
    let [slope, size, dependent] = [0, 0, 0];
    for (const [o, w] of weights.data.entries()) {
      const J = ((above[o] as number) - (below[o] as number)) / (2 * step);
      if (J === 0) continue;
      slope += w * J;
      size += Math.abs(w) * Math.max(1, Math.abs(J));
      dependent++;
    }
    slopes.push(slope);
    bounds.push(isExact ? 0 : ((roundings + dependent) * ε + stored) * size + 1e-9);
  }
  return { slopes, bounds };
}
