import { useOnnxRuntime } from "@unroll/testing/onnx";
import { describe, test } from "vitest";
import {
  arange,
  averagePool1d,
  averagePool2d,
  BatchNorm1d,
  BatchNorm2d,
  batchNorm,
  Conv1d,
  Conv2d,
  cast,
  celu,
  cumSum,
  elu,
  embedding,
  equal,
  erf,
  expm1,
  GroupNorm,
  gather,
  gatherElements,
  gatherND,
  gelu,
  globalAveragePool1d,
  globalAveragePool2d,
  globalMaxPool1d,
  globalMaxPool2d,
  groupNorm,
  hardSigmoid,
  hardSwish,
  InstanceNorm,
  Linear,
  layerNorm,
  leakyRelu,
  log,
  log1p,
  logSumExp,
  Module,
  maxPool1d,
  maxPool2d,
  min,
  mish,
  mul,
  oneHot,
  prelu,
  prod,
  RMSNorm,
  random,
  reshape,
  reverseSequence,
  rmsNorm,
  scatterElements,
  selu,
  sequenceMask,
  silu,
  softmax,
  softsign,
  split,
  square,
  stack,
  swish,
  type Tensor,
  tensor,
  thresholdedRelu,
  topK,
  tril,
  triu,
  unstack,
  where,
} from "../..";
import { useTestDevice } from "../../test-support/device";
import { expectSame, type Inputs } from "../test-support/onnx-runtime";

useTestDevice();
useOnnxRuntime();

const rng = random(17);
const f32 = (shape: readonly number[], deviation = 1): Tensor =>
  tensor(
    rng.normal(
      shape.reduce((a, b) => a * b, 1),
      0,
      deviation,
    ),
    { shape },
  );

// Sums of at most 60 products of size 2, and functions that WGSL grants a few ulp: 3e-6 by their root.
const BOUND = 1e-5;

/** Somewhere for a function to live. */
const nowhere = new Linear(2, 2, { rng });

const sequences = { x: { shape: ["batch", "time", 4] } } as const;
const images = { x: { shape: ["batch", 4, "height", "width"] } } as const;

/** Over sequences of both sizes, neither of which it was traced with. */
async function expectSameOverSequences(
  model: Module,
  forward: (x: Tensor, lengths: Tensor) => Record<string, Tensor>,
): Promise<void> {
  for (const [B, T] of [
    [3, 9],
    [1, 5],
  ] as const) {
    const lengths = tensor(Uint32Array.from({ length: B }, (_, row) => T - 3 * row));
    const readsLengths = forward.length === 2; // no input may be there that nothing reads
    await expectSame(
      model,
      {
        inputs: readsLengths ? { ...sequences, lengths: { shape: ["batch"], dtype: "u32" } } : sequences,
        given: { x: f32([B, T, 4]), ...(readsLengths ? { lengths } : {}) },
        forward: (given) => forward(given.x as Tensor, given.lengths as Tensor),
      },
      BOUND,
    );
  }
}

async function expectSameOverImages(model: Module, forward: (x: Tensor) => Record<string, Tensor>): Promise<void> {
  for (const shape of [
    [2, 4, 7, 9],
    [1, 4, 6, 5],
  ]) {
    await expectSame(
      model,
      { inputs: images, given: { x: f32(shape) }, forward: ({ x }: Inputs) => forward(x as Tensor) },
      BOUND,
    );
  }
}

describe("convolutions", () => {
  test.each([
    { kernel: 3 },
    { kernel: 2, padding: "same" },
    { kernel: 3, padding: "causal", dilation: 2 },
    { kernel: 3, padding: 2, stride: 2, groups: 2, bias: false },
    { kernel: 4, padding: "same", stride: 3 },
    { kernel: 3, padding: "same", stride: 2, dilation: 2 },
  ] as const)("Conv1d with %o", async ({ kernel, ...options }) => {
    const model = new Conv1d(4, 6, kernel, { rng, ...options });
    await expectSameOverSequences(model, (x) => ({ y: model.forward(x) }));
  });

  test("Conv1d over rows of several lengths", async () => {
    const model = new Conv1d(4, 3, 3, { rng, padding: "causal" });
    await expectSameOverSequences(model, (x, lengths) => ({ y: model.forward(x, { lengths }) }));
  });

  test.each([
    { kernel: [3, 2] },
    { kernel: 2, padding: "same" },
    { kernel: 3, padding: [1, 0], stride: [1, 2], dilation: [2, 1] },
    { kernel: 3, padding: "same", stride: 2, groups: 4 },
    { kernel: 3, padding: "same", stride: [2, 1], dilation: [1, 2] },
  ] as const)("Conv2d with %o", async ({ kernel, ...options }) => {
    const model = new Conv2d(4, 8, kernel, { rng, ...options });
    await expectSameOverImages(model, (x) => ({ y: model.forward(x) }));
  });
});

