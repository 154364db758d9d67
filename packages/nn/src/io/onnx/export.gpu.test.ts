import { useOnnxRuntime } from "@unroll/testing/onnx";
import { describe, test } from "vitest";
import {
  add,
  argmax,
  cast,
  clamp,
  concat,
  Dropout,
  detach,
  div,
  Embedding,
  exp,
  full,
  GRU,
  gelu,
  greater,
  LayerNorm,
  Linear,
  LSTM,
  logSoftmax,
  Module,
  matmul,
  max,
  maximum,
  mean,
  mul,
  neg,
  permute,
  pow,
  RNN,
  random,
  relu,
  reshape,
  sigmoid,
  slice,
  softmax,
  softplus,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  tanh,
  tensor,
  transpose,
  where,
} from "../..";
import { useTestDevice } from "../../test-support/device";
import { expectSame, type Inputs } from "../test-support/onnx-runtime";

useTestDevice();

useOnnxRuntime();

const rng = random(3);
const f32 = (shape: readonly number[], deviation = 1): Tensor =>
  tensor(
    rng.normal(
      shape.reduce((a, b) => a * b, 1),
      0,
      deviation,
    ),
    { shape },
  );

/** What a page would write: tokens, lengths, two layers both ways, the last state, dropout on the way. */
class Tagger extends Module {
  readonly embed = new Embedding(11, 6, { rng });
  readonly lstm = new LSTM(6, 5, { rng, layers: 2, direction: "bidirectional", dropout: 0.3 });
  readonly gru = new GRU(10, 4, { rng, reset: "before" });
  readonly norm = new LayerNorm(4);
  readonly dropout = new Dropout(0.5, { rng });
  readonly hidden = new Linear(4, 7, { rng });
  readonly out = new Linear(7, 3, { rng });

  forward(tokens: Tensor, lengths: Tensor): Record<string, Tensor> {
    const { output } = this.lstm.forward(this.embed.forward(tokens), { lengths });
    const { output: top, state } = this.gru.forward(this.dropout.forward(output), { lengths });
    const tags = this.out.forward(gelu(this.hidden.forward(this.norm.forward(top))));
    const last = reshape(state, [state.shape[1] as number, 4]);
    const scores = this.out.forward(tanh(this.hidden.forward(last)));
    return { tags: logSoftmax(tags), best: argmax(tags), probabilities: softmax(scores) };
  }
}

