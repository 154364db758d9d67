import { type Float64Tensor, uniform } from "@unroll/testing";
import { expect } from "vitest";
import { add, assign, evaluate, GRU, grad, LSTM, mul, type Parameter, RNN, random, sum, type Tensor } from "..";
import { toTensor, whole } from "./check-op";
import {
  type CellKind,
  gatesOf,
  type LayerWeights,
  type StackInputs,
  type StackShape,
  stackReference,
} from "./layer.reference";

const ε = 2 ** -24;

/** A stack of layers, and what is asked of it. */
export interface RecurrentCase extends Omit<StackShape, "cell"> {
  readonly why: string;
  readonly layers: number;
  readonly I: number;
  /** Whether a state to start from is given. */
  readonly start: boolean;
  /** What the loss is made of. */
  readonly through: ("output" | "state")[];
}

export type Draw = (shape: readonly number[], seed: number, bound: number) => Float64Tensor;

/** Inputs and weights by name; `bound` of a matrix is what a row of it may sum up to. */
function inputsOf(
  cell: CellKind,
  { direction, layers, B, T, I, H, start, options = {} }: RecurrentCase,
  draw: Draw,
): Map<string, Float64Tensor> {
  const D = direction === "bidirectional" ? 2 : 1;
  const { peepholes = false, projSize: P = H } = options;
  const G = gatesOf(cell, options);
  const GH = G * H;
  const inputs = new Map([["x", draw([B, T, I], 1, 1)]]);
  if (start) {
    inputs.set("h0", draw([layers * D, B, P], 2, 1));
    if (cell === "LSTM") inputs.set("c0", draw([layers * D, B, H], 3, 1));
  }
  for (let layer = 0; layer < layers; layer++) {
    const width = layer === 0 ? I : D * P;
    inputs.set(`weightIh.${layer}`, draw([D * GH, width], 10 + layer, 1 / 8 / width));
    inputs.set(`weightHh.${layer}`, draw([D, GH, P], 20 + layer, 1 / 8 / P));
    inputs.set(`bias.${layer}`, draw([D * GH], 30 + layer, 1));
    if (peepholes) inputs.set(`peepholeWeight.${layer}`, draw([D, H, G - 1], 50 + layer, 1 / 8));
    if (P !== H) inputs.set(`weightHr.${layer}`, draw([D, P, H], 60 + layer, 1 / H));
    if (cell === "GRU") inputs.set(`recurrentBias.${layer}`, draw([D, H], 40 + layer, 1));
  }
  return inputs;
}

/** Whole numbers −1, 0 and 1. */
export const wholes: Draw = (shape, seed) => whole(shape, { seed, low: -1, high: 1 });
export const small: Draw = (shape, seed, bound) => uniform(shape, { seed, low: -bound, high: bound });

function reference(
  cell: CellKind,
  shape: RecurrentCase & { linear: boolean },
  inputs: ReadonlyMap<string, Float64Tensor>,
) {
  const get = (name: string): Float64Tensor => inputs.get(name) as Float64Tensor;
  const layers = Array.from({ length: shape.layers }, (_, layer): LayerWeights => {
    const optional = (["recurrentBias", "peepholeWeight", "weightHr"] as const).flatMap((name) => {
      const found = inputs.get(`${name}.${layer}`);
      return found ? [[name, found] as const] : [];
    });
    return {
      weightIh: get(`weightIh.${layer}`),
      weightHh: get(`weightHh.${layer}`),
      bias: get(`bias.${layer}`),
      ...Object.fromEntries(optional),
    };
  });
  const [h0, c0] = [inputs.get("h0"), inputs.get("c0")];
  const given: StackInputs = { x: get("x"), layers, ...(h0 ? { h0 } : {}), ...(c0 ? { c0 } : {}) };
  return stackReference({ ...shape, cell }, given);
}

/** The module of the package with the same weights, and what it answers. */
export function buildRecurrent(
  cell: CellKind,
  {
    I,
    H,
    layers,
    direction,
    linear,
    options,
  }: Pick<RecurrentCase, "I" | "H" | "layers" | "direction" | "options"> & { linear: boolean },
) {
  const name = { name: "linear" } as const;
  const shared = { rng: random(1), layers, direction, ...options };
  if (cell === "RNN") return new RNN(I, H, { ...shared, ...(linear ? { activation: name } : {}) });
  if (cell === "LSTM") {
    return new LSTM(I, H, { ...shared, ...(linear ? { gate: name, candidate: name, output: name } : {}) });
  }
  const reset = cell === "GRU" ? "after" : "before";
  return new GRU(I, H, { ...shared, reset, ...(linear ? { gate: name, candidate: name } : {}) });
}

function answer(module: RNN | LSTM | GRU, x: Tensor, lengths: RecurrentCase["lengths"], h?: Tensor, c?: Tensor) {
  if (module instanceof LSTM) {
    const { output, state } = module.forward(x, { lengths, state: h && c ? { h, c } : undefined });
    return { output, h: state.h, c: state.c };
  }
  const { output, state } = module.forward(x, { lengths, state: h });
  return { output, h: state };
}

/** Values and gradients of a module, by name, and what they should be. */
export async function compareRecurrent(
  cell: CellKind,
  shape: RecurrentCase & { linear: boolean },
  draw: Draw,
  step: number,
) {
  const inputs = inputsOf(cell, shape, draw);
  const module = buildRecurrent(cell, shape);
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
export function recurrentBounds({ layers, B, T, I, H }: RecurrentCase): { forward: number; backward: number } {
  let n = 0;
  for (let t = 0; t < T; t++) n += 1.25 ** t;
  let [forward, backward] = [0, 0];
  for (let layer = 0; layer < layers; layer++) forward = (5 * (H + Math.max(I, 2 * H) + 4) + 64 + forward / 4) * n;
  for (let layer = 0; layer < layers; layer++) backward = (4 * H + 64 + 4 * forward + backward / 4) * n;
  return { forward: forward * ε, backward: (backward + B * T) * ε };
}
