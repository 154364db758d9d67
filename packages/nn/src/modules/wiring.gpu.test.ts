import { describe, expect, test } from "vitest";
import {
  add,
  assign,
  concat,
  dropout,
  evaluate,
  GRU,
  LSTM,
  type Merge,
  mul,
  ones,
  type Parameter,
  type RecurrentOptions,
  RNN,
  random,
  slice,
  type Tensor,
  tensor,
} from "..";
import { bitsOf } from "../test-support/bits";
import { useTestDevice } from "../test-support/device";

useTestDevice();

const [B, T, I, H] = [3, 5, 4, 6];
const lengths = [5, 2, 4];
const kinds = { RNN, LSTM, GRU } as const;
const x = tensor(random(5).normal(B * T * I), { shape: [B, T, I] });

const merges: Record<Merge, (f: Tensor, r: Tensor) => Tensor> = {
  concat: (f, r) => concat([f, r], -1),
  sum: (f, r) => add(f, r),
  mean: (f, r) => mul(add(f, r), 0.5),
  product: (f, r) => mul(f, r),
};

describe.each(["RNN", "LSTM", "GRU"] as const)("%s", (kind) => {
  const layerOf = (options: RecurrentOptions, inputSize = I) =>
    new kinds[kind](inputSize, H, { rng: random(1), ...options });
  const outputOf = (layer: RNN | LSTM | GRU, input: Tensor): Tensor => layer.forward(input, { lengths }).output;

  test.each(["concat", "sum", "mean", "product"] as const)("merges its directions by %s", async (merge) => {
    const side = outputOf(layerOf({ direction: "bidirectional" }), x);
    const layer = layerOf({ direction: "bidirectional", merge });
    const output = outputOf(layer, x);
    const expected = merges[merge](slice(side, 2, 0, H), slice(side, 2, H));
    await evaluate([output, expected]);
    expect(output.shape).toEqual([B, T, layer.outputSize]);
    expect(await bitsOf(output)).toEqual(await bitsOf(expected));
  });

  test("stacks of merged directions read what the layer below gives", () => {
    const layer = layerOf({ direction: "bidirectional", merge: "sum", layers: 3 });
    expect(layer.weightIh.map(({ shape }) => shape[1])).toEqual([I, H, H]);
    expect(outputOf(layer, x).shape).toEqual([B, T, H]);
  });

  test("a residual stack adds each layer's input to its output, but for the first", async () => {
    const stack = layerOf({ layers: 2, residual: true });
    const weights = stack.namedParameters();
    /** A layer of its own with the weights of one of the stack. */
    const alone = async (index: number): Promise<RNN | LSTM | GRU> => {
      const layer = layerOf({}, index === 0 ? I : H);
      const pairs = [...layer.namedParameters()].map(async ([path, parameter]) => {
        const from = weights.get(path.replace(/0$/, String(index))) as Parameter;
        return [parameter, Float32Array.from(await from.data())] as const;
      });
      await assign(await Promise.all(pairs));
      return layer;
    };
    const lower = outputOf(await alone(0), x);
    const expected = add(outputOf(await alone(1), lower), lower);
    const output = outputOf(stack, x);
    await evaluate([output, expected]);
    expect(await bitsOf(output)).toEqual(await bitsOf(expected));
  });

  test("drops the same features of its input at all steps of a row while training", async () => {
    const rng = random(1);
    const layer = layerOf({ rng, inputDropout: 0.5 });
    const again = random(1);
    again.draws = rng.draws;
    const output = outputOf(layer, x);
    const mask = dropout(ones([B, 1, I]), 0.5, { rng: again });
    const expected = outputOf(layer.eval(), mul(x, mask));
    await evaluate([output, expected, mask]);
    expect(new Set(await mask.data())).toEqual(new Set([0, 2]));
    expect(await bitsOf(output)).toEqual(await bitsOf(expected));
  });

  test("says that recurrent dropout is for composed cells, and that classes have no features", () => {
    expect(() => layerOf({ recurrentDropout: 0.5 })).toThrow(/Run the cell with new Recurrent\(.*Cell\(inputSize/);
    const classes = tensor(new Int32Array(B * T), { shape: [B, T] });
    expect(() => layerOf({ inputDropout: 0.5 }).forward(classes)).toThrow(/Look them up with an Embedding first/);
    expect(layerOf({ inputDropout: 0.5 }).eval().forward(classes).output.shape).toEqual([B, T, H]);
  });
});
