import { describe, expect, test } from "vitest";
import {
  Adam,
  add,
  crossEntropy,
  ElmanCell,
  GRU,
  grad,
  inspect,
  Linear,
  LSTM,
  LSTMCell,
  Module,
  mul,
  Recurrent,
  RNN,
  random,
  reshape,
  slice,
  statisticsOf,
  sum,
  type Tensor,
  tensor,
} from "..";
import { useTestDevice } from "../test-support/device";

useTestDevice();

type Cell = RNN | LSTM | GRU | Recurrent<{ h: Tensor }> | Recurrent<{ h: Tensor; c: Tensor }>;
type State = ReturnType<Cell["forward"]>["state"];
const hiddenOf = (state: State): Tensor => ("h" in state ? state.h : state);

describe("the gradient that reaches each step", () => {
  const [B, T, I, H] = [3, 4, 4, 5];
  const P = 3;
  const cells: { name: string; make: () => Cell; features?: number }[] = [
    { name: "RNN", make: () => new RNN(I, H, { rng: random(1) }) },
    { name: "LSTM", make: () => new LSTM(I, H, { rng: random(1) }) },
    { name: "GRU", make: () => new GRU(I, H, { rng: random(1) }) },
    { name: "GRU, reset before", make: () => new GRU(I, H, { rng: random(1), reset: "before" }) },
    { name: "LSTM, projected", make: () => new LSTM(I, H, { rng: random(1), projSize: P }), features: P },
    { name: "Recurrent of an ElmanCell", make: () => new Recurrent(new ElmanCell(I, H, { rng: random(1) })) },
    { name: "Recurrent of an LSTMCell", make: () => new Recurrent(new LSTMCell(I, H, { rng: random(1) })) },
    { name: "LSTM, clipped", make: () => new LSTM(I, H, { rng: random(1), clip: 0.3 }) },
  ];
  const x = tensor(random(5).normal(B * T * I), { shape: [B, T, I] });

  test.each(cells)("of a $name is that of a network unrolled by hand", async ({ make, features: H = 5 }) => {
    const weights = random(6).normal(B * T * H);
    const last = tensor(random(7).normal(B * H), { shape: [1, B, H] });
    const cell = make();
    // every output and the last state take part in the loss
    const { output, state } = cell.forward(x);
    const loss = add(sum(mul(output, tensor(weights, { shape: [B, T, H] }))), sum(mul(hiddenOf(state), last)));
    const { layers, loss: value } = await inspect(cell, loss);
    const states: State[] = [];
    let unrolled: Tensor | undefined;
    for (let t = 0; t < T; t++) {
      const before = states.at(-1);
      const step = cell.forward(slice(x, 1, t, t + 1), before ? { state: before as never } : {});
      states.push(step.state);
      const part = tensor(
        Float32Array.from({ length: B * H }, (_, i) => weights[(Math.floor(i / H) * T + t) * H + (i % H)] as number),
        { shape: [1, B, H] },
      );
      const term = sum(mul(hiddenOf(step.state), part));
      unrolled = unrolled ? add(unrolled, term) : term;
    }
    const total = add(unrolled as Tensor, sum(mul(hiddenOf(states.at(-1) as State), last)));
    expect(Math.abs((await total.item()) - value)).toBeLessThan(1e-4);
    const norm = async (tensors: readonly Tensor[]) =>
      Promise.all(grad(total, tensors).map(async (each) => statisticsOf(await each.data()).norm));
    const close = (values: readonly number[]) => values.map((each) => expect.closeTo(each, 4));
    expect(layers).toHaveLength(1);
    expect([...(layers[0]?.gradientNorms ?? [])]).toEqual(close(await norm(states.map(hiddenOf))));
    const cellStates = states.flatMap((each) => ("c" in each ? [each.c] : []));
    const cellNorms = layers[0]?.cellGradientNorms;
    expect(cellNorms ? [...cellNorms] : []).toEqual(close(await norm(cellStates)));
  });

  test.each(cells)("of a padded batch of a $name is that of its rows", async ({ make, features: H = 5 }) => {
    const cell = make();
    const lengths = [4, 1, 3];
    const lossOf = (rows: readonly number[], steps: number, given?: number[]) => {
      const data = new Float32Array(rows.length * steps * I);
      const source = random(5).normal(B * T * I);
      for (const [k, row] of rows.entries())
        data.set(source.subarray(row * T * I, (row * T + steps) * I), k * steps * I);
      const run = cell.forward(tensor(data, { shape: [rows.length, steps, I] }), given ? { lengths: given } : {});
      return sum(
        mul(
          hiddenOf(run.state),
          tensor(
            rows.flatMap((row) => Array.from({ length: H }, (_, u) => 1 + row + u)),
            { shape: [1, rows.length, H] },
          ),
        ),
      );
    };
    const padded = await inspect(cell, lossOf([0, 1, 2], T, lengths));
    const squares = new Float64Array(T);
    for (const [row, length] of lengths.entries()) {
      const { layers } = await inspect(cell, lossOf([row], length));
      for (const [t, norm] of (layers[0]?.gradientNorms ?? []).entries())
        squares[t] = (squares[t] as number) + norm ** 2;
    }
    expect([...(padded.layers[0]?.gradientNorms ?? [])]).toEqual(
      [...squares].map((each) => expect.closeTo(Math.sqrt(each), 4)),
    );
  });

  test.each([
    { name: "LSTM", make: (clip: number) => new LSTM(I, H, { rng: random(1), clip }) },
    { name: "LSTM, coupled", make: (clip: number) => new LSTM(I, H, { rng: random(1), clip, coupled: true }) },
    { name: "LSTM, projected", make: (clip: number) => new LSTM(I, H, { rng: random(1), clip, projSize: P }) },
    { name: "GRU", make: (clip: number) => new GRU(I, H, { rng: random(1), clip }) },
    { name: "GRU, reset before", make: (clip: number) => new GRU(I, H, { rng: random(1), clip, reset: "before" }) },
  ])(
    "gates of a $name are shown after their activations, where a clip keeps what was before them too",
    async ({ make }) => {
      const seen = async (clip: number) => {
        const cell = make(clip);
        const { layers } = await inspect(cell, sum(cell.forward(x).output));
        return (
          layers[0]?.gates.flatMap(({ mean, deviation, saturated }) => [...mean, ...deviation, ...saturated]) ?? []
        );
      };
      const plain = await seen(Number.POSITIVE_INFINITY);
      expect(plain.length).toBeGreaterThanOrEqual(3 * 3 * T);
      expect(await seen(50)).toEqual(plain.map((each) => expect.closeTo(each, 5)));
    },
  );

  test("both directions and all layers of a stack are told apart, gates and activations beside them", async () => {
    const model = new LSTM(I, H, { layers: 2, direction: "bidirectional", rng: random(2) });
    const { state } = model.forward(x);
    const { layers, weights: known, gradients } = await inspect(model, sum(state.h));
    expect(layers.map(({ path, cell, direction }) => `${path} ${cell} ${direction}`)).toEqual([
      "weightHh.0 lstm forward",
      "weightHh.0 lstm reverse",
      "weightHh.1 lstm forward",
      "weightHh.1 lstm reverse",
    ]);
    for (const { gradientNorms, gates, activations } of layers) {
      expect([...gradientNorms].every((norm) => norm > 0)).toBe(true);
      expect(gates.map(({ name }) => name)).toEqual(["i", "f", "g", "o"]);
      expect([...(gates[1]?.mean ?? [])].every((mean) => mean > 0.5 && mean < 1)).toBe(true); // forget gates start open
      expect([...activations.mean].every((mean) => Math.abs(mean) < 1)).toBe(true);
    }
    // the top layer read backwards ends at the first step: its own gradient of 1 for each of B·H is there
    expect(layers[3]?.gradientNorms[0]).toBeCloseTo(Math.sqrt(B * H), 4);
    expect(layers[2]?.gradientNorms[T - 1]).toBeCloseTo(Math.sqrt(B * H), 4);
    expect([...known.keys()]).toEqual([...gradients.keys()]);
    expect(known.get("weightHh.0")?.count).toBe(2 * 4 * H * H);
    expect(gradients.get("weightHh.0")?.norm).toBeGreaterThan(0);
  });
});

