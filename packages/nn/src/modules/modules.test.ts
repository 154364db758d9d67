import { describe, expect, test } from "vitest";
import {
  Dropout,
  Embedding,
  GRU,
  IRNN,
  LayerNorm,
  Linear,
  LSTM,
  Module,
  type Parameter,
  parameter,
  RNN,
  random,
  zeros,
} from "..";
import { modelBits } from "../test-support/bits";

/** First values of a parameter. */
function initial({ variable }: Parameter): ArrayLike<number> & Iterable<number> {
  if (!variable.initial) throw new Error("The parameter has been brought to a device.");
  return variable.initial;
}

const largest = (values: Iterable<number>): number => Math.max(...[...values].map(Math.abs));

describe("a module's parameters", () => {
  class Tagger extends Module {
    readonly embed = new Embedding(5, 4, { rng: random(1) });
    readonly stack = [new GRU(4, 3, { rng: random(2) }), new Linear(3, 5, { rng: random(3) })] as const;
    readonly again = this.embed;
    readonly scale: Parameter = parameter({ data: Float32Array.of(1), shape: [1] });
    readonly note = { text: "no module", nothing: null };
  }

  test("are found by the path of fields, each once", () => {
    const tagger = new Tagger();
    expect([...tagger.namedParameters()].map(([path, { shape }]) => `${path} ${shape}`)).toEqual([
      "embed.weight 5,4",
      "stack.0.weightIh.0 9,4",
      "stack.0.weightHh.0 1,9,3",
      "stack.0.bias.0 9",
      "stack.0.recurrentBias.0 1,3",
      "stack.1.weight 5,3",
      "stack.1.bias 5",
      "scale 1",
    ]);
    expect(tagger.parameters()).toHaveLength(8);
    expect(tagger.namedParameters({ tied: true }).get("again.weight")).toBe(tagger.embed.weight);
    expect(tagger.scale.name).toBe("scale");
  });

  test("modules are found by path, itself first", () => {
    expect([...new Tagger().namedModules().keys()]).toEqual(["", "embed", "stack.0", "stack.1", "again"]);
  });

  test("train and eval reach every part", () => {
    const tagger = new Tagger();
    const modes = () => [...tagger.namedModules().values()].map(({ training }) => training);
    expect(tagger.eval()).toBe(tagger);
    expect(modes()).toEqual([false, false, false, false, false]);
    tagger.train();
    expect(modes()).toEqual([true, true, true, true, true]);
  });

  test("without bias there is none", () => {
    expect([...new LSTM(2, 3, { bias: false }).namedParameters().keys()]).toEqual(["weightIh.0", "weightHh.0"]);
    expect([...new GRU(2, 3, { bias: false }).namedParameters().keys()]).toEqual(["weightIh.0", "weightHh.0"]);
    expect([...new Linear(2, 3, { bias: false }).namedParameters().keys()]).toEqual(["weight"]);
    expect([...new LayerNorm(3, { bias: false }).namedParameters().keys()]).toEqual(["weight"]);
    expect([...new GRU(2, 3, { reset: "before" }).namedParameters().keys()]).toEqual([
      "weightIh.0",
      "weightHh.0",
      "bias.0",
    ]);
  });
});

test("dropout passes its input through once it is off, and draws anew each time while on", () => {
  const rng = random(1);
  const dropout = new Dropout(0.5, { rng });
  const x = zeros([2, 3]);
  dropout.forward(x);
  expect(rng.draws).toBe(1);
  expect(dropout.eval().forward(x)).toBe(x);
  expect(rng.draws).toBe(1);
});

test("dropout between layers draws once for each pair of layers, and not in eval", () => {
  const rng = random(1);
  const lstm = new LSTM(3, 4, { rng, layers: 3, dropout: 0.5 });
  const drawn = rng.draws;
  lstm.forward(zeros([2, 5, 3]));
  expect(rng.draws - drawn).toBe(2);
  lstm.eval().forward(zeros([2, 5, 3]));
  expect(rng.draws - drawn).toBe(2);
});

