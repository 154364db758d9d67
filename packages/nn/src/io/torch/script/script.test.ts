import { describe, expect, test } from "vitest";
import {
  add,
  concat,
  Dropout,
  Embedding,
  GRU,
  gelu,
  LayerNorm,
  Linear,
  LSTM,
  Module,
  mul,
  parameter,
  RNN,
  random,
  relu,
  reshape,
  slice,
  softmax,
  type Tensor,
  tanh,
  toPyTorch,
} from "../../..";

const rng = random(4);

/** A page's model: a part of its own, a list of parts, tied weights, lengths, states, operations between modules. */
class Encoder extends Module {
  readonly embed = new Embedding(9, 4, { rng, paddingId: 0 });
  readonly lstm = new LSTM(4, 3, { rng, layers: 2, direction: "bidirectional", dropout: 0.1 });

  forward(tokens: Tensor, lengths: Tensor) {
    return this.lstm.forward(this.embed.forward(tokens), { lengths });
  }
}

export class Tagger extends Module {
  readonly encoder = new Encoder();
  readonly back = new GRU(6, 4, { rng, direction: "reverse" });
  readonly norm = new LayerNorm(4);
  readonly dropout = new Dropout(0.2);
  readonly hidden = [new Linear(4, 5, { rng }), new Linear(5, 4, { rng })];
  readonly out = new Linear(4, 9, { rng });

  constructor() {
    super();
    Object.assign(this.out, { weight: this.encoder.embed.weight });
  }

  forward(tokens: Tensor, lengths: Tensor): Record<string, Tensor> {
    const { output, state } = this.encoder.forward(tokens, lengths);
    const { output: top } = this.back.forward(output, { lengths });
    let x = this.dropout.forward(this.norm.forward(top));
    for (const layer of this.hidden) x = gelu(layer.forward(x));
    const [B = 0, T = 0] = tokens.shape;
    const logits = this.out.forward(reshape(x, [B * T, 4]));
    const last = reshape(slice(state.h, 0, 3, 4), [B, 3]);
    return { logits: reshape(logits, [B, T, 9]), last: softmax(concat([last, mul(tanh(last), 2)], 1)) };
  }
}

test("a model with parts, lists, ties and lengths", () => {
  const inputs = {
    tokens: { shape: ["batch", "time"], dtype: "i32" },
    lengths: { shape: ["batch"], dtype: "u32" },
  } as const;
  expect(toPyTorch(new Tagger(), { inputs })).toMatchInlineSnapshot();
});

test("one output, features, a state given, another loss", () => {
  class Meter extends Module {
    readonly rnn = new RNN(2, 3, { rng, activation: { name: "relu" }, bias: false });
    readonly out = new Linear(3, 1, { rng, bias: false });
    forward(x: Tensor, h: Tensor): Tensor {
      return add(relu(this.out.forward(this.rnn.forward(x, { state: h }).output)), 0.5);
    }
  }
  const script = toPyTorch(new Meter(), {
    inputs: { x: { shape: ["batch", 6, 2] }, h: { shape: [1, "batch", 3] } },
    loss: "mse",
  });
  expect(script.slice(script.indexOf("class Meter"), script.indexOf("def load"))).toMatchInlineSnapshot();
});

describe("what has no counterpart is refused by name", () => {
  const inputs = { x: { shape: ["batch", 5, 2] } } as const;
  class Holder extends Module {
    readonly inner: Module;
    readonly body: (x: Tensor) => unknown;
    constructor(inner: Module, body: (x: Tensor) => unknown) {
      super();
      this.inner = inner;
      this.body = body;
    }
    forward(x: Tensor): unknown {
      return this.body(x);
    }
  }

  test("a GRU that resets before", () => {
    const gru = new GRU(2, 2, { reset: "before" });
    expect(() => toPyTorch(new Holder(gru, (x) => gru.forward(x)), { inputs })).toThrowErrorMatchingInlineSnapshot();
  });
  test("an activation", () => {
    const lstm = new LSTM(2, 2, { gate: { name: "hardSigmoid" } });
    expect(() => toPyTorch(new Holder(lstm, (x) => lstm.forward(x)), { inputs })).toThrowErrorMatchingInlineSnapshot();
  });
  test("a single layer", () => {
    expect(() => toPyTorch(new Linear(2, 2), { inputs })).toThrowErrorMatchingInlineSnapshot();
  });
  test("a parameter of its own", () => {
    class Own extends Module {
      readonly scale = parameter({ data: Float32Array.of(1), shape: [1] });
      forward(x: Tensor): Tensor {
        return mul(x, this.scale);
      }
    }
    expect(() => toPyTorch(new Own(), { inputs })).toThrowErrorMatchingInlineSnapshot();
  });
  test("what it returns", () => {
    const linear = new Linear(2, 2);
    expect(() => toPyTorch(new Holder(linear, () => 3), { inputs })).toThrowErrorMatchingInlineSnapshot();
  });
  test("names that are none in Python", () => {
    const linear = new Linear(2, 2);
    const holder = new Holder(linear, (x) => linear.forward(x));
    expect(() => toPyTorch(holder, { inputs: { "x y": inputs.x } })).toThrowErrorMatchingInlineSnapshot();
    expect(() => toPyTorch(holder, { inputs, className: "1a" })).toThrowErrorMatchingInlineSnapshot();
  });
});
