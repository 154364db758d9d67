import { uniform } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { evaluate, GRU, grad, LSTM, mul, RNN, random, sum, type Tensor, tensor } from "..";
import { toTensor } from "../test-support/check-op";
import { useTestDevice } from "../test-support/device";

useTestDevice();

const [B, T, V, H] = [3, 4, 7, 5];
const ids = Int32Array.from({ length: B * T }, (_, n) => (n * 5) % V);
const oneHot = Float32Array.from({ length: B * T * V }, (_, n) => (ids[Math.floor(n / V)] === n % V ? 1 : 0));

const layers = {
  RNN: () => new RNN(V, H, { rng: random(1) }),
  "RNN without bias": () => new RNN(V, H, { rng: random(1), bias: false }),
  LSTM: () => new LSTM(V, H, { rng: random(1), layers: 2 }),
  GRU: () => new GRU(V, H, { rng: random(1), direction: "bidirectional" }),
};

describe.each(Object.entries(layers))("%s over classes", (_, make) => {
  const run = async (x: Tensor): Promise<Float32Array[]> => {
    const layer = make();
    const { output } = layer.forward(x, { lengths: [4, 2, 3] });
    const factor = toTensor(uniform(output.shape, { seed: 3, low: -1, high: 1 }));
    const results = [output, ...grad(sum(mul(output, factor)), layer.parameters())];
    await evaluate(results);
    return Promise.all(results.map(async (result) => Float32Array.from(await result.data())));
  };

  test("gives what their one-hot vectors give, and the same gradients", async () => {
    const looked = await run(tensor(ids, { shape: [B, T], dtype: "i32" }));
    const multiplied = await run(tensor(oneHot, { shape: [B, T, V] }));
    expect(looked.length).toBe(multiplied.length);
    for (const [index, values] of looked.entries()) {
      const others = multiplied[index] as Float32Array;
      // the sums have the same terms, of size 1 at most, in another order: B·T = 12 of them
      const apart = values.map((value, n) => Math.abs(value - (others[n] as number)));
      expect(Math.max(...apart)).toBeLessThan(64 * 2 ** -24);
    }
  });
});

test("a class that the layer does not have, and classes of a wrong shape, are refused", () => {
  const layer = layers.LSTM();
  expect(() =>
    layer.forward(tensor(Int32Array.of(1, V), { shape: [1, 2], dtype: "i32" })),
  ).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: embedding: ids[1] should be a row of the table, 0 to 6 but is 7. Encode with the vocabulary that the table was made for, or give unknown tokens an id of their own.]`,
  );
  expect(() =>
    layer.forward(tensor(Int32Array.of(1, 2), { shape: [2], dtype: "i32" })),
  ).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: LSTM.forward: x should be [B, T] but is [2]. Whole numbers are classes, one for each step: [rows, steps]. Pass features as f32.]`,
  );
});
