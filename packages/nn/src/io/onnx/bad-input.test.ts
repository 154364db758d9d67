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
  expect(exportONNX(model, { inputs, ...given, forward: ({ x }) => forward({ x: x as Tensor }) })).rejects;

describe("inputs that are described wrongly", () => {
  test("none", () => exporting(() => 1, { inputs: {} }).toThrowErrorMatchingInlineSnapshot());
  test("an extent of 0", () =>
    exporting(({ x }) => x, { inputs: { x: { shape: [0, 3] } } }).toThrowErrorMatchingInlineSnapshot());
  test("an extent whose name is none", () =>
    exporting(({ x }) => x, { inputs: { x: { shape: ["a b", 3] } } }).toThrowErrorMatchingInlineSnapshot());
  test("a dtype", () =>
    exporting(({ x }) => x, { inputs: { x: { shape: [3], dtype: "f64" } } }).toThrowErrorMatchingInlineSnapshot());
  test("names past counting", () =>
    exporting(({ x }) => x, {
      inputs: { x: { shape: ["a", "b", "c", "d", "e", "f"] } },
    }).toThrowErrorMatchingInlineSnapshot());
});

describe("models that no ONNX operators stand for", () => {
  test("nothing to call", () => expect(exportONNX(model, { inputs })).rejects.toThrowErrorMatchingInlineSnapshot());
  test("something that is no tensor", () => exporting(() => "text").toThrowErrorMatchingInlineSnapshot());
  test("an operation of training", () =>
    exporting(({ x }) =>
      crossEntropy(reshape(x, [-1, 3]), tensor(new Int32Array((x.shape[0] as number) * (x.shape[1] as number)))),
    ).toThrowErrorMatchingInlineSnapshot());
  test("an output that its operator does not give", () =>
    exporting(({ x }) => layerNorm(x).inverseDeviation).toThrowErrorMatchingInlineSnapshot());
  test("recurrent weights that are computed", async () => {
    const odd = new LSTM(3, 2, { rng });
    Object.assign(odd, { weightHh: [mul(parameter({ data: new Float32Array(16), shape: [1, 8, 2] }), 2)] });
    await exporting(({ x }) => odd.forward(x).output).toThrowErrorMatchingInlineSnapshot();
  });
  test("a size that is no product of others", () =>
    exporting(({ x }) => slice(x, 1, 0, Math.floor((x.shape[1] as number) / 2))).toThrowErrorMatchingInlineSnapshot());
  test("values on the host that depend on a size", () =>
    exporting(({ x }) => {
      const [B = 0, T = 0] = x.shape;
      return mul(x, tensor(new Float32Array(B * T), { shape: [B, T, 1] }));
    }).toThrowErrorMatchingInlineSnapshot());
  test("other operations for other sizes", () =>
    exporting(({ x }) => (x.shape[0] === 101 ? sum(x) : model.linear.forward(x))).toThrowErrorMatchingInlineSnapshot());
  test("numbers from a size", () =>
    exporting(({ x }) => mul(x, 1 / (x.shape[1] as number))).toThrowErrorMatchingInlineSnapshot());
  test("as many steps as there are, one by one", () =>
    exporting(({ x }) => {
      let sums = slice(x, 1, 0, 1);
      for (let step = 1; step < (x.shape[1] as number); step++) sums = mul(slice(x, 1, step, step + 1), sums);
      return sums;
    }).toThrowErrorMatchingInlineSnapshot());
  test("half precision", async () => {
    try {
      model.half();
      await exporting(({ x }) => model.linear.forward(x)).toThrowErrorMatchingInlineSnapshot();
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
