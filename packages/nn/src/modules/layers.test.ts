import { describe, expect, test } from "vitest";
import {
  AveragePool1d,
  averagePool2d,
  Conv1d,
  Conv2d,
  conv1d,
  conv2d,
  Embedding,
  GroupNorm,
  groupNorm,
  LayerNorm,
  Linear,
  MaxPool1d,
  Module,
  maxPool2d,
  RMSNorm,
  random,
  rmsNorm,
  Tensor,
  zeros,
} from "..";

describe("bad input of convolutions", () => {
  const [x, w] = [zeros([2, 4, 5, 5]), zeros([6, 4, 3, 3])];

  test("channels and groups", () => {
    expect(() => conv2d(x, zeros([6, 3, 3, 3]))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: conv2d: the input channels should be 3, as a weight of 3 a group and groups = 1 take, but is 4.]`,
    );
    expect(() => conv2d(x, zeros([6, 2, 3, 3]), undefined, { groups: 4 })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: conv2d: the output channels should be divisible by groups = 4 but is 6.]`,
    );
    expect(() => conv2d(x, w, undefined, { groups: 0 })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: conv2d: groups should be a positive whole number but is 0.]`,
    );
    expect(() => new Conv1d(3, 3, 2, { groups: 0 })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: Conv1d: groups should be a positive whole number but is 0.]`,
    );
    expect(() => new Conv1d(2, 2, 3, { padding: -1 })).toThrow('and, for sequences, "causal", but is -1.');
    expect(() => new Conv2d(5, 6, 3, { groups: 2 })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: Conv2d: the input channels should be divisible by groups = 2 but is 5.]`,
    );
  });

  test("a kernel larger than the padded input", () => {
    expect(() => conv2d(x, zeros([6, 4, 7, 3]))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: conv2d: the kernel should be at most [5, 5], which is the input with its padding, but is [7, 3]. Pad more, for example with padding: "same", or use a smaller kernel.]`,
    );
    expect(() =>
      conv1d(zeros([1, 4, 2]), zeros([3, 2, 3]), undefined, { dilation: 2 }),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: conv1d: the kernel, dilation counted, should be at most [1, 4], which is the input with its padding, but is [1, 5]. Pad more, for example with padding: "same", or use a smaller kernel.]`,
    );
  });

  test("strides, padding and shapes", () => {
    expect(() => conv2d(x, w, undefined, { stride: 0 })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: conv2d: stride should be a positive whole number but is 0.]`,
    );
    expect(() => conv2d(x, w, undefined, { padding: -1 })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: conv2d: padding should be whole numbers, at least 0, or one of "same", "valid" and, for sequences, "causal", but is -1.]`,
    );
    expect(() => conv2d(x, w, zeros([5]))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: conv2d: bias should be [6] but is [5].]`,
    );
    expect(() => conv2d(zeros([4, 5, 5]), w)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: conv2d: x should be [N, C, H, W] but is [4, 5, 5].]`,
    );
    expect(() => new Conv1d(2, 3, 3, { padding: 0.5 })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: Conv1d: padding should be whole numbers, at least 0, or one of "same", "valid" and, for sequences, "causal", but is 0.5.]`,
    );
  });

  test("lengths", () => {
    const conv = new Conv1d(2, 3, 3, { padding: "same", stride: 2 });
    expect(() => conv.forward(zeros([2, 5, 2]), { lengths: [5, 3] })).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: Conv1d.forward: padding: "same" with a stride puts its zeros where the longest sequence needs them, so lengths have no meaning. Give the padding as a number.]`,
    );
    expect(() => conv.forward(zeros([2, 5, 2]), { lengths: [5, 6] })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: Conv1d.forward: lengths[1] should be a whole number from 0 to T = 5 but is 6. Lengths count true steps.]`,
    );
  });
});

