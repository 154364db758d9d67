import { describe, expect, test } from "vitest";
import {
  Dropout,
  Embedding,
  GRU,
  gelu,
  LayerNorm,
  Linear,
  LSTM,
  Module,
  RNN,
  random,
  readTfjs,
  relu,
  reshape,
  sigmoid,
  softmax,
  sub,
  type Tensor,
  writeTfjs,
  zeros,
} from "../..";

const rng = random(9);

/** A chain in our own words: two layers of LSTM with dropout between, its last state, two dense layers. */
class Names extends Module {
  readonly embed = new Embedding(7, 4, { rng });
  readonly lstm = new LSTM(4, 3, { rng, layers: 2, direction: "bidirectional", dropout: 0.25 });
  readonly gru = new GRU(6, 5, { rng, reset: "before", candidate: { name: "relu" } });
  readonly norm = new LayerNorm(5);
  readonly dropout = new Dropout(0.5);
  readonly hidden = new Linear(5, 6, { rng });
  readonly out = new Linear(6, 2, { rng, bias: false });

  forward(tokens: Tensor): Tensor {
    const { output } = this.lstm.forward(this.embed.forward(tokens));
    const { state } = this.gru.forward(output);
    const last = this.dropout.forward(this.norm.forward(reshape(state, [state.shape[1] as number, 5])));
    return softmax(this.out.forward(relu(this.hidden.forward(last))));
  }
}

class Held extends Module {
  readonly cell: LSTM;
  constructor(cell: LSTM) {
    super();
    this.cell = cell;
  }
  forward(x: Tensor): Tensor {
    return this.cell.forward(x).output;
  }
}

const inputs = { tokens: { shape: ["batch", "time"], dtype: "i32" } } as const;

test.each(["concat", "sum", "mean", "product"] as const)(
  "two directions come back merged as they were: %s",
  async (merge) => {
    const cell = new LSTM(3, 4, { rng, direction: "bidirectional", merge });
    const { model, weights } = await writeTfjs(new Held(cell), { inputs: { x: { shape: ["batch", "time", 3] } } });
    const { output } = readTfjs({ model, weights: [weights] }).forward(zeros([2, 5, 3]));
    expect(output.shape).toEqual([2, 5, cell.outputSize]);
    const mode = { concat: "concat", sum: "sum", mean: "ave", product: "mul" }[merge];
    expect(model).toContain(`"merge_mode":"${mode}"`);
  },
);

test("a chain of modules is written as the layers that Keras has for them", async () => {
  const { model, weights } = await writeTfjs(new Names(), { inputs });
  const json = JSON.parse(model);
  const layers: { class_name: string; config: { name: string } }[] = json.modelTopology.config.layers;
  expect(layers.map(({ class_name, config }) => `${class_name} ${config.name}`)).toMatchInlineSnapshot(`
    [
      "Embedding embed",
      "Bidirectional lstm",
      "Dropout lstm_1",
      "Bidirectional lstm_2",
      "GRU gru",
      "LayerNormalization norm",
      "Dropout dropout",
      "Dense hidden",
      "Dense out",
    ]
  `);
  const manifest: { name: string; shape: number[] }[] = json.weightsManifest[0].weights;
  expect(manifest.map(({ name, shape }) => `${name} [${shape.join(", ")}]`)).toMatchInlineSnapshot(`
    [
      "embed/embeddings [7, 4]",
      "lstm/forward_lstm_layer/kernel [4, 12]",
      "lstm/forward_lstm_layer/recurrent_kernel [3, 12]",
      "lstm/forward_lstm_layer/bias [12]",
      "lstm/backward_lstm_layer/kernel [4, 12]",
      "lstm/backward_lstm_layer/recurrent_kernel [3, 12]",
      "lstm/backward_lstm_layer/bias [12]",
      "lstm_2/forward_lstm_2_layer/kernel [6, 12]",
      "lstm_2/forward_lstm_2_layer/recurrent_kernel [3, 12]",
      "lstm_2/forward_lstm_2_layer/bias [12]",
      "lstm_2/backward_lstm_2_layer/kernel [6, 12]",
      "lstm_2/backward_lstm_2_layer/recurrent_kernel [3, 12]",
      "lstm_2/backward_lstm_2_layer/bias [12]",
      "gru/kernel [6, 15]",
      "gru/recurrent_kernel [5, 15]",
      "gru/bias [15]",
      "norm/gamma [5]",
      "norm/beta [5]",
      "hidden/kernel [5, 6]",
      "hidden/bias [6]",
      "out/kernel [6, 2]",
    ]
  `);
  expect(layers[2]).toMatchInlineSnapshot(`
    {
      "class_name": "Dropout",
      "config": {
        "name": "lstm_1",
        "rate": 0.25,
        "trainable": true,
      },
    }
  `);
  const read = readTfjs({ model, weights: [weights] });
  expect((await writeTfjs(read)).weights).toEqual(weights);
});

