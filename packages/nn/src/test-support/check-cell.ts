import { expectClose, type Float64Tensor, float64, sizeOf, uniform } from "@unroll/testing";
import { expect } from "vitest";
import {
  add,
  assign,
  type Cell,
  type CellState,
  evaluate,
  grad,
  mul,
  Recurrent,
  type RecurrentCellOptions,
  type StepInput,
  sum,
  type Tensor,
  zeros,
} from "..";
import type { CellReference, Vectors, Weights } from "../modules/cells/cells.reference";
import { toTensor } from "./check-op";

type AnyCell = Cell<CellState, StepInput>;

export interface CellCase {
  readonly why: string;
  readonly make: () => AnyCell;
  readonly reference: CellReference;
  /** How many matrix products follow one another in a step. */
  readonly depth?: number;
  /** By how much a step may magnify an error of the state, and the errors of its own sums. */
  readonly growth?: number;
  /** Largest entry of a weight, as a part of one over the length of its row. */
  readonly bound?: number;
  /** States that no gradient is asked of. */
  readonly constant?: readonly string[];
}

export interface RunOf {
  readonly B: number;
  readonly T: number;
  readonly lengths?: readonly number[];
  readonly direction?: "forward" | "reverse";
  readonly start: boolean;
  readonly options?: RecurrentCellOptions;
  /** What recurrent weights see of unit u of a state of row b, as a factor. */
  readonly sees?: (name: string, b: number, u: number) => number;
  readonly training?: boolean;
}

const zeros64 = (shape: readonly number[]): Float64Tensor => float64(shape, new Float64Array(sizeOf(shape)));

type Named = ReadonlyMap<string, Float64Tensor>;
const ε = 2 ** -24;

/** A cell over a batch: plain loops over rows and steps. */
function runReference(reference: CellReference, run: RunOf, cell: AnyCell, inputs: Named): Map<string, Float64Tensor> {
  const { B, T, lengths, direction, sees } = run;
  const x = inputs.get("x") as Float64Tensor;
  const I = cell.inputSize;
  const w: Weights = (path) => inputs.get(path) as Float64Tensor;
  const O = cell.outputSize;
  const results = new Map([["output", zeros64([B, T, O])]]);
  for (const [name, shape] of Object.entries(cell.stateShapes)) results.set(name, zeros64([B, sizeOf(shape)]));
  for (let b = 0; b < B; b++) {
    const length = lengths?.[b] ?? T;
    let state: Vectors = Object.fromEntries(
      Object.entries(cell.stateShapes).map(([name, shape]) => {
        const size = sizeOf(shape);
        const given = inputs.get(`start.${name}`);
        return [name, Array.from({ length: size }, (_, u) => given?.data[b * size + u] ?? 0)];
      }),
    );
    for (let n = 0; n < length; n++) {
      const t = direction === "reverse" ? length - 1 - n : n;
      const seen = Object.fromEntries(
        Object.entries(state).map(([name, v]) => [name, v.map((value, u) => value * (sees?.(name, b, u) ?? 1))]),
      );
      const at = x.data.subarray((b * T + t) * I, (b * T + t + 1) * I);
      const made = reference({ w, x: [...at], state, seen, at: { b, t } });
      results.get("output")?.data.set(made.output, (b * T + t) * O);
      state = made.state;
    }
    for (const [name, v] of Object.entries(state)) results.get(name)?.data.set(v, b * v.length);
  }
  return results;
}

/**
 * Compares a cell over a batch with its reference: output, final state, and the gradients of all parameters, of x and of
 * the state to start from with central differences of the reference.
 *
 * Bounds, in units of 2⁻²⁴. A step's own error: `depth` products after one another, each of sums of at most n terms that
 * activations pass on by at most 5 in all, and 64 for the activations and the products of gates. An error of the state
 * grows by `growth` in a step. Backward, in units of the largest gradient: a step sums as often as forward and meets up
 * to four saved values, each off by the forward error; weights sum it over B·T steps. The differences themselves are off by
 * step² = 4e-9 of a third derivative and float64's rounding over the step, 1e-7 in all.
 */
