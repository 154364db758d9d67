import { describe, expect, test } from "vitest";
import {
  type Cell,
  ClockworkCell,
  ConvLSTM2D,
  ConvLSTM2DCell,
  DeepTransitionCell,
  dropout,
  ElmanCell,
  evaluate,
  GRUCell,
  JordanCell,
  LayerNormLSTMCell,
  LSTMCell,
  ones,
  Recurrent,
  random,
  SCRNCell,
  type Tensor,
  tensor,
  Zoneout,
  zeros,
} from "../..";
import { bitsOf } from "../../test-support/bits";
import { type CellCase, checkCell, type RunOf } from "../../test-support/check-cell";
import { useTestDevice } from "../../test-support/device";
import * as references from "./cells.reference";

useTestDevice();

const [I, H] = [3, 4];
const deep = { input: 2, transition: 2, output: 2, shortcut: true };

const cases: CellCase[] = [
  { why: "Elman", make: () => new ElmanCell(I, H), reference: references.elman },
  { why: "LSTM", make: () => new LSTMCell(I, H), reference: references.lstm },
  { why: "GRU, reset after", make: () => new GRUCell(I, H), reference: references.gru("after") },
  {
    why: "GRU, reset before",
    make: () => new GRUCell(I, H, { reset: "before" }),
    reference: references.gru("before"),
    depth: 2,
  },
  { why: "Jordan", make: () => new JordanCell(I, H, 2), reference: references.jordan(0), depth: 2 },
  {
    why: "Jordan with state units that decay",
    make: () => new JordanCell(I, H, 2, { decay: 0.5 }),
    reference: references.jordan(0.5),
    depth: 2,
    growth: 2, // the state keeps half of its own error beside what weights pass on
  },
  {
    why: "clockwork",
    make: () => new ClockworkCell(I, 6, [1, 2, 3]),
    reference: references.clockwork([1, 2, 3]),
    constant: ["phase"],
  },
  { why: "SCRN", make: () => new SCRNCell(I, H, 2), reference: references.scrn(0.95), depth: 2, growth: 2 },
  {
    why: "SCRN with an adaptive context",
    make: () => new SCRNCell(I, H, 2, { adaptive: true }),
    reference: references.scrn("adaptive"),
    depth: 2,
    growth: 2,
  },
  {
    why: "LSTM with layer normalisation",
    make: () => new LayerNormLSTMCell(I, H, { epsilon: 0.1 }),
    reference: references.layerNormLSTM(0.1),
    growth: 4, // a normalisation magnifies by at most 1/√ε = 3.2
    bound: 3,
  },
  {
    why: "deep input, transition and output with a shortcut",
    make: () => new DeepTransitionCell(I, H, { input: [5, 3], transition: [4, 3], output: [5, 2], shortcut: true }),
    reference: references.deepTransition(deep),
    depth: 7,
  },
  {
    why: "a transition without hidden layers",
    make: () => new DeepTransitionCell(I, H),
    reference: references.deepTransition({ input: 0, transition: 0, output: 0, shortcut: false }),
  },
  {
    why: "convolutional LSTM",
    make: () => new ConvLSTM2DCell([2, 3, 2], 2, { kernelSize: 3 }),
    reference: references.convLSTM2D({ F: 2, H: 3, W: 2, OH: 3, OW: 2, stride: 1, pad: 1, peepholes: false }),
  },
  {
    why: "convolutional LSTM with peepholes, every second pixel of the input",
    make: () => new ConvLSTM2DCell([1, 4, 3], 2, { kernelSize: [3, 3], stride: 2, padding: 1, peepholes: true }),
    reference: references.convLSTM2D({ F: 2, H: 4, W: 3, OH: 2, OW: 2, stride: 2, pad: 1, peepholes: true }),
  },
  {
    why: "zoneout after eval",
    make: () => new Zoneout(new LSTMCell(I, H), { h: 0.25, c: 0.5 }),
    reference: references.zoneout(references.lstm, ({ name }) => (name === "h" ? 0.25 : 0.5)),
  },
];

const runs: (RunOf & { as: string })[] = [
  { as: "forward from a given state", B: 2, T: 3, start: true },
  { as: "rows of several lengths", B: 3, T: 3, lengths: [3, 1, 2], start: true },
  {
    as: "backwards, rows of several lengths, from zeros",
    B: 3,
    T: 3,
    lengths: [2, 3, 1],
    direction: "reverse",
    start: false,
  },
];

describe.each(cases)("$why", (cellCase) => {
  test.each(runs)("follows the float64 equations, gradients too: $as", (run) => checkCell(cellCase, run));
});

