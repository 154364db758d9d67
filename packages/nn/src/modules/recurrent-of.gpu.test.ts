import { expectClose, uniform } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import {
  Adam,
  add,
  assign,
  type Cell,
  type CellState,
  cast,
  concat,
  dropout,
  ElmanCell,
  evaluate,
  GRU,
  GRUCell,
  grad,
  LSTM,
  LSTMCell,
  minimizeChunk,
  mul,
  ones,
  planStatistics,
  Recurrent,
  type RecurrentCellOptions,
  RNN,
  random,
  type StepInput,
  square,
  sum,
  type Tensor,
  tensor,
} from "..";
import { bitsOf } from "../test-support/bits";
import { useTestDevice } from "../test-support/device";
import { withHalves } from "../test-support/halves";

const gpu = useTestDevice();
const ε = 2 ** -24;

type Kind = "RNN" | "LSTM" | "GRU" | "GRU before";
type Names = Record<string, Tensor>;

const fusedOf = (kind: Kind, I: number, H: number, options: { layers: number; direction: Direction }) =>
  kind === "RNN"
    ? new RNN(I, H, options)
    : kind === "LSTM"
      ? new LSTM(I, H, options)
      : new GRU(I, H, { ...options, reset: kind === "GRU" ? "after" : "before" });

const cellOf = (kind: Kind, I: number, H: number): Cell<CellState, StepInput> =>
  kind === "RNN"
    ? new ElmanCell(I, H)
    : kind === "LSTM"
      ? new LSTMCell(I, H)
      : new GRUCell(I, H, { reset: kind === "GRU" ? "after" : "before" });

type Direction = "forward" | "reverse" | "bidirectional";

interface Case {
  readonly why: string;
  readonly layers: number;
  readonly direction: Direction;
  readonly B: number;
  readonly T: number;
  readonly I: number;
  readonly H: number;
  readonly lengths?: readonly number[];
  readonly start?: boolean;
}

const cases: Case[] = [
  { why: "one layer", layers: 1, direction: "forward", B: 3, T: 5, I: 4, H: 7 },
  { why: "backwards, several lengths", layers: 1, direction: "reverse", B: 4, T: 6, I: 3, H: 5, lengths: [6, 1, 4, 3] },
  {
    ...{ why: "two bidirectional layers, several lengths, a given state", layers: 2, direction: "bidirectional" },
    ...{ B: 3, T: 5, I: 3, H: 6, lengths: [2, 5, 3], start: true },
  },
  { why: "rows of whole 256 bytes", layers: 1, direction: "forward", B: 4, T: 9, I: 16, H: 32, start: true },
];

/** Rows of a fused layer's W or R that belong to one direction. */
const rowsOf = (data: ArrayLike<number>, d: number, D: number): Float32Array<ArrayBuffer> =>
  Float32Array.from(data).subarray((d * data.length) / D, ((d + 1) * data.length) / D);

/** Gives a cell the weights of one direction of a fused layer, which holds them in the same order. */
async function copyWeights(fused: RNN | LSTM | GRU, cell: Cell<CellState, StepInput>, layer: number, d: number) {
  const D = fused.directions;
  const own = cell.namedParameters();
  const from: [string, Float32Array<ArrayBuffer>][] = [];
  for (const name of ["weightIh", "weightHh", "bias", "recurrentBias"] as const) {
    const parameter =
      name === "recurrentBias" ? fused instanceof GRU && fused.recurrentBias[layer] : fused[name][layer];
    if (parameter) from.push([name, rowsOf(await parameter.data(), d, D)]);
  }
  const values = new Map(from);
  if (cell instanceof GRUCell && cell.weightCandidate) {
    // resetting before, the candidate's rows of R are a matrix of their own
    const R = values.get("weightHh") as Float32Array;
    const H = cell.outputSize;
    const row = (n: number): Float32Array => R.subarray(n * H, (n + 1) * H);
    const of = (gates: readonly number[]): Float32Array<ArrayBuffer> =>
      Float32Array.from(Array.from({ length: H }, (_, u) => gates.flatMap((g) => [...row(3 * u + g)])).flat());
    values.set("weightHh", of([0, 1]));
    values.set("weightCandidate", of([2]));
  }
  await assign(
    [...values].map(([name, data]) => {
      const parameter = own.get(name);
      if (!parameter) throw new Error(`${cell.constructor.name} has no ${name}`);
      return [parameter, data] as const;
    }),
  );
}

