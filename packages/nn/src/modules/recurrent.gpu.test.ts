import { expectClose, type Float64Tensor, uniform } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { add, assign, evaluate, GRU, grad, LSTM, mul, type Parameter, RNN, random, sum, type Tensor } from "..";
import { toTensor, whole } from "../test-support/check-op";
import { useTestDevice } from "../test-support/device";
import {
  type CellKind,
  GATES,
  type LayerWeights,
  type StackInputs,
  type StackShape,
  stackReference,
} from "../test-support/layer.reference";

useTestDevice();

const ε = 2 ** -24;
const cells: CellKind[] = ["RNN", "LSTM", "GRU", "GRU before"];

interface Case extends Omit<StackShape, "cell"> {
  readonly why: string;
  readonly layers: number;
  readonly I: number;
  /** Whether a state to start from is given. */
  readonly start: boolean;
  /** What the loss is made of. */
  readonly through: ("output" | "state")[];
}

const cases: Case[] = [
  {
    why: "one layer through its outputs, from a given state",
    ...{ direction: "forward", layers: 1, B: 3, T: 2, I: 2, H: 4, start: true, through: ["output"] },
  },
  {
    why: "one layer backwards through its final state, rows of several lengths",
    ...{
      direction: "reverse",
      layers: 1,
      B: 3,
      T: 2,
      I: 3,
      H: 3,
      lengths: [2, 1, 2],
      start: false,
      through: ["state"],
    },
  },
  {
    why: "one bidirectional layer, rows of several lengths",
    ...{ direction: "bidirectional", layers: 1, B: 3, T: 2, I: 2, H: 3, lengths: [2, 1, 2], start: true },
    through: ["output"],
  },
  {
    why: "two bidirectional layers through both, lengths and a given state",
    ...{ direction: "bidirectional", layers: 2, B: 2, T: 2, I: 2, H: 3, lengths: [1, 2], start: true },
    through: ["output", "state"],
  },
];

type Draw = (shape: readonly number[], seed: number, bound: number) => Float64Tensor;

/** Inputs and weights by name; `bound` of a matrix is what a row of it may sum up to. */
function inputsOf(
  cell: CellKind,
  { direction, layers, B, T, I, H, start }: Case,
  draw: Draw,
): Map<string, Float64Tensor> {
  const D = direction === "bidirectional" ? 2 : 1;
  const GH = GATES[cell] * H;
  const inputs = new Map([["x", draw([B, T, I], 1, 1)]]);
  if (start) {
    inputs.set("h0", draw([layers * D, B, H], 2, 1));
    if (cell === "LSTM") inputs.set("c0", draw([layers * D, B, H], 3, 1));
  }
  for (let layer = 0; layer < layers; layer++) {
    const width = layer === 0 ? I : D * H;
    inputs.set(`weightIh.${layer}`, draw([D * GH, width], 10 + layer, 1 / 8 / width));
    inputs.set(`weightHh.${layer}`, draw([D, GH, H], 20 + layer, 1 / 8 / H));
    inputs.set(`bias.${layer}`, draw([D * GH], 30 + layer, 1));
    if (cell === "GRU") inputs.set(`recurrentBias.${layer}`, draw([D, H], 40 + layer, 1));
  }
  return inputs;
}

/** Whole numbers −1, 0 and 1. */
const wholes: Draw = (shape, seed) => whole(shape, { seed, low: -1, high: 1 });
const small: Draw = (shape, seed, bound) => uniform(shape, { seed, low: -bound, high: bound });

function reference(cell: CellKind, shape: Case & { linear: boolean }, inputs: ReadonlyMap<string, Float64Tensor>) {
  const get = (name: string): Float64Tensor => inputs.get(name) as Float64Tensor;
  const layers = Array.from({ length: shape.layers }, (_, layer): LayerWeights => {
    const recurrentBias = inputs.get(`recurrentBias.${layer}`);
    return {
      weightIh: get(`weightIh.${layer}`),
      weightHh: get(`weightHh.${layer}`),
      bias: get(`bias.${layer}`),
      ...(recurrentBias ? { recurrentBias } : {}),
    };
  });
  const [h0, c0] = [inputs.get("h0"), inputs.get("c0")];
  const given: StackInputs = { x: get("x"), layers, ...(h0 ? { h0 } : {}), ...(c0 ? { c0 } : {}) };
  return stackReference({ ...shape, cell }, given);
}

/** The module of the package with the same weights, and what it answers. */
async function build(cell: CellKind, { I, H, layers, direction, linear }: Case & { linear: boolean }) {
  const name = { name: "linear" } as const;
  const shared = { rng: random(1), layers, direction };
  if (cell === "RNN") return new RNN(I, H, { ...shared, ...(linear ? { activation: name } : {}) });
  if (cell === "LSTM") {
    return new LSTM(I, H, { ...shared, ...(linear ? { gate: name, candidate: name, output: name } : {}) });
  }
  const reset = cell === "GRU" ? "after" : "before";
  return new GRU(I, H, { ...shared, reset, ...(linear ? { gate: name, candidate: name } : {}) });
}

function answer(module: RNN | LSTM | GRU, x: Tensor, lengths: Case["lengths"], h?: Tensor, c?: Tensor) {
  if (module instanceof LSTM) {
    const { output, state } = module.forward(x, { lengths, state: h && c ? { h, c } : undefined });
    return { output, h: state.h, c: state.c };
  }
  const { output, state } = module.forward(x, { lengths, state: h });
  return { output, h: state };
}