describe("ONNX Runtime gives what a model gives here", () => {
  // Roundings of sums of at most 20 products of size 2 in each of 5 layers and 6 steps, by their root: 2e-6 each.
  test("a tagger over rows of several lengths, for other sizes than it was traced with", async () => {
    const model = new Tagger();
    for (const [B, T] of [
      [3, 6],
      [1, 1],
    ] as const) {
      const tokens = Int32Array.from({ length: B * T }, (_, at) => (at * 7) % 11);
      const lengths = Uint32Array.from({ length: B }, (_, row) => Math.max(1, T - 2 * row));
      await expectSame(
        model,
        {
          inputs: { tokens: { shape: ["batch", "time"], dtype: "i32" }, lengths: { shape: ["batch"], dtype: "u32" } },
          given: { tokens: tensor(tokens, { shape: [B, T] }), lengths: tensor(lengths) },
          forward: ({ tokens: x, lengths: n }) => model.forward(x as Tensor, n as Tensor),
        },
        1e-5,
      );
    }
  });

  test("classes that stand for their one-hot vectors, whose product is a lookup", async () => {
    const model = new RNN(5, 4, {
      rng,
      direction: "bidirectional",
      activation: { name: "scaledTanh", alpha: 0.9, beta: 1.1 },
    });
    await expectSame(
      model,
      {
        inputs: { classes: { shape: ["rows", "steps"], dtype: "u32" } },
        given: { classes: tensor(Uint32Array.of(4, 0, 1, 2, 2, 3), { shape: [2, 3] }) },
        forward: ({ classes }) => ({ ...model.forward(classes as Tensor) }),
      },
      1e-5,
    );
  });

  test.each([
    ["hardSigmoid", "linear", "relu"],
    ["sigmoid", "softsign", "elu"],
    ["hardSigmoid", "softplus", "leakyRelu"],
    ["sigmoid", "thresholdedRelu", "affine"],
  ] as const)("an LSTM whose gates are %s, %s and %s", async (gate, candidate, output) => {
    const of = (name: typeof gate | typeof candidate | typeof output) => ({
      name,
      ...(name === "leakyRelu" || name === "elu" ? { alpha: 0.3 } : {}),
      ...(name === "affine" ? { alpha: 0.5, beta: 0.1 } : {}),
      ...(name === "thresholdedRelu" ? { alpha: 0.2 } : {}),
    });
    const model = new LSTM(3, 4, { rng, gate: of(gate), candidate: of(candidate), output: of(output) });
    await expectSame(
      model,
      {
        inputs: { x: { shape: ["batch", 5, 3] } },
        given: { x: f32([2, 5, 3]) },
        forward: ({ x }) => {
          const { output: y, state } = model.forward(x as Tensor);
          return { y, h: state.h, c: state.c };
        },
      },
      1e-5,
    );
  });

  test.each([
    { peepholes: true, clip: 0.5 },
    { coupled: true, direction: "bidirectional" },
    { coupled: true, peepholes: true, bias: false },
  ] as const)("an LSTM with %o", async (options) => {
    const model = new LSTM(3, 4, { rng, ...options });
    await expectSame(
      model,
      {
        inputs: { x: { shape: ["batch", "time", 3] } },
        given: { x: f32([2, 6, 3]) },
        forward: ({ x }) => {
          const { output: y, state } = model.forward(x as Tensor);
          return { y, h: state.h, c: state.c };
        },
      },
      1e-5,
    );
  });

  test.each([
    ["GRU", new GRU(3, 4, { rng, clip: 0.4 })],
    ["RNN", new RNN(3, 4, { rng, clip: 0.4 })],
  ])("a clipped %s", async (_, model) => {
    await expectSame(
      model,
      {
        inputs: { x: { shape: ["batch", "time", 3] } },
        given: { x: f32([2, 6, 3], 2) },
        forward: ({ x }) => ({ ...model.forward(x as Tensor) }),
      },
      1e-5,
    );
  });

  test("every other operation", async () => {
    const model = new Linear(4, 4, { rng });
    const mask = tensor(Float32Array.of(1, 0, 0, 1), { shape: [4] });
    const inputs = { x: { shape: ["batch", "time", 4] }, y: { shape: ["batch", 4] } };
    const forward = ({ x, y }: Inputs): Record<string, Tensor> => {
      const [a, b] = [x as Tensor, y as Tensor];
      const [B = 0, T = 0] = a.shape;
      const flat = reshape(a, [B * T, 4]);
      const positive = exp(mul(a, 0.3));
      return {
        flat: model.forward(flat),
        steps: model.forward(a),
        back: reshape(add(flat, 1), [B, T, 4]),
        wide: reshape(a, [B, T * 4]),
        merged: reshape(permute(a, [2, 0, 1]), [4 * B, T]),
        scores: matmul(a, transpose(a)),
        context: matmul(softmax(matmul(a, reshape(b, [B, 4, 1])), 1), full([B, 1, 2], 0.5)),
        product: matmul(a, model.weight),
        tail: slice(a, 1, 1),
        butLast: slice(a, 1, 0, T - 1),
        joined: concat([a, detach(a), mul(a, mask)], 1),
        sums: sum(a, { axes: [1] }),
        mean: mean(a, { axes: [0, 2], keepDims: true }),
        all: sum(a),
        largest: max(a, { axes: [1] }),
        place: argmax(a, 1),
        chosen: where(greater(a, 0.1), sqrt(positive), neg(a)),
        bounded: clamp(a, -0.5, 0.7),
        power: pow(positive, 1.5),
        ratio: div(sub(a, 1), maximum(positive, 1.2)),
        smooth: softplus(sigmoid(relu(a))),
        squared: square(a),
        whole: cast(mul(a, 3), "i32"),
        flags: cast(greater(a, 0), "f32"),
        filled: full([B, T + 1], 2.5),
      };
    };
    const given = { x: f32([3, 5, 4]), y: f32([3, 4]) };
    await expectSame(model, { inputs, given, forward }, 1e-5);
    await expectSame(model, { inputs, given: { x: f32([1, 2, 4]), y: f32([1, 4]) }, forward }, 1e-5);
  });
});