describe("what is no chain of Keras's layers is refused", () => {
  class Other extends Module {
    readonly a = new Linear(3, 3, { rng });
    readonly rnn = new RNN(3, 2, { rng, direction: "reverse" });
    readonly plain = new RNN(3, 2, { rng });
    readonly odd = new LSTM(3, 2, { rng, output: { name: "linear" } });
    readonly body: (model: Other, x: Tensor) => Tensor;
    constructor(body: (model: Other, x: Tensor) => Tensor) {
      super();
      this.body = body;
    }
    forward(x: Tensor): Tensor {
      return this.body(this, x);
    }
  }
  const written = (body: (model: Other, x: Tensor) => Tensor) =>
    writeTfjs(new Other(body), { inputs: { x: { shape: ["batch", 5, 3] } } });

  test("an operation that is no layer", async () => {
    await expect(written((model, x) => sub(1, model.a.forward(x)))).rejects.toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: writeTfjs: the operation sub is no layer: only a chain of layers can be written. Keras's Embedding, recurrent layers, Dense, Dropout, LayerNormalization and activations, each reading the one before.]`,
    );
  });
  test("an activation of its own, then another", async () => {
    const { model } = await written((m, x) => sigmoid(relu(m.a.forward(x))));
    expect(JSON.parse(model).modelTopology.config.layers).toHaveLength(2);
  });
  test("steps read backwards", async () => {
    await expect(written((model, x) => model.rnn.forward(x).output)).rejects.toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: writeTfjs: "rnn" reads backwards and gives its steps forwards: only a chain of layers can be written. Keras's Embedding, recurrent layers, Dense, Dropout, LayerNormalization and activations, each reading the one before.]`,
    );
  });
  test("activations that Keras cannot tell apart", async () => {
    await expect(written((model, x) => model.odd.forward(x).output)).rejects.toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: writeTfjs: a Keras LSTM has one activation for its candidate and its output, and this one has two. Save the model with save() in its own layout.]`,
    );
  });
  test("what is added or approximated between layers", async () => {
    const residual = new Held(new LSTM(3, 3, { rng, layers: 2, residual: true }));
    await expect(writeTfjs(residual, { inputs: { x: { shape: ["batch", 5, 3] } } })).rejects.toThrow(
      "adds what its layers read to what they give",
    );
    await expect(written((m, x) => gelu(m.a.forward(x), { approximate: "tanh" }))).rejects.toThrow(
      "the operation gelu is no layer",
    );
    await expect(written((m, x) => gelu(m.a.forward(x)))).resolves.toBeDefined();
  });
  test("a call with lengths", async () => {
    await expect(
      written((model, x) => model.plain.forward(x, { lengths: new Array(x.shape[0]).fill(2) }).output),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: writeTfjs: "plain" is called with lengths: only a chain of layers can be written. Keras's Embedding, recurrent layers, Dense, Dropout, LayerNormalization and activations, each reading the one before.]`,
    );
  });
  test("options of cells that Keras has none of", async () => {
    const cell = new LSTM(3, 2, { rng, peepholes: true, coupled: true, clip: 1 });
    await expect(
      writeTfjs(new Held(cell), { inputs: { x: { shape: ["batch", 5, 3] } } }),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: writeTfjs: Keras has no layer with clipped pre-activations, coupled gates, peepholes. Save the model with save() in its own layout.]`,
    );
    const projected = new Held(new LSTM(3, 4, { rng, projSize: 2 }));
    await expect(writeTfjs(projected, { inputs: { x: { shape: ["batch", 5, 3] } } })).rejects.toThrow(
      "a projected state",
    );
  });
  test("no inputs", async () => {
    await expect(writeTfjs(new Names())).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ValueError: writeTfjs: inputs should be given for a model that was not read from a Keras file but is missing. Describe what it reads: { inputs: { x: { shape: ["batch", "time", 8] } } }.]`,
    );
  });
});

test("features that a recurrent layer drops of its input are Keras's dropout", async () => {
  const cell = new LSTM(3, 4, { rng, inputDropout: 0.25 });
  const { model } = await writeTfjs(new Held(cell), { inputs: { x: { shape: ["batch", "time", 3] } } });
  expect(JSON.parse(model).modelTopology.config.layers[0].config.dropout).toBe(0.25);
});

test("a layer with a forward of its own is refused by name", async () => {
  class Rectified extends Linear {
    override forward(x: Tensor): Tensor {
      return relu(super.forward(x));
    }
  }
  class Net extends Module {
    readonly over = new Rectified(2, 3, { rng });
    forward(x: Tensor): Tensor {
      return this.over.forward(x);
    }
  }
  await expect(
    writeTfjs(new Net(), { inputs: { x: { shape: ["batch", 2] } } }),
  ).rejects.toThrowErrorMatchingInlineSnapshot(
    `[UnsupportedError: writeTfjs: "over", a Rectified, has a forward of its own: only a chain of layers can be written. Keras's Embedding, recurrent layers, Dense, Dropout, LayerNormalization and activations, each reading the one before.]`,
  );
});