describe("a Recurrent", () => {
  const [B, T, I, H] = [2, 3, 3, 4];
  const x = tensor(random(5).normal(B * T * I), { shape: [B, T, I] });

  /** An LSTM as a cell in tensor operations, and the fused one, of the same weights. */
  const alike = (direction: "forward" | "bidirectional") => {
    const fused = new LSTM(I, H, { direction, rng: random(2) });
    const model = new Recurrent((size) => new LSTMCell(size, H), { inputSize: I, direction });
    for (const [d, cell] of model.cells.entries()) {
      for (const [name, parameter] of cell.namedParameters()) {
        const of = fused.namedParameters().get(`${name}.0`)?.variable.initial as Float32Array;
        const own = parameter.variable.initial as Float32Array;
        own.set(of.subarray(d * own.length, (d + 1) * own.length));
      }
    }
    return { fused, model };
  };

  test.each([undefined, [3, 2]])(
    "says what the fused layer says, by the names of its cells: lengths %j",
    async (lengths) => {
      const { fused, model } = alike("bidirectional");
      const options = lengths ? { lengths } : {};
      const said = await Promise.all(
        [fused, model].map(async (each) => {
          const { output, state } = each.forward(x, options);
          return (await inspect(each, add(sum(mul(output, output)), sum(state.h)))).layers;
        }),
      );
      const [expected = [], received = []] = said;
      expect(received.map(({ path, cell, direction }) => `${path} ${cell} ${direction}`)).toEqual([
        "cells.0 LSTMCell forward",
        "cells.1 LSTMCell reverse",
      ]);
      for (const [d, { gradientNorms, cellGradientNorms, activations }] of received.entries()) {
        const close = (values: Float64Array | undefined) => [...(values ?? [])].map((each) => expect.closeTo(each, 4));
        expect([...gradientNorms]).toEqual(close(expected[d]?.gradientNorms));
        expect([...(cellGradientNorms ?? [])]).toEqual(close(expected[d]?.cellGradientNorms));
        expect([...activations.mean]).toEqual(close(expected[d]?.activations.mean));
        expect([...activations.deviation]).toEqual(close(expected[d]?.activations.deviation));
      }
    },
  );

  test("says the same where its loss was computed before", async () => {
    const model = new Recurrent(new ElmanCell(I, H, { rng: random(1) }));
    const normsOf = async (loss: Tensor) =>
      (await inspect(model, loss)).layers.map((layer) => [...layer.gradientNorms]);
    const lossOf = () => sum(model.forward(x).output);
    const expected = await normsOf(lossOf());
    expect(expected).toEqual([Array.from({ length: T }, () => expect.any(Number))]);
    const known = lossOf();
    await known.item();
    expect(await normsOf(known)).toEqual(expected);
  });
});