const named = (state: Tensor | { h: Tensor; c: Tensor }): Names => ("h" in state ? { ...state } : { h: state });

/** Σ weights·result over all results. */
function lossOf(results: Names): Tensor {
  return Object.values(results)
    .map((result, k) => {
      const { data } = uniform(result.shape, { seed: 60 + k, low: -1, high: 1 });
      return sum(mul(result, tensor(Float32Array.from(data), { shape: result.shape })));
    })
    .reduce((a, b) => add(a, b));
}

describe.each(["RNN", "LSTM", "GRU", "GRU before"] as const)("cells of %s", (kind) => {
  test.each(cases)("give what the fused layer gives, gradients too: $why", async (shape) => {
    const { layers, direction, B, T, I, H, lengths, start } = shape;
    const fused = fusedOf(kind, I, H, { layers, direction });
    const composed = new Recurrent((inputSize) => cellOf(kind, inputSize, H), { layers, direction, inputSize: I });
    const D = fused.directions;
    for (const [k, cell] of composed.cells.entries()) await copyWeights(fused, cell, Math.floor(k / D), k % D);
    const draw = (shapeOf: number[], seed: number): Tensor =>
      tensor(Float32Array.from(uniform(shapeOf, { seed, low: -1, high: 1 }).data), { shape: shapeOf });
    const x = draw([B, T, I], 1);
    const [h, c] = [draw([layers * D, B, H], 2), draw([layers * D, B, H], 3)];
    const given: Names = !start ? {} : kind === "LSTM" ? { h, c } : { h };
    const state = fused instanceof LSTM ? (start ? { h, c } : undefined) : start ? h : undefined;
    // One of the two forms fits, by the kind of layer.
    const answer =
      fused instanceof LSTM
        ? fused.forward(x, { lengths, state: state as { h: Tensor; c: Tensor } | undefined })
        : fused.forward(x, { lengths, state: state as Tensor | undefined });
    const expected = { output: answer.output, ...named(answer.state) };
    const own = composed.forward(x, { lengths, state: given });
    const actual: Names = { output: own.output, ...own.state };

    const leaves = [x, ...Object.values(given)];
    const expectedGradients = grad(lossOf(expected), leaves);
    const actualGradients = grad(lossOf(actual), leaves);
    await evaluate([...Object.values(expected), ...Object.values(actual), ...expectedGradients, ...actualGradients]);
    // Both follow the same equations: a step sums I + H + 4 terms, activations add 64 roundings, and with weights up to
    // 1/√H an error of the state at most doubles in a step of this length; each side may be off by that. The sums of a
    // gradient run over T steps more.
    let n = 0;
    for (let t = 0; t < T; t++) n += 2 ** t;
    const forward = 2 * (5 * (2 * H + I + 4) + 64) * n * layers * ε;
    for (const [name, value] of Object.entries(expected)) {
      const found = actual[name] as Tensor;
      expect(found.shape).toEqual(value.shape);
      expectClose(name, await found.data(), await value.data(), { absolute: forward });
    }
    for (const [k, gradient] of expectedGradients.entries()) {
      const values = await gradient.data();
      const largest = Math.max(1, ...[...values].map(Math.abs));
      expectClose(`d ${k}`, await (actualGradients[k] as Tensor).data(), values, { absolute: 4 * forward * largest });
    }
  });
});