test("bad input of pooling", () => {
  const x = zeros([2, 3, 4, 4]);
  expect(() => maxPool2d(x, 5)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: maxPool2d: the window should be at most [4, 4], which is the input with its padding, but is [5, 5]. Pad more, for example with padding: "same", or use a smaller window.]`,
  );
  expect(() => averagePool2d(x, 2, { padding: 2 })).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: averagePool2d: the padding should be less than the window [2, 2], since a window of padding alone has no value, but is [2, 2].]`,
  );
  expect(() => new AveragePool1d(3, { padding: "same" }).forward(zeros([1, 7, 2]), { lengths: [6] })).toThrow(
    'averagePool1d: padding: "same" with a stride',
  );
  expect(() => new MaxPool1d(0)).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: MaxPool1d: window should be a positive whole number but is 0.]`,
  );
});

test("bad input of normalisations", () => {
  expect(() => new LayerNorm([])).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: LayerNorm: normalizedShape should be of at least one axis but is [].]`,
  );
  expect(() => groupNorm(zeros([2, 6, 3]), 4)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: groupNorm: the channels should be divisible by groups = 4 but is 6.]`,
  );
  expect(() => new GroupNorm(4, 6)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: GroupNorm: the channels should be divisible by groups = 4 but is 6.]`,
  );
  expect(() => rmsNorm(zeros([2, 3]), { weight: zeros([2]) })).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: rmsNorm: weight should be [3] but is [2].]`,
  );
  expect(() => new RMSNorm(4).forward(zeros([2, 3]))).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: RMSNorm.forward: x should be [2, 4] but is [2, 3].]`,
  );
});

describe("an embedding of given vectors", () => {
  const vectors = { data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [3, 2] };

  test("is saved and not trained while it is frozen, and a parameter where it is not", async () => {
    const frozen = Embedding.fromPretrained(vectors);
    expect([frozen.parameters().length, [...frozen.namedBuffers().keys()]]).toEqual([0, ["weight"]]);
    const trained = Embedding.fromPretrained(
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      { frozen: false, paddingId: 1 },
    );
    expect([[...trained.namedParameters().keys()], trained.namedBuffers().size]).toEqual([["weight"], 0]);
    for (const { weight, size, dimension } of [frozen, trained]) {
      expect([size, dimension, ...(await weight.data())]).toEqual([3, 2, 1, 2, 3, 4, 5, 6]);
    }
    vectors.data[0] = 9;
    expect((await frozen.weight.data())[0]).toBe(1);
  });

  test("refuses what are no rows of finite numbers", () => {
    expect(() => Embedding.fromPretrained([1, 2, 3])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: Embedding.fromPretrained: vectors should be [V, D] but is [3].]`,
    );
    expect(() => Embedding.fromPretrained({ ...vectors, shape: [2, 2] })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: tensor: the values should be 4 for the shape [2, 2] but is 6.]`,
    );
    expect(() => Embedding.fromPretrained([[Number.NaN]])).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: tensor: vectors[0] should be a finite number but is NaN. Clean the data, or pass allowNonFinite: true if this is meant.]`,
    );
    expect(() => Embedding.fromPretrained(vectors, { paddingId: 3 })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: Embedding: paddingId should be one of the tokens 0 to 2 but is 3.]`,
    );
  });
});

describe("tied weights", () => {
  class LanguageModel extends Module {
    readonly embed = new Embedding(7, 4, { rng: random(1) });
    readonly out = new Linear(4, 7, {
      weight: this.embed.weight as Embedding["weight"] & Linear["weight"],
      bias: false,
    });
  }

  test("are one parameter", () => {
    const model = new LanguageModel();
    expect(model.parameters()).toEqual([model.embed.weight]);
    expect([...model.namedParameters().keys()]).toEqual(["embed.weight"]);
    expect(model.out.weight).toBe(model.embed.weight);
  });

  test("of another shape are refused", () => {
    const { weight } = new Linear(3, 4);
    expect(() => new Linear(4, 3, { weight })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: Linear: weight should be [3, 4] but is [4, 3].]`,
    );
  });
});

test("Linear is applied to each time step, whatever axes stand before the features", () => {
  const layer = new Linear(3, 2);
  for (const shape of [[3], [5, 3], [2, 5, 3], [2, 4, 5, 3]]) {
    const y = layer.forward(zeros(shape));
    expect(y).toBeInstanceOf(Tensor);
    expect(y.shape).toEqual([...shape.slice(0, -1), 2]);
  }
});