describe("pooling", () => {
  test("of images", async () => {
    await expectSameOverImages(nowhere, (x) => ({
      max: maxPool2d(x, 2),
      overlapping: maxPool2d(x, [3, 2], { stride: 1, padding: 1 }),
      same: maxPool2d(x, 3, { stride: 2, padding: "same" }),
      mean: averagePool2d(x, 2),
      padded: averagePool2d(x, 3, { stride: 2, padding: 1 }),
      sameMean: averagePool2d(x, 3, { stride: 2, padding: "same" }),
      largest: globalMaxPool2d(x),
      average: globalAveragePool2d(x),
    }));
  });

  test("of sequences, whole and of several lengths", async () => {
    await expectSameOverSequences(nowhere, (x, lengths) => ({
      max: maxPool1d(x, 2),
      maxOfTrue: maxPool1d(x, 3, { stride: 2, padding: 1, lengths }),
      mean: averagePool1d(x, 2, { stride: 1 }),
      meanOfTrue: averagePool1d(x, 3, { stride: 2, padding: 1, lengths }),
      largest: globalMaxPool1d(x),
      largestOfTrue: globalMaxPool1d(x, lengths),
      average: globalAveragePool1d(x),
      averageOfTrue: globalAveragePool1d(x, lengths),
    }));
  });
});

describe("normalisations", () => {
  test("by the running statistics, over sequences", async () => {
    const model = new BatchNorm1d(4);
    model.train();
    await model.forward(f32([5, 6, 4], 3)).data();
    await expectSameOverSequences(model, (x, lengths) => ({
      y: model.forward(x),
      ofTrue: model.forward(x, { lengths }),
      last: model.forward(reshape(x, [-1, 4])),
    }));
  });

  test("of channels of images", async () => {
    class Norms extends Module {
      readonly batch = new BatchNorm2d(4);
      readonly group = new GroupNorm(2, 4);
      readonly instance = new InstanceNorm(4, { affine: true });
    }
    const model = new Norms();
    model.train();
    await model.batch.forward(f32([5, 4, 3, 3], 3)).data();
    await expectSameOverImages(model, (x) => {
      const { y, mean, variance } = batchNorm(x, { weight: model.group.weight ?? undefined, epsilon: 0.1 });
      return {
        batch: model.batch.forward(x),
        group: model.group.forward(x),
        instance: model.instance.forward(x),
        plain: groupNorm(x, 4),
        y,
        mean,
        variance,
      };
    });
  });

  test("of features", async () => {
    const model = new RMSNorm(4);
    await expectSameOverSequences(model, (x) => ({
      y: model.forward(x),
      own: rmsNorm(x, { epsilon: 0.2 }),
      layer: layerNorm(x, { epsilon: 0.3 }).y,
      steps: layerNorm(x, { axes: 2 }).y,
      batch: batchNorm(x, { channels: "last" }).y,
    }));
    const two = new RMSNorm([3, 4]);
    const inputs = { x: { shape: ["batch", 3, 4] } };
    const forward = ({ x }: Inputs) => ({ y: two.forward(x as Tensor) });
    await expectSame(two, { inputs, given: { x: f32([2, 3, 4]) }, forward }, BOUND);
  });
});