describe("a batch with padding", () => {
  test.each(["forward", "reverse", "bidirectional"] as const)("changes no bit, %s", async (direction) => {
    const [B, T, I, H] = [3, 4, 3, 5];
    const lengths = [4, 2, 3];
    const values = random(1).normal(B * T * I);
    const answers: Uint32Array[][] = [];
    for (const [padTo, padding] of [
      [T, 123],
      [T + 9, 123],
      [T + 9, Number.NaN],
    ] as const) {
      const rng = random(2);
      const layer = new Recurrent((inputSize) => new LSTMCell(inputSize, H, { rng }), {
        ...{
          inputSize: I,
          layers: 2,
          direction,
          residual: true,
          dropout: 0.3,
          recurrentDropout: 0.2,
          inputDropout: 0.2,
        },
        rng: random(3),
      });
      const padded = new Float32Array(B * padTo * I).fill(padding);
      for (let b = 0; b < B; b++) padded.set(values.subarray(b * T * I, (b + 1) * T * I), b * padTo * I);
      const x = tensor(padded, { shape: [B, padTo, I], allowNonFinite: true });
      const { output, state } = layer.forward(x, { lengths });
      const loss = add(sum(square(output)), sum(square(state.c)));
      const gradients = grad(loss, [x, ...layer.parameters()]);
      await evaluate([output, state.h, state.c, ...gradients]);
      const inside = async (of: Tensor): Promise<Uint32Array> => {
        const bits = await bitsOf(of);
        const width = of.shape[2] as number;
        const rows = lengths.flatMap((length, b) => [
          ...bits.subarray(b * padTo * width, (b * padTo + length) * width),
        ]);
        return Uint32Array.from(rows);
      };
      const outside = await output.data();
      const O = layer.outputSize;
      for (const [b, length] of lengths.entries()) {
        const rest = outside.subarray((b * padTo + length) * O, (b + 1) * padTo * O);
        expect([...rest].every((value) => value === 0)).toBe(true);
      }
      const [dx, ...rest] = gradients as [Tensor, ...Tensor[]];
      answers.push([await inside(output), await inside(dx)]);
      for (const of of [state.h, state.c, ...rest]) answers.at(-1)?.push(await bitsOf(of));
    }
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);
  });
});

describe("directions", () => {
  const merges = {
    concat: (f: Tensor, r: Tensor) => concat([f, r], -1),
    sum: (f: Tensor, r: Tensor) => add(f, r),
    mean: (f: Tensor, r: Tensor) => mul(add(f, r), 0.5),
    product: (f: Tensor, r: Tensor) => mul(f, r),
  } as const;
  test.each(["concat", "sum", "mean", "product"] as const)("are merged by %s", async (merge) => {
    const [B, T, I, H] = [2, 4, 3, 5];
    const rng = random(4);
    const both = new Recurrent((inputSize) => new ElmanCell(inputSize, H, { rng }), {
      ...{ inputSize: I, direction: "bidirectional", merge },
    });
    const [forward, reverse] = both.cells as [ElmanCell, ElmanCell];
    const x = tensor(random(5).normal(B * T * I), { shape: [B, T, I] });
    const lengths = [4, 2];
    const { output } = both.forward(x, { lengths });
    const there = new Recurrent(forward).forward(x, { lengths }).output;
    const back = new Recurrent(reverse, { direction: "reverse" }).forward(x, { lengths }).output;
    const expected = merges[merge](there, back);
    await evaluate([output, expected]);
    expect(output.shape).toEqual([B, T, both.outputSize]);
    expect(await bitsOf(output)).toEqual(await bitsOf(expected));
  });
});

describe("dropout", () => {
  const [B, T, I, H] = [2, 6, 8, 8];
  const x = ones([B, T, I]);
  const layerOf = (options: RecurrentCellOptions) => {
    const rng = random(1);
    return new Recurrent((inputSize) => new ElmanCell(inputSize, H, { rng }), {
      ...{ inputSize: I, layers: 2, rng: random(9) },
      ...options,
    });
  };

  test("of inputs is the same at all steps of a row: what is seen is the input without those features", async () => {
    const layer = layerOf({ layers: 1, inputDropout: 0.5 });
    const mask = dropout(ones([B, 1, I]), 0.5, { rng: random(9) });
    const { output } = layer.forward(x);
    const expected = layer.eval().forward(mul(x, mask)).output;
    await evaluate([output, expected, mask]);
    expect(await bitsOf(output)).toEqual(await bitsOf(expected));
    expect(new Set(await mask.data())).toEqual(new Set([0, 2]));
  });

  test.each([
    [{ dropout: 0.5 }, 1],
    [{ inputDropout: 0.5 }, 2],
    [{ recurrentDropout: 0.5 }, 2],
  ] as const)("%j draws %i times while training, and not after eval", (options, draws) => {
    const rng = random(9);
    const layer = layerOf({ ...options, rng });
    layer.forward(x);
    expect(rng.draws).toBe(draws);
    layer.eval().forward(x);
    expect(rng.draws).toBe(draws);
  });
});