export async function checkCell(
  { make, reference, depth = 1, growth = 1.25, bound = 1, constant = [] }: CellCase,
  run: RunOf,
): Promise<void> {
  const { B, T, lengths, direction = "forward", start, options = {}, training = false } = run;
  const cell = make();
  const module = new Recurrent(cell, { ...options, direction }).train(training);
  const parameters = cell.namedParameters();
  const inputs = new Map<string, Float64Tensor>();
  const draw = (name: string, shape: readonly number[], size: number): void => {
    inputs.set(name, uniform(shape, { seed: inputs.size + 3, low: -size, high: size }));
  };
  draw("x", [B, T, ...cell.inputShape], 1);
  for (const [name, shape] of Object.entries(cell.stateShapes)) {
    if (start && !constant.includes(name)) draw(`start.${name}`, [B, ...shape], 1);
  }
  for (const [path, { shape }] of parameters) draw(path, shape, shape.length > 1 ? bound / sizeOf(shape.slice(1)) : 1);
  await assign([...parameters].map(([path, p]) => [p, Float32Array.from(inputs.get(path)?.data ?? [])] as const));

  const leaves = new Map<string, Tensor>();
  for (const [name, values] of inputs) leaves.set(name, parameters.get(name) ?? toTensor(values));
  const startOf = (name: string): Tensor | undefined => leaves.get(`start.${name}`);
  const state: Record<string, Tensor> = {};
  for (const [name, shape] of Object.entries(cell.stateShapes)) {
    const given = startOf(name);
    if (given)
      state[name] = toTensor({ shape: [1, ...given.shape], data: (inputs.get(`start.${name}`) as Float64Tensor).data });
    else if (start) state[name] = zeros([1, B, ...shape]);
  }
  const answer = module.forward(leaves.get("x") as Tensor, { lengths, state });
  const results: Record<string, Tensor> = { output: answer.output, ...answer.state };
  const of = [...leaves].map(([name, leaf]) => (name.startsWith("start.") ? (state[name.slice(6)] as Tensor) : leaf));

  const expected = runReference(reference, { ...run, direction }, cell, inputs);
  const used = Object.keys(results).filter((name) => !constant.includes(name));
  const weights = new Map(
    used.map((name, k) => [
      name,
      uniform((expected.get(name) as Float64Tensor).shape, { seed: 50 + k, low: -1, high: 1 }),
    ]),
  );
  const loss = used
    .map((name) => {
      const { data } = weights.get(name) as Float64Tensor;
      const result = results[name] as Tensor;
      return sum(mul(result, toTensor({ shape: [...result.shape], data })));
    })
    .reduce((a, b) => add(a, b));
  const gradients = grad(loss, of);
  await evaluate([...Object.values(results), ...gradients]);

  const terms = Math.max(...[...parameters.values()].map(({ shape }) => sizeOf(shape.slice(1)))) + 4;
  const sizes = { B, T, terms, depth, growth };
  const { forward, backward } = bounds(sizes);
  for (const [name, result] of Object.entries(results)) {
    expectClose(name, await result.data(), (expected.get(name) as Float64Tensor).data, { absolute: forward });
  }
  const lossOf = (at: Named): number => {
    const found = runReference(reference, { ...run, direction }, cell, at);
    return used.reduce((total, name) => {
      const w = (weights.get(name) as Float64Tensor).data;
      return (found.get(name) as Float64Tensor).data.reduce((s, v, i) => s + v * (w[i] as number), total);
    }, 0);
  };
  const slopes = new Map([...inputs].map(([name, input]) => [name, differences(name, input, inputs, lossOf)]));
  const largest = Math.max(1, ...[...slopes.values()].flatMap((values) => [...values].map(Math.abs)));
  for (const [k, [name, expectedSlopes]] of [...slopes].entries()) {
    const found = await (gradients[k] as Tensor).data();
    expect(
      expectedSlopes.some((slope) => Math.abs(slope) > 1e-6),
      `d ${name} is not all zeros`,
    ).toBe(true);
    expectClose(`d ${name}`, found, expectedSlopes, { absolute: backward * largest + 1e-7 });
  }
}

function differences(name: string, input: Float64Tensor, inputs: Named, lossOf: (at: Named) => number): Float64Array {
  const step = 2 ** -14;
  const moved = { ...input, data: input.data.slice() };
  const at = new Map(inputs).set(name, moved);
  return input.data.map((value, i) => {
    moved.data[i] = value + step;
    const above = lossOf(at);
    moved.data[i] = value - step;
    const below = lossOf(at);
    moved.data[i] = value;
    return (above - below) / (2 * step);
  });
}

function bounds({
  B,
  T,
  terms,
  depth,
  growth,
}: {
  B: number;
  T: number;
  terms: number;
  depth: number;
  growth: number;
}) {
  let n = 0;
  for (let t = 0; t < T; t++) n += growth ** t;
  const forward = depth * growth * (5 * terms + 64) * n;
  const backward = (depth * growth * (4 * terms + 64) + 4 * forward) * n;
  return { forward: forward * ε, backward: (backward + B * T) * ε };
}