/** Values and gradients of a module, by name, and what they should be. */
async function compare(cell: CellKind, shape: Case & { linear: boolean }, draw: Draw, step: number) {
  const inputs = inputsOf(cell, shape, draw);
  const module = await build(cell, shape);
  const parameters = module.namedParameters();
  expect([...parameters.keys()].sort()).toEqual([...inputs.keys()].filter((name) => name.includes(".")).sort());
  await assign([...parameters].map(([name, p]) => [p, Float32Array.from(inputs.get(name)?.data ?? [])] as const));

  const expected = reference(cell, shape, inputs);
  const leaves = new Map<string, Tensor | Parameter>();
  for (const [name, values] of inputs) leaves.set(name, parameters.get(name) ?? toTensor(values));
  const results = answer(module, leaves.get("x") as Tensor, shape.lengths, leaves.get("h0"), leaves.get("c0"));
  const weights = {
    output: draw(expected.output.shape, 51, 1),
    h: draw(expected.h.shape, 52, 1),
    c: draw(expected.c.shape, 53, 1),
  };
  const used = (Object.keys(results) as (keyof typeof weights)[]).filter((name) =>
    shape.through.includes(name === "output" ? "output" : "state"),
  );
  const loss = used
    .map((name) => sum(mul(results[name] as Tensor, toTensor(weights[name]))))
    .reduce((a, b) => add(a, b));
  const gradients = grad(loss, [...leaves.values()]);
  await evaluate([...Object.values(results), ...gradients]);

  const lossOf = (at: ReadonlyMap<string, Float64Tensor>): number => {
    const found = reference(cell, shape, at);
    return used.reduce(
      (sum64, name) => sum64 + found[name].data.reduce((s, v, i) => s + v * (weights[name].data[i] as number), 0),
      0,
    );
  };
  const slopes = new Map<string, Float64Array>();
  for (const [name, input] of inputs) {
    const moved = { ...input, data: input.data.slice() };
    const at = new Map(inputs).set(name, moved);
    const found = input.data.map((value, i) => {
      moved.data[i] = value + step;
      const above = lossOf(at);
      moved.data[i] = value - step;
      const below = lossOf(at);
      moved.data[i] = value;
      return (above - below) / (2 * step);
    });
    slopes.set(name, found);
  }
  const values = await Promise.all(
    Object.entries(results).map(
      async ([name, result]) => [name, await result.data(), expected[name as "h"].data] as const,
    ),
  );
  const found = await Promise.all(
    [...leaves.keys()].map(
      async (name, k) =>
        [`d ${name}`, await (gradients[k] as Tensor).data(), slopes.get(name) as Float64Array] as const,
    ),
  );
  return { values, gradients: found };
}

/**
 * Rows of W and R sum to at most 1/8. A step's own error: its pre-activations are sums of H + I + 4 terms, which σ and tanh
 * pass on by 3·0.7 + 2.2 in all, and 64 for the functions themselves and the products of gates, in units of 2⁻²⁴. An error
 * of the state grows by at most 1 + 2/8 in a step, to n-fold over T steps; a layer passes a quarter of its error to each
 * step of the next. Backward, in units of the largest gradient: a step sums 4H + 64 roundings and meets up to 4 saved
 * values, off by the forward error each; its error grows and is passed on just so, and weights sum it over B·T steps.
 */
function bounds({ layers, B, T, I, H }: Case): { forward: number; backward: number } {
  let n = 0;
  for (let t = 0; t < T; t++) n += 1.25 ** t;
  let [forward, backward] = [0, 0];
  for (let layer = 0; layer < layers; layer++) forward = (5 * (H + Math.max(I, 2 * H) + 4) + 64 + forward / 4) * n;
  for (let layer = 0; layer < layers; layer++) backward = (4 * H + 64 + 4 * forward + backward / 4) * n;
  return { forward: forward * ε, backward: (backward + B * T) * ε };
}

describe.each(cells)("%s", (cell) => {
  // With the identity for every activation and whole numbers for everything else, float32 makes no error at all, and a
  // gradient is a whole number: the one next to its central difference, which is off by step²/6 of a third derivative.
  // Two layers of gates multiply beyond float32's whole numbers; of the Elman network they do not.
  const exact = cases.filter(({ layers }) => layers === 1 || cell === "RNN");
  test.each(exact)("is exact in whole numbers: $why", async (shape) => {
    const { values, gradients } = await compare(cell, { ...shape, linear: true }, wholes, 2 ** -12);
    for (const [name, actual, expected] of values) expectClose(name, actual, expected, { absolute: 0 });
    for (const [name, actual, expected] of gradients) {
      const rounded = expected.map(Math.round);
      expectClose(`${name}: distance from a whole number`, expected, rounded, { absolute: 0.05 });
      expectClose(name, actual, rounded, { absolute: 0 });
    }
    expect(gradients.every(([, actual]) => actual.some((value) => value !== 0))).toBe(true);
  });

  test.each(cases)("follows the float64 equations: $why", async (shape) => {
    const long = { ...shape, T: 3, ...(shape.lengths ? { lengths: shape.lengths.map((length) => length + 1) } : {}) };
    const { values, gradients } = await compare(cell, { ...long, linear: false }, small, 2 ** -14);
    const { forward, backward } = bounds(long);
    for (const [name, actual, expected] of values) expectClose(name, actual, expected, { absolute: forward });
    const largest = Math.max(1, ...gradients.flatMap(([, , expected]) => [...expected].map(Math.abs)));
    for (const [name, actual, expected] of gradients) {
      expectClose(name, actual, expected, { absolute: backward * largest });
    }
  });
});