test("a residual stack adds each layer's input to its output, but for the first", async () => {
  const [B, T, I, H] = [2, 3, 4, 5];
  const rng = random(1);
  const stack = new Recurrent((inputSize) => new ElmanCell(inputSize, H, { rng }), {
    ...{ inputSize: I, layers: 2, residual: true },
  });
  const x = tensor(random(2).normal(B * T * I), { shape: [B, T, I] });
  const [below, above] = stack.cells as [ElmanCell, ElmanCell];
  const first = new Recurrent(below).forward(x).output;
  const expected = add(new Recurrent(above).forward(first).output, first);
  const { output } = stack.forward(x);
  await evaluate([output, expected]);
  expect(await bitsOf(output)).toEqual(await bitsOf(expected));
});

test.each(["RNN", "LSTM", "GRU", "GRU before"] as const)(
  "a cell of %s computes in halves, and learns from a gradient in f32",
  (kind) =>
    withHalves(gpu.device, async () => {
      const [B, T, I, H] = [2, 3, 4, 6];
      const layer = new Recurrent(cellOf(kind, I, H));
      const x = tensor(random(2).normal(B * T * I), { shape: [B, T, I] });
      const wide = layer.forward(x, { lengths: [3, 2] }).output;
      layer.half();
      const narrow = layer.forward(x, { lengths: [3, 2] }).output;
      const unpadded = layer.forward(x).output;
      await evaluate([wide, narrow, unpadded]);
      // inputs, weights, products and activations are each off by at most 2⁻¹¹ of values up to 3, in sums of I + H terms
      expectClose("output", await narrow.data(), await wide.data(), { absolute: T * (I + H) * 4 * 2 ** -11 });
      const optimizer = new Adam(layer.parameters(), { lr: 1e-3 });
      const before = await (layer.cells[0] as Cell<CellState, StepInput>).parameters()[0]?.data();
      for (let step = 0; step < 3; step++) await optimizer.minimize(sum(square(cast(layer.forward(x).output, "f32"))));
      expect(await (layer.cells[0] as Cell<CellState, StepInput>).parameters()[0]?.data()).not.toEqual(before);
      optimizer.dispose();
    }),
);

test("a thousand steps, forward and backward", async () => {
  const [B, T, I] = [2, 1000, 3];
  const cell = new Recurrent(new GRUCell(I, 4, { rng: random(1) }));
  const x = tensor(random(2).normal(B * T * I), { shape: [B, T, I] });
  const { output } = cell.forward(x, { lengths: [1000, 700] });
  const optimizer = new Adam(cell.parameters(), { lr: 1e-3 });
  const loss = sum(square(output));
  await optimizer.minimize(loss);
  expect(Number.isFinite(await loss.item())).toBe(true);
  optimizer.dispose();
}, 300_000);

test("truncated backpropagation over 2,000 chunks: as many buffers and as much memory as after ten", async () => {
  const [B, T, I, H] = [2, 3, 2, 4];
  const layer = new Recurrent(new LSTMCell(I, H, { rng: random(1) }));
  const optimizer = new Adam(layer.parameters(), { lr: 1e-3 });
  const { counters } = gpu.device;
  let state: { h: Tensor; c: Tensor } | undefined;
  let early = { counts: counters.snapshot(), misses: 0 };
  for (let step = 0; step < 2000; step++) {
    const x = tensor(random(step % 7).normal(B * T * I), { shape: [B, T, I] });
    const { output, state: next } = layer.forward(x, { state });
    const loss = sum(square(output));
    state = await minimizeChunk(optimizer, loss, next, { from: state });
    loss.dispose(); // or wait for the garbage collector, which takes its time
    if (step % 50 === 0) await state.h.data();
    if (step === 10) early = { counts: counters.snapshot(), misses: planStatistics(gpu.device).misses };
  }
  await gpu.device.idle();
  const made = counters.since(early.counts);
  expect(made.submissions).toBeGreaterThanOrEqual(1989);
  const { buffers, bindGroups, pipelines } = made;
  expect({ buffers, bindGroups, pipelines }).toEqual({ buffers: 0, bindGroups: 0, pipelines: 0 });
  expect(planStatistics(gpu.device).misses).toBe(early.misses);
  expect(counters.liveBuffers).toBe(early.counts.liveBuffers);
  expect(counters.liveBytes).toBe(early.counts.liveBytes);
  optimizer.dispose();
}, 300_000);
