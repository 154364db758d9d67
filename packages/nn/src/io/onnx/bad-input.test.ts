import { describe, expect, test } from "vitest";
import {
  concat,
  crossEntropy,
  exportONNX,
  Linear,
  LSTM,
  layerNorm,
  Module,
  mul,
  parameter,
  random,
  reshape,
  slice,
  sum,
  type Tensor,
  tensor,
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
  test("none", () => expect(exporting(() => 1, { inputs: {} })).rejects.toThrowErrorMatchingInlineSnapshot());
  test("an extent of 0", () =>
    expect(exporting(({ x }) => x, { inputs: { x: { shape: [0, 3] } } })).rejects.toThrowErrorMatchingInlineSnapshot());
  test("an extent whose name is none", () =>
    expect(
      exporting(({ x }) => x, { inputs: { x: { shape: ["a b", 3] } } }),
    ).rejects.toThrowErrorMatchingInlineSnapshot());
  test("a dtype", () =>
    expect(
      exporting(({ x }) => x, { inputs: { x: { shape: [3], dtype: "f64" } } }),
    ).rejects.toThrowErrorMatchingInlineSnapshot());
  test("names past counting", () =>
    expect(
      exporting(({ x }) => x, {
        inputs: { x: { shape: ["a", "b", "c", "d", "e", "f"] } },
      }),
    ).rejects.toThrowErrorMatchingInlineSnapshot());
});

describe("models that no ONNX operators stand for", () => {
  test("nothing to call", () => expect(exportONNX(model, { inputs })).rejects.toThrowErrorMatchingInlineSnapshot());
  test("something that is no tensor", () =>
    expect(exporting(() => "text")).rejects.toThrowErrorMatchingInlineSnapshot());
  test("an operation of training", () =>
    expect(
      exporting(({ x }) =>
        crossEntropy(reshape(x, [-1, 3]), tensor(new Int32Array((x.shape[0] as number) * (x.shape[1] as number)))),
      ),
    ).rejects.toThrowErrorMatchingInlineSnapshot());
  test("an output that its operator does not give", () =>
    expect(exporting(({ x }) => layerNorm(x).inverseDeviation)).rejects.toThrowErrorMatchingInlineSnapshot());
  test("recurrent weights that are computed", async () => {
    const odd = new LSTM(3, 2, { rng });
    Object.assign(odd, { weightHh: [mul(parameter({ data: new Float32Array(16), shape: [1, 8, 2] }), 2)] });
    await expect(exporting(({ x }) => odd.forward(x).output)).rejects.toThrowErrorMatchingInlineSnapshot();
  });
  test("a size that is no product of others", () =>
    expect(
      exporting(({ x }) => slice(x, 1, 0, Math.floor((x.shape[1] as number) / 2))),
    ).rejects.toThrowErrorMatchingInlineSnapshot());
  test("values on the host that depend on a size", () =>
    expect(
      exporting(({ x }) => {
        const [B = 0, T = 0] = x.shape;
        return mul(x, tensor(new Float32Array(B * T), { shape: [B, T, 1] }));
      }),
    ).rejects.toThrowErrorMatchingInlineSnapshot());
  test("other operations for other sizes", () =>
    expect(
      exporting(({ x }) => (x.shape[0] === 101 ? sum(x) : model.linear.forward(x))),
    ).rejects.toThrowErrorMatchingInlineSnapshot());
  test("numbers from a size", () =>
    expect(exporting(({ x }) => mul(x, 1 / (x.shape[1] as number)))).rejects.toThrowErrorMatchingInlineSnapshot());
  test("as many steps as there are, one by one", () =>
    expect(
      exporting(({ x }) => {
        let sums = slice(x, 1, 0, 1);
        for (let step = 1; step < (x.shape[1] as number); step++) sums = mul(slice(x, 1, step, step + 1), sums);
        return sums;
      }),
    ).rejects.toThrowErrorMatchingInlineSnapshot());
  test("half precision", async () => {
    try {
      model.half();
      await expect(exporting(({ x }) => model.linear.forward(x))).rejects.toThrowErrorMatchingInlineSnapshot();
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