describe.each([1, 3])("of %i layers", (layers) => {
  test.each(["forward", "reverse", "bidirectional"] as const)(
    "%s outputs and states have their shapes",
    (direction) => {
      const [B, T, I, H] = [2, 5, 3, 4];
      const D = direction === "bidirectional" ? 2 : 1;
      const x = zeros([B, T, I]);
      const options = { rng: random(1), layers, direction };
      const lstm = new LSTM(I, H, options);
      const { output, state } = lstm.forward(x);
      expect([output.shape, state.h.shape, state.c.shape]).toEqual([
        [B, T, D * H],
        [layers * D, B, H],
        [layers * D, B, H],
      ]);
      expect([lstm.outputSize, lstm.directions]).toEqual([D * H, D]);
      for (const module of [
        new GRU(I, H, options),
        new GRU(I, H, { ...options, reset: "before" }),
        new RNN(I, H, options),
      ]) {
        const result = module.forward(x);
        expect([result.output.shape, result.state.shape]).toEqual([
          [B, T, D * H],
          [layers * D, B, H],
        ]);
      }
      const next = layers > 1 ? D * H : I;
      expect(lstm.weightIh.map(({ shape }) => shape).at(-1)).toEqual([D * 4 * H, next]);
      expect(lstm.weightHh.map(({ shape }) => shape)).toEqual(Array.from({ length: layers }, () => [D, 4 * H, H]));
    },
  );
});

describe("initial values", () => {
  const [I, H] = [24, 16];

  test("as PyTorch draws them: U(−1/√H, 1/√H) for a recurrent layer, U(−1/√I, 1/√I) for a linear one", () => {
    const gru = new GRU(I, H, { rng: random(1), direction: "bidirectional" });
    for (const values of gru.parameters().map(initial)) {
      expect(largest(values)).toBeLessThanOrEqual(Math.fround(1 / Math.sqrt(H)));
      expect(largest(values)).toBeGreaterThan(0.8 / Math.sqrt(H)); // of 32 draws or more, all are smaller once in 10³
    }
    const linear = new Linear(I, H, { rng: random(2) });
    for (const values of linear.parameters().map(initial)) {
      expect(largest(values)).toBeLessThanOrEqual(Math.fround(1 / Math.sqrt(I)));
      expect(largest(values)).toBeGreaterThan(0.7 / Math.sqrt(I)); // 16 biases: once in 300
    }
  });

  test.each(["torch", "keras"] as const)("the forget gates' bias is 1 exactly, and of no other gate (%s)", (init) => {
    const lstm = new LSTM(I, H, { rng: random(3), init, layers: 2, direction: "bidirectional" });
    for (const bias of lstm.bias) {
      const values = [...initial(bias)];
      expect(values).toHaveLength(2 * 4 * H);
      for (const [row, value] of values.entries()) expect(value === 1).toBe(row % 4 === 1); // i f g o
    }
    const two = new LSTM(I, H, { rng: random(3), init, forgetBias: 2 });
    expect([...initial(two.bias[0] as Parameter)].filter((_, row) => row % 4 === 1)).toEqual(Array(H).fill(2));
  });

  test("as Keras draws them: Glorot for the input of each direction, zeros for biases", () => {
    const bound = Math.sqrt(6 / (I + 3 * H)); // its kernel is [I, 3H]
    const gru = new GRU(I, H, { rng: random(4), init: "keras", direction: "bidirectional" });
    const [weightIh] = gru.weightIh.map(initial) as [Float32Array];
    expect(largest(weightIh)).toBeLessThanOrEqual(Math.fround(bound));
    expect(largest(weightIh)).toBeGreaterThan(0.99 * bound); // of 2304 draws: all smaller once in 10¹⁰
    expect(gru.bias.flatMap((b) => [...initial(b)]).every((b) => b === 0)).toBe(true);
    expect(gru.recurrentBias.flatMap((b) => [...initial(b)]).every((b) => b === 0)).toBe(true);
    const linear = new Linear(I, H, { rng: random(5), init: "keras" });
    expect(largest(initial(linear.weight))).toBeLessThanOrEqual(Math.fround(Math.sqrt(6 / (I + H))));
    expect(largest(initial(linear.weight))).toBeGreaterThan(0.97 * Math.sqrt(6 / (I + H)));
    expect(initial(linear.bias as Parameter)).toEqual(new Float32Array(H));
  });

  test("Keras's recurrent weights are orthogonal: RᵀR = 1 for each direction", () => {
    const lstm = new LSTM(I, H, { rng: random(6), init: "keras", direction: "bidirectional" });
    const R = initial(lstm.weightHh[0] as Parameter);
    const GH = 4 * H;
    let worst = 0;
    for (let d = 0; d < 2; d++) {
      for (let a = 0; a < H; a++) {
        for (let b = 0; b < H; b++) {
          let dot = 0;
          for (let row = 0; row < GH; row++) {
            dot += (R[(d * GH + row) * H + a] as number) * (R[(d * GH + row) * H + b] as number);
          }
          worst = Math.max(worst, Math.abs(dot - (a === b ? 1 : 0)));
        }
      }
    }
    // Each entry is rounded to float32: Σ 2·|R_ra·R_rb|·2⁻²⁵ ≤ 2·2⁻²⁵, the columns being of length 1.
    expect(worst).toBeLessThan(2 ** -24);
  });

  test("embeddings: N(0, 1) or U(−0.05, 0.05), the padding row zero", () => {
    const torch = initial(new Embedding(400, 25, { rng: random(7), paddingId: 3 }).weight) as Float32Array;
    expect([...torch.subarray(75, 100)].every((x) => x === 0)).toBe(true);
    const rest = [...torch.subarray(0, 75), ...torch.subarray(100)];
    expect(rest.every((x) => x !== 0)).toBe(true);
    // 9975 draws: the mean is off by 0.01, the mean square by √2·0.01, one time in three; four times that is enough.
    expect(Math.abs(rest.reduce((a, b) => a + b, 0) / rest.length)).toBeLessThan(0.04);
    expect(Math.abs(rest.reduce((a, b) => a + b * b, 0) / rest.length - 1)).toBeLessThan(0.057);
    const keras = initial(new Embedding(400, 25, { rng: random(8), init: "keras" }).weight);
    expect(largest(keras)).toBeLessThanOrEqual(Math.fround(0.05));
    expect(largest(keras)).toBeGreaterThan(0.0499);
  });

  test("one seed gives one model", () => {
    const made = (seed: number) => new LSTM(I, H, { rng: random(seed) }).parameters().map((p) => [...initial(p)]);
    expect(made(9)).toEqual(made(9));
    expect(made(10)).not.toEqual(made(9));
  });
});

