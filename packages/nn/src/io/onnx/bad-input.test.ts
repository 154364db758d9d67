import { describe, expect, test } from "vitest";
import {
  cast,
  concat,
  crossEntropy,
  exportONNX,
  Linear,
  LSTM,
  layerNorm,
  Module,
  maxPool1d,
  mul,
  type PyTorchOptions,
  parameter,
  random,
  reshape,
  SequenceClassifier,
  scatterElements,
  slice,
  sum,
  type Tensor,
  tensor,
  toPyTorch,
  writeTfjs,
} from "../..";

const rng = random(1);

class Holder extends Module {
  readonly linear = new Linear(3, 3, { rng });
  readonly lstm = new LSTM(3, 2, { rng });
}

const model = new Holder();
const inputs = { x: { shape: ["batch", "time", 3] } } as const;
const exporting = (forward: (given: { readonly x: Tensor }) => unknown, given: object = { inputs }) =>
  exportONNX(model, { inputs, ...given, forward: ({ x }) => forward({ x: x as Tensor }) });

describe("inputs that are described wrongly", () => {
  test("none", () =>
    expect(exporting(() => 1, { inputs: {} })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ValueError: exportONNX: inputs should be at least one but is empty. Describe what it reads: { inputs: { x: { shape: ["batch", "time", 8] } } }.]`,
    ));
  test("one that nothing reads, as the lengths that forward takes among its options", () => {
    const both = { ...inputs, lengths: { shape: ["batch"], dtype: "u32" } } as const;
    const { lstm } = model;
    const forward = ({ x, lengths }: Readonly<Record<string, Tensor>>) =>
      lstm.forward(x as Tensor, { lengths: lengths as Tensor }).output;
    expect(() => toPyTorch(model, { inputs: both, forward: ({ x }) => x })).toThrow("inputs.lengths should be");
    return Promise.all([
      expect(exportONNX(model, { inputs: both, forward })).resolves.toBeInstanceOf(Uint8Array),
      expect(
        exportONNX(model, { inputs: both, forward: ({ x }) => lstm.forward(x as Tensor).output }),
      ).rejects.toThrowErrorMatchingInlineSnapshot(
        `[ValueError: exportONNX: inputs.lengths should be what an output is made of but is read by none. Leave it out, or say how the model is called: { forward: ({ x, lengths }) => model.forward(…) }. By default inputs are forward's arguments, in their order.]`,
      ),
    ]);
  });
  test("no records, and names that there are none of", async () => {
    const said = (given: object) => exporting(() => 1, given).catch(String);
    expect(await said({ inputs: { x: [1, 2] } })).toMatchInlineSnapshot(
      `"ValueError: exportONNX: inputs.x should be { shape, dtype } but is an Array."`,
    );
    expect(await said({ inputs: { x: { size: [1, 2] } } })).toMatchInlineSnapshot(
      `"ValueError: exportONNX: inputs.x.size should be one of shape, dtype but is not one of them."`,
    );
    expect(await said({ inputs: { x: { shape: 2 } } })).toMatchInlineSnapshot(
      `"ValueError: exportONNX: inputs.x.shape should be an array of extents but is 2."`,
    );
    expect(await said({ inputs, opset: 18 })).toMatchInlineSnapshot(
      `"ValueError: exportONNX: options.opset should be one of inputs, forward, name, metadata but is not one of them."`,
    );
    expect(() => toPyTorch(model, { inputs, className: "A", device: "cuda" } as PyTorchOptions)).toThrow(
      "toPyTorch: options.device should be one of inputs, forward, className, loss",
    );
    await expect(writeTfjs(model, { weights: "a.bin" } as object)).rejects.toThrow("writeTfjs: options.weights should");
  });
  test("ids of a model of tokens, without their dtype", () =>
    expect(
      exportONNX(new SequenceClassifier({ vocabularySize: 5, hiddenSize: 2, classes: 2 }), {
        inputs: { x: { shape: ["batch", "time"] } },
      }),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: SequenceClassifier.forward: x should be ids of tokens, i32 or u32, but is f32. Pass ids as tensor(Int32Array or Uint32Array, { shape: [rows, steps] }); a model is exported with dtype: "i32".]`,
    ));
  test("an extent of 0", () =>
    expect(exporting(({ x }) => x, { inputs: { x: { shape: [0, 3] } } })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: exportONNX: extent 0 of inputs.x should be a positive whole number, or a name for one that differs from call to call but is 0.]`,
    ));
  test("an extent whose name is none", () =>
    expect(
      exporting(({ x }) => x, { inputs: { x: { shape: ["a b", 3] } } }),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: exportONNX: extent 0 of inputs.x should be a positive whole number, or a name for one that differs from call to call but is "a b".]`,
    ));
  test("a dtype", () =>
    expect(
      exporting(({ x }) => x, { inputs: { x: { shape: [3], dtype: "f64" } } }),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ValueError: exportONNX: the dtype of inputs.x should be f32, i32 or u32 but is "f64".]`,
    ));
  test("names past counting", () =>
    expect(
      exporting(({ x }) => x, {
        inputs: { x: { shape: ["a", "b", "c", "d", "e", "f"] } },
      }),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ValueError: exportONNX: names of extents should be at most 5 but is a, b, c, d, e, f.]`,
    ));
});

describe("models that no ONNX operators stand for", () => {
  test("nothing to call", () =>
    expect(exportONNX(model, { inputs })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ValueError: exportONNX: the model should be one with a method forward but is without. Say how it is called: { forward: ({ x }) => … }.]`,
    ));
  test("something that is no tensor", () =>
    expect(exporting(() => "text")).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ValueError: exportONNX: what the model returns should be a tensor, or an object of tensors but is "text". Return a tensor from forward.]`,
    ));
  test("an operation of training", () =>
    expect(
      exporting(({ x }) =>
        crossEntropy(reshape(x, [-1, 3]), tensor(new Int32Array((x.shape[0] as number) * (x.shape[1] as number)))),
      ),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: exportONNX: the operation crossEntropy has no counterpart among the ONNX operators that this exporter writes. Export the model up to it with forward; beside elementwise operations it writes argmax, averagePool, batchNorm, concat, conv2d, cumSum, dropout, embedding, gather, gru, gruResetBefore, layerNorm, linear, logSoftmax, logSumExp, lstm, lstmProjected, matmul, max, maxPool, permute, prod, reshape, reverseSequence, rmsNorm, rnn, scatterElements, slice, softmax, split, sum, topK.]`,
    ));
  test("an output that its operator does not give", () =>
    expect(exporting(({ x }) => layerNorm(x).inverseDeviation)).rejects.toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: exportONNX: the output inverseDeviation of layerNorm has no counterpart among the ONNX operators that this exporter writes. Export the model up to it with forward; beside elementwise operations it writes argmax, averagePool, batchNorm, concat, conv2d, cumSum, dropout, embedding, gather, gru, gruResetBefore, layerNorm, linear, logSoftmax, logSumExp, lstm, lstmProjected, matmul, max, maxPool, permute, prod, reshape, reverseSequence, rmsNorm, rnn, scatterElements, slice, softmax, split, sum, topK.]`,
    ));
  test("recurrent weights that are computed", async () => {
    const odd = new LSTM(3, 2, { rng });
    Object.assign(odd, { weightHh: [mul(parameter({ data: new Float32Array(16), shape: [1, 8, 2] }), 2)] });
    await expect(exporting(({ x }) => odd.forward(x).output)).rejects.toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: exportONNX: LSTM reads recurrent weights that forward computes. The operator's weights are constants: pass parameters as they are.]`,
    );
  });
  test("a size that is no product of others", () =>
    expect(
      exporting(({ x }) => slice(x, 1, 0, Math.floor((x.shape[1] as number) / 2))),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: exportONNX: an extent that is 51 and then 68 and then 83 while traced is no whole multiple of a product of batch, time, nor that plus a number. Give such an axis a fixed extent in inputs.]`,
    ));
  test("values on the host that depend on a size", () =>
    expect(
      exporting(({ x }) => {
        const [B = 0, T = 0] = x.shape;
        return mul(x, tensor(new Float32Array(B * T), { shape: [B, T, 1] }));
      }),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: exportONNX: forward makes a tensor [101, 103, 1] on the host whose values depend on the size of its inputs. Compute it from the inputs with tensor operations, or give those axes a fixed extent in inputs.]`,
    ));
  test("other operations for other sizes", () =>
    expect(
      exporting(({ x }) => (x.shape[0] === 101 ? sum(x) : model.linear.forward(x))),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: exportONNX: forward does other things with other sizes: sum of rank 0 at first, linear of rank 3 then. Give the axes on which it depends a fixed extent in inputs.]`,
    ));
  test("other operations for odd sizes", () =>
    expect(exporting(({ x }) => ((x.shape[1] as number) % 2 === 1 ? sum(x) : model.linear.forward(x)))).rejects.toThrow(
      "sum of rank 0 at first, linear of rank 3 then",
    ));
  test("a projected state beside other options", async () => {
    const projected = new LSTM(3, 4, { rng, projSize: 2, peepholes: true, clip: 3, gate: { name: "hardSigmoid" } });
    await expect(exporting(({ x }) => projected.forward(x).output)).rejects.toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: exportONNX: an LSTM with projSize and gate, clip, peepholes is not written. It exports the projected LSTM of PyTorch; any other as a cell of your own in Recurrent.]`,
    );
  });
  test("numbers from a size", () =>
    expect(exporting(({ x }) => mul(x, 1 / (x.shape[1] as number)))).rejects.toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: exportONNX: forward computes a number from the sizes of its inputs: it is 0.009708737864077669 and then 0.0072992700729927005 and then 0.006024096385542169 while traced. Compute it with tensor operations, as mean does, or give those axes a fixed extent in inputs.]`,
    ));
  test("as many steps as there are, one by one", () =>
    expect(
      exporting(({ x }) => {
        let sums = slice(x, 1, 0, 1);
        for (let step = 1; step < (x.shape[1] as number); step++) sums = mul(slice(x, 1, step, step + 1), sums);
        return sums;
      }),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: exportONNX: forward does other things with other sizes: slice of rank 3 at first, mul of rank 3 then. Give the axes on which it depends a fixed extent in inputs.]`,
    ));
  test("windows as wide as an open axis", () =>
    expect(exporting(({ x }) => maxPool1d(x, x.shape[1] as number))).rejects.toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: exportONNX: maxPool with windows that depend on the size of its input. Give that axis a fixed extent in inputs, or pool over all of it.]`,
    ));
  test("a reduction that came later", () =>
    expect(
      exporting(({ x }) => scatterElements(x, cast(x, "i32"), x, { reduction: "max" })),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: exportONNX: scatterElements with reduction: "max" has no operator in opset 17. It exports "none", "add" and "mul".]`,
    ));
  test("half precision", async () => {
    try {
      model.half();
      await expect(exporting(({ x }) => model.linear.forward(x))).rejects.toThrowErrorMatchingInlineSnapshot(
        `[UnsupportedError: exportONNX: a model in half precision is not exported. Call model.float() first; its parameters are f32 all along.]`,
      );
    } finally {
      model.float();
    }
  });
});

test("nothing of a model changes by being exported", async () => {
  model.train();
  const before = Object.keys(model.lstm);
  await exportONNX(model, {
    inputs,
    forward: ({ x }) => concat([model.lstm.forward(x as Tensor).output, x as Tensor], 2),
  });
  expect(model.lstm.training).toBe(true);
  expect(Object.keys(model.lstm)).toEqual(before);
  expect(Object.hasOwn(model.lstm, "forward")).toBe(false);
});
