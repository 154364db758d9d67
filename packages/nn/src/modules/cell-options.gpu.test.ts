import { expectClose } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { evaluate, grad, mul, random, sum, type Tensor, tensor } from "..";
import { bitsOf } from "../test-support/bits";
import {
  buildRecurrent,
  compareRecurrent,
  type RecurrentCase,
  recurrentBounds,
  small,
  wholes,
} from "../test-support/check-recurrent";
import { useTestDevice } from "../test-support/device";
import type { CellKind, CellOptions } from "../test-support/layer.reference";

useTestDevice();

const variants: (CellOptions & { cell: CellKind })[] = [
  { cell: "LSTM", peepholes: true },
  { cell: "LSTM", coupled: true },
  { cell: "LSTM", clip: 2 },
  { cell: "LSTM", projSize: 2 },
  { cell: "LSTM", projSize: 3, peepholes: true, coupled: true, clip: 2 },
  { cell: "RNN", clip: 2 },
  { cell: "GRU", clip: 2 },
  { cell: "GRU before", clip: 2 },
];

const one: RecurrentCase = {
  why: "one bidirectional layer from a given state, rows of several lengths",
  ...{ direction: "bidirectional", layers: 1, B: 3, T: 2, I: 2, H: 4, lengths: [2, 1, 2], start: true },
  through: ["output", "state"],
};
const two: RecurrentCase = {
  why: "two layers backwards, rows of several lengths, a given state",
  ...{ direction: "reverse", layers: 2, B: 3, T: 3, I: 2, H: 4, lengths: [3, 1, 2], start: true },
  through: ["output", "state"],
};

describe.each(variants)(
  "$cell with clip $clip, peepholes $peepholes, coupled $coupled, projSize $projSize",
  (variant) => {
    const { cell, ...options } = variant;

    test.each([one, two])("follows the float64 equations: $why", async (shape) => {
      const clip = options.clip ? { clip: 0.6 } : {};
      const call = { ...shape, options: { ...options, ...clip }, linear: false };
      const { values, gradients } = await compareRecurrent(cell, call, small, 2 ** -14);
      const { forward, backward } = recurrentBounds(shape);
      for (const [name, actual, expected] of values) expectClose(name, actual, expected, { absolute: forward });
      const largest = Math.max(1, ...gradients.flatMap(([, , expected]) => [...expected].map(Math.abs)));
      for (const [name, actual, expected] of gradients) {
        expectClose(name, actual, expected, { absolute: backward * largest });
      }
    });
  },
);

// With peepholes a gradient here leaves float32's whole numbers, and a clip's kinks have no central difference: of those
// the kernels' own tests have whole numbers.
test.each(variants.filter(({ peepholes, clip }) => !peepholes && !clip))(
  "$cell with coupled $coupled, projSize $projSize is exact in whole numbers",
  async ({ cell, ...options }) => {
    const { values, gradients } = await compareRecurrent(cell, { ...one, options, linear: true }, wholes, 2 ** -12);
    for (const [name, actual, expected] of values) expectClose(name, actual, expected, { absolute: 0 });
    for (const [name, actual, expected] of gradients) {
      expectClose(name, actual, expected.map(Math.round), { absolute: 0 });
    }
    expect(gradients.every(([, actual]) => actual.some((value) => value !== 0))).toBe(true);
  },
);

/** What two layers in both directions make of rows of 3, 1 and 2 steps in T, and the gradients of all weights. */
async function padded({ cell, ...options }: (typeof variants)[0], T: number): Promise<Record<string, Uint32Array>> {
  const module = buildRecurrent(cell, { I: 2, H: 5, layers: 2, direction: "bidirectional", linear: false, options });
  const lengths = [3, 1, 2];
  /** Numbers that do not depend on T; what lies at padding is never looked at. */
  const steps = (width: number, seed: number): Tensor => {
    const real = random(seed).normal(3 * 3 * width);
    const values = Float32Array.from({ length: 3 * T * width }, (_, n) => {
      const [row, t] = [Math.floor(n / (T * width)), Math.floor(n / width) % T];
      return t < (lengths[row] as number) ? (real[(row * 3 + t) * width + (n % width)] as number) : 7;
    });
    return tensor(values, { shape: [3, T, width] });
  };
  const { output, state } = module.forward(steps(2, 1), { lengths });
  const named = [...module.namedParameters()];
  const loss = sum(mul(output, steps(output.shape[2] as number, 2)));
  const gradients = grad(
    loss,
    named.map(([, parameter]) => parameter),
  );
  const finals = "h" in state ? { h: state.h, c: state.c } : { h: state };
  const all = { ...finals, ...Object.fromEntries(named.map(([name], n) => [`d${name}`, gradients[n] as Tensor])) };
  await evaluate(Object.values(all));
  const bits = await Promise.all(Object.entries(all).map(async ([name, of]) => [name, await bitsOf(of)] as const));
  return Object.fromEntries(bits);
}

test.each(variants)(
  "padding further changes no bit: $cell, $clip, $peepholes, $coupled, $projSize",
  async (variant) => {
    expect(await padded(variant, 6)).toEqual(await padded(variant, 3));
  },
);