test("statistics are those of the values", () => {
  const { count, mean, deviation, norm, least, most, zeros, nonFinite } = statisticsOf([3, 0, -4, Number.NaN, 1]);
  expect([count, mean, least, most, zeros, nonFinite]).toEqual([5, 0, -4, 3, 0.25, 1]);
  expect([deviation, norm]).toEqual([Math.sqrt(26 / 4), Math.sqrt(26)].map((each) => expect.closeTo(each, 12)));
});

/** Which of two symbols came first is asked after a long row of others. */
class Recall extends Module {
  readonly cell: RNN | LSTM;
  readonly out: Linear;

  constructor(cell: RNN | LSTM) {
    super();
    this.cell = cell;
    this.out = new Linear(cell.hiddenSize, 2, { rng: random(8) });
  }

  forward(x: Tensor): Tensor {
    const { state } = this.cell.forward(x);
    return this.out.forward(reshape(hiddenOf(state), [x.shape[0] as number, this.cell.hiddenSize]));
  }
}

describe("over a long gap in real training", () => {
  const [B, T, H] = [16, 40, 16];
  const symbols = 4;

  const batchOf = (step: number) => {
    const draws = random(1000 + step).uniform(B * T);
    const x = Uint32Array.from(draws, (draw, i) =>
      i % T === 0 ? Math.floor(draw * 2) : 2 + Math.floor(draw * (symbols - 2)),
    );
    const y = Int32Array.from({ length: B }, (_, row) => x[row * T] as number);
    return { x: tensor(x, { shape: [B, T] }), y: tensor(y) };
  };

  /** Trains, and samples the loss and how much of the gradient that reaches the last step but one reaches the first. */
  async function train(model: Recall, steps: number) {
    const optimizer = new Adam(model.parameters(), { lr: 0.01, clipNorm: 1 });
    const samples: { loss: number; reach: number }[] = [];
    for (let step = 0; step < steps; step++) {
      const { x, y } = batchOf(step);
      if (step % 10 === 0) {
        const { loss, layers } = await inspect(model, crossEntropy(model.forward(x), y));
        const norms = layers[0]?.gradientNorms as Float64Array;
        samples.push({ loss, reach: (norms[0] as number) / (norms[T - 2] as number) });
      }
      await optimizer.minimize(crossEntropy(model.forward(x), y));
    }
    optimizer.dispose();
    return samples;
  }

  test("the gradient of an Elman network vanishes, and that of an LSTM does not: so it learns long before the other", async () => {
    const elman = await train(new Recall(new RNN(symbols, H, { rng: random(3) })), 61);
    const lstm = await train(new Recall(new LSTM(symbols, H, { rng: random(3), forgetBias: 4 })), 61);
    // What is learned already has no gradient: looked at are the samples where the loss is near chance, ln 2 = 0.69.
    const learning = (samples: typeof elman) => samples.filter(({ loss }) => loss > 0.5).map(({ reach }) => reach);
    expect(learning(elman).length).toBeGreaterThan(4);
    expect(learning(lstm).length).toBeGreaterThan(1);
    for (const reach of learning(elman)) expect(reach).toBeLessThan(1e-3);
    for (const reach of learning(lstm)) {
      expect(reach).toBeGreaterThan(1e-2);
      expect(reach).toBeLessThan(1e2);
    }
    expect(elman.at(-1)?.loss).toBeGreaterThan(0.5);
    expect(lstm.at(-1)?.loss).toBeLessThan(0.3);
  }, 120_000);

  test("that of an Elman network with large weights explodes", async () => {
    const rnn = new RNN(symbols, H, { rng: random(3), activation: { name: "linear" } });
    const weights = rnn.weightHh[0]?.variable.initial as Float32Array;
    for (const [i, weight] of weights.entries()) weights[i] = 4 * weight;
    const model = new Recall(rnn);
    const { x, y } = batchOf(0);
    const { layers } = await inspect(model, mul(crossEntropy(model.forward(x), y), 1e-6));
    const norms = layers[0]?.gradientNorms as Float64Array;
    expect((norms[0] as number) / (norms[T - 1] as number)).toBeGreaterThan(1e3);
  });
});