test("activations and elementwise functions", async () => {
  const slopes = tensor(Float32Array.of(0.1, -0.2, 0.3, 1.5), { shape: [4] });
  await expectSameOverSequences(nowhere, (x) => {
    const wide = mul(x, 3);
    return {
      leaky: leakyRelu(wide, 0.2),
      parametric: prelu(wide, slopes),
      elu: elu(wide, 0.7),
      selu: selu(wide),
      celu: celu(wide, 1.3),
      gelu: gelu(wide),
      geluTanh: gelu(wide, { approximate: "tanh" }),
      hardSigmoid: hardSigmoid(wide),
      torchSigmoid: hardSigmoid(wide, 1 / 6),
      hardSwish: hardSwish(wide),
      silu: silu(wide),
      swish: swish(wide, 1.7),
      mish: mish(wide),
      softsign: softsign(wide),
      threshold: thresholdedRelu(wide, 0.8),
      expm1: expm1(x),
      log1p: log1p(square(x)),
      erf: erf(x),
      finite: cast(equal(x, x), "f32"),
      chosen: where(equal(cast(wide, "i32"), 0), log(where(equal(x, 0), 1, square(x))), softmax(x)),
    };
  });
});

test("reductions and running sums", async () => {
  await expectSameOverSequences(nowhere, (x) => {
    const best = topK(x, 3);
    const worst = topK(x, 2, { axis: 1, largest: false });
    return {
      product: prod(x, { axes: [2] }),
      log: logSumExp(x, { axes: [1, 2], keepDims: true }),
      all: logSumExp(x),
      smallest: min(x, { axes: [1] }),
      sums: cumSum(x, 1),
      back: cumSum(x, -1, { exclusive: true, reverse: true }),
      values: best.values,
      places: best.indices,
      worst: worst.values,
      where: worst.indices,
    };
  });
});

test("parts, ranges and masks", async () => {
  await expectSameOverSequences(nowhere, (x, lengths) => {
    const [B = 0, T = 0] = x.shape;
    const [first, second] = split(x, 2) as [Tensor, Tensor];
    return {
      first,
      second,
      stacked: stack(unstack(x, 2).toReversed(), 1),
      steps: mul(reshape(arange(T, { start: 2, step: 3, dtype: "f32" }), [T, 1]), x),
      lower: tril(reshape(x, [B, T, 4])),
      upper: triu(x, 1),
      hot: oneHot(lengths, 12, { on: 2 }),
      mask: cast(sequenceMask(lengths, T), "f32"),
      turned: reverseSequence(x, lengths),
    };
  });
});

test("by index", async () => {
  const table = f32([7, 3]);
  const places = tensor(Int32Array.of(3, 0, -1, 2), { shape: [2, 2] });
  const tuples = tensor(Int32Array.of(1, 0, 0, 3), { shape: [2, 2] });
  const inputs = {
    x: { shape: ["batch", 3, 4] },
    ids: { shape: ["batch", 2], dtype: "i32" },
    at: { shape: ["batch", 3, 2], dtype: "i32" },
    pairs: { shape: ["batch", 5, 1], dtype: "i32" },
  } as const;
  const forward = (given: Inputs): Record<string, Tensor> => {
    const [x, ids, at, pairs] = [given.x, given.ids, given.at, given.pairs] as [Tensor, Tensor, Tensor, Tensor];
    return {
      rows: embedding(table, ids),
      last: gather(x, places, 2),
      middle: gather(x, ids, 1),
      firsts: gather(x, tensor(Int32Array.of(0, 0))),
      elements: gatherElements(x, at, 2),
      nd: gatherND(reshape(x, [-1, 4]), tuples),
      batched: gatherND(x, pairs, { batchDims: 1 }),
      set: scatterElements(x, at, mul(gatherElements(x, at, 2), 2), { axis: 2 }),
      added: scatterElements(x, at, gatherElements(x, at, 2), { axis: 2, reduction: "add" }),
    };
  };
  for (const B of [2, 1]) {
    const count = (n: number, below: number) => Int32Array.from({ length: B * n }, (_, k) => (k * 5) % below);
    const given = {
      x: f32([B, 3, 4]),
      ids: tensor(count(2, 3), { shape: [B, 2] }),
      at: tensor(
        Int32Array.from({ length: B * 6 }, (_, k) => ((k >> 1) + 2 * (k % 2)) % 4),
        { shape: [B, 3, 2] },
      ),
      pairs: tensor(count(5, 3), { shape: [B, 5, 1] }),
    };
    await expectSame(nowhere, { inputs, given, forward }, BOUND);
  }
});