/** What a generator of this seed draws first, and next: how much each element keeps, 0 or 1/(1 − p). */
async function draws(shapes: readonly (readonly number[])[], p: number, seed: number): Promise<Float32Array[]> {
  const rng = random(seed);
  const made = shapes.map((shape) => dropout(ones(shape), p, { rng }));
  await evaluate(made);
  return Promise.all(made.map(async (mask) => (await mask.data()) as Float32Array));
}

describe("zoneout while training", () => {
  test("units keep their values at the steps that are drawn, gradients too", async () => {
    const [B, T] = [3, 3];
    const [h, c] = (await draws(
      [
        [B, T, H],
        [B, T, H],
      ],
      0.4,
      9,
    )) as [Float32Array, Float32Array];
    const keeps = ({ name, b, t, u }: { name: string; b: number; t: number; u: number }): number =>
      (name === "h" ? h : c)[(b * T + t) * H + u] === 0 ? 1 : 0;
    const kept = [...h, ...c].filter((value) => value === 0).length;
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThan(h.length + c.length);
    await checkCell(
      {
        why: "LSTM",
        make: () => new Zoneout(new LSTMCell(I, H), 0.4, { rng: random(9) }),
        reference: references.zoneout(references.lstm, keeps),
      },
      { B, T, lengths: [3, 1, 2], start: true, training: true },
    );
  });

  test("around a cell that prepares several inputs", () =>
    checkCell(
      {
        why: "GRU",
        make: () => new Zoneout(new GRUCell(I, H), 0.3),
        reference: references.zoneout(references.gru("after"), () => 0.3),
      },
      { B: 2, T: 3, start: true },
    ));

  test("keeps about as many units as asked for, others at each step, and a seed repeats", async () => {
    const [B, T, units] = [4, 5, 100];
    const make = (): Recurrent<{ h: Tensor }> => {
      const rng = random(1);
      const cell: Cell<{ h: Tensor }> = new ElmanCell(2, units, { rng });
      return new Recurrent(new Zoneout(cell, 0.3, { rng: random(2) }));
    };
    const x = tensor(random(3).normal(B * T * 2), { shape: [B, T, 2] });
    const [first, again] = [make().forward(x).output, make().forward(x).output];
    await evaluate([first, again]);
    expect(await bitsOf(first)).toEqual(await bitsOf(again));
    const values = await first.data();
    const isKept = (b: number, t: number, u: number): boolean => {
      const old = t === 0 ? 0 : values[(b * T + t - 1) * units + u];
      return values[(b * T + t) * units + u] === old;
    };
    const counts = Array.from({ length: T }, (_, t) => {
      let kept = 0;
      for (let b = 0; b < B; b++) for (let u = 0; u < units; u++) if (isKept(b, t, u)) kept++;
      return kept;
    });
    // 400 draws with p = 0.3: six deviations of √(400·0.3·0.7) = 9.2 each
    for (const count of counts) expect(Math.abs(count - 120)).toBeLessThan(55);
    expect(new Set(counts).size).toBeGreaterThan(1);
  });
});

describe("variational dropout", () => {
  test("recurrent weights see the same units at all steps, and what carries the state over sees all", async () => {
    const [B, p] = [3, 0.4];
    const [h] = (await draws([[B, H]], p, 9)) as [Float32Array];
    expect([...h].some((value) => value === 0)).toBe(true);
    const sees = (_: string, b: number, u: number): number => h[b * H + u] as number;
    const options = { recurrentDropout: p, rng: random(9) };
    const run = { B, T: 3, lengths: [3, 2, 3], start: true, training: true, sees, options };
    await checkCell({ why: "GRU", make: () => new GRUCell(I, H), reference: references.gru("after"), growth: 2 }, run);
  });
});

test("ConvLSTM2D puts two directions side by side along the filters, and stacks", () => {
  const layer = new ConvLSTM2D([3, 6, 5], 4, { kernelSize: 3, direction: "bidirectional", layers: 2, rng: random(1) });
  const { output, state } = layer.forward(zeros([2, 3, 3, 6, 5]), { lengths: [3, 1] });
  expect(output.shape).toEqual([2, 3, 8, 6, 5]);
  expect(state.c.shape).toEqual([4, 2, 4, 6, 5]);
  expect(layer.cells.map(({ inputShape }) => inputShape[0])).toEqual([3, 3, 8, 8]);
  expect(() => new ConvLSTM2D([3, 6, 5], 0, { kernelSize: 3 })).toThrow(/filters should be a positive whole number/);
});