describe("cells with options", () => {
  const shapes = (module: Module) =>
    Object.fromEntries([...module.namedParameters()].map(([name, p]) => [name, p.shape]));

  test("have the parameters that their equations have", () => {
    const rng = random(1);
    const both = { rng, layers: 2, direction: "bidirectional" } as const;
    expect(shapes(new LSTM(3, 5, { ...both, projSize: 2, peepholes: true }))).toEqual({
      "weightIh.0": [40, 3],
      "weightIh.1": [40, 4],
      "weightHh.0": [2, 20, 2],
      "weightHh.1": [2, 20, 2],
      "bias.0": [40],
      "bias.1": [40],
      "peepholeWeight.0": [2, 5, 3],
      "peepholeWeight.1": [2, 5, 3],
      "weightHr.0": [2, 2, 5],
      "weightHr.1": [2, 2, 5],
    });
    expect(shapes(new LSTM(3, 5, { rng, coupled: true, peepholes: true }))).toEqual({
      "weightIh.0": [15, 3],
      "weightHh.0": [1, 15, 5],
      "bias.0": [15],
      "peepholeWeight.0": [1, 5, 2],
    });
    expect(new LSTM(3, 5, { ...both, projSize: 2 }).outputSize).toBe(4);
  });

  test("draw no number more for options that are off", async () => {
    const plain = new LSTM(3, 5, { rng: random(2) });
    const off = new LSTM(3, 5, { rng: random(2), peepholes: false, coupled: false, projSize: 0 });
    expect(await modelBits(off)).toEqual(await modelBits(plain));
  });

  test("Keras's way starts peepholes at zero, and a projection within Glorot's bound", () => {
    const module = new LSTM(3, 6, { rng: random(2), init: "keras", peepholes: true, projSize: 2 });
    expect(new Set(initial(module.peepholeWeight[0] as Parameter))).toEqual(new Set([0]));
    const drawn = initial(module.weightHr[0] as Parameter);
    expect(largest(drawn)).toBeLessThanOrEqual(Math.sqrt(6 / 8));
    expect(new Set(drawn).size).toBe(12);
  });

  test("an IRNN starts with the identity, small input weights and no bias, and rectifies", () => {
    const module = new IRNN(50, 40, { rng: random(3), direction: "bidirectional", scale: 0.5 });
    const recurrent = initial(module.weightHh[0] as Parameter);
    const identity = Array.from({ length: 2 * 40 * 40 }, (_, n) => (Math.floor(n / 40) % 40 === n % 40 ? 0.5 : 0));
    expect(Array.from(recurrent)).toEqual(identity);
    const inputs = initial(module.weightIh[0] as Parameter);
    const deviation = Math.sqrt(Array.from(inputs).reduce((sum, w) => sum + w * w, 0) / inputs.length);
    expect(Math.abs(deviation / 1e-3 - 1)).toBeLessThan(0.06); // 4000 draws: 4 deviations of 1/√8000
    expect(new Set(initial(module.bias[0] as Parameter))).toEqual(new Set([0]));
    expect(module.activation).toEqual({ name: "relu" });
  });
});
