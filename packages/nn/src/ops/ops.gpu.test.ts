import { float64 } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import {
  argmax,
  bceLoss,
  cast,
  detach,
  dropout,
  evaluate,
  full,
  grad,
  greaterEqual,
  less,
  max,
  mul,
  notEqual,
  ones,
  Parameter,
  pow,
  random,
  relu,
  SGD,
  sum,
  type Tensor,
  tensor,
  zeros,
} from "..";
import { allCases } from "../test-support/cases";
import { checkOp, toTensor, whole } from "../test-support/check-op";
import { useTestDevice } from "../test-support/device";
import { withHalves } from "../test-support/halves";

const gpu = useTestDevice();

describe("value and gradient equal the float64 reference", () => {
  test.each(allCases)("$op: $why", (opCase) => checkOp(opCase));
});

describe("in halves, value and gradient equal the float64 reference", () => {
  test.each(allCases)("$op: $why", (opCase) => withHalves(gpu.device, () => checkOp(opCase, "f16")));
});

describe("where a central difference says nothing", () => {
  test("relu has slope 0 at 0, and max gives its gradient to the first of the largest", async () => {
    const x = tensor([-1, 0, 2]);
    const y = tensor([3, 5, 5, 1, 5]);
    const [dx, dy] = grad(sum(mul(sum(relu(x)), max(y))), [x, y]) as [Tensor, Tensor];
    await evaluate([dx, dy]);
    expect(await dx.data()).toEqual(Float32Array.of(0, 0, 5));
    expect(await dy.data()).toEqual(Float32Array.of(0, 2, 0, 0, 0));
  });

  test("the slope of a power over its exponent is 0 where the base is not positive, and right where it is small", async () => {
    const [a, b] = [tensor([0, -2, 1e-35, 2]), tensor([0, 2, 0.1, 3])];
    const [slope] = grad(sum(pow(a, b)), [b]) as [Tensor];
    const [zero, negative, small, plain] = await slope.data();
    expect([zero, negative]).toEqual([0, 0]);
    // aᵇ·ln a; a device's power and logarithm are within 2^-10 of each other's argument here
    expect(Math.abs((small ?? 0) / (1e-35 ** 0.1 * Math.log(1e-35)) - 1)).toBeLessThan(2 ** -10);
    expect(Math.abs((plain ?? 0) / (8 * Math.log(2)) - 1)).toBeLessThan(2 ** -10);
  });

  test("a value met along several paths adds their gradients, and one that does not matter gets zeros", async () => {
    const [x, unused] = [tensor([1, 2, 3]), tensor([[1], [2]])];
    const loss = sum(mul(mul(x, x), x));
    const [dx, dUnused] = grad(loss, [x, unused]) as [Tensor, Tensor];
    await evaluate([dx, dUnused, loss]);
    expect(await dx.data()).toEqual(Float32Array.of(3, 12, 27));
    expect(await dUnused.data()).toEqual(Float32Array.of(0, 0));
    expect(await loss.item()).toBe(36);
  });

  test("detach passes the value and no gradient", async () => {
    const x = tensor([1, 2, 3]);
    const loss = sum(mul(detach(mul(x, 2)), x));
    const [dx] = grad(loss, [x]) as [Tensor];
    expect(await dx.data()).toEqual(Float32Array.of(2, 4, 6));
    expect(await loss.item()).toBe(28);
  });

  test("detach cuts off a parameter and a plain tensor too", async () => {
    const p = new Parameter(Float32Array.of(1, 2), [2]);
    const x = tensor([5, 6]);
    const alone = sum(mul(detach(p), 3));
    const both = sum(mul(mul(detach(p), p), detach(x)));
    const [none, dp, dx] = [...grad(alone, [p]), ...grad(both, [p, x])] as [Tensor, Tensor, Tensor];
    await evaluate([none, dp, dx, alone]);
    expect(await none.data()).toEqual(Float32Array.of(0, 0));
    expect(await dp.data()).toEqual(Float32Array.of(5, 12));
    expect(await dx.data()).toEqual(Float32Array.of(0, 0));
    expect(await alone.item()).toBe(9);
  });

  test("a detached parameter that was computed keeps its values while the parameter changes", async () => {
    const p = new Parameter(Float32Array.of(1, 2), [2]);
    const optimizer = new SGD([p], { lr: 1 });
    for (const expected of [Float32Array.of(1, 2), Float32Array.of(0, 1)]) {
      const before = detach(p);
      await evaluate([before]);
      await optimizer.minimize(sum(p));
      expect(await before.data()).toEqual(expected);
    }
    optimizer.dispose();
  });

  test("bceLoss holds each logarithm at −100, with a finite gradient, and passes NaN on", async () => {
    const p = tensor([0, 1, 0, 1, 1e-40, 0.5]);
    const y = tensor([1, 0, 0, 1, 1, 1]);
    const losses = bceLoss(p, y, { reduction: "none" });
    const mean = bceLoss(tensor([0, 1]), tensor([1, 0]));
    const unknown = bceLoss(tensor([Number.NaN], { allowNonFinite: true }), tensor([1]));
    const [dp] = grad(sum(losses), [p]) as [Tensor];
    await evaluate([losses, mean, unknown, dp]);
    expect([...(await losses.data())].map(Math.abs)).toEqual([100, 100, 0, 0, 100, expect.closeTo(Math.LN2, 6)]);
    expect(await mean.item()).toBe(100);
    expect(await unknown.item()).toBeNaN();
    // −y/p + (1 − y)/(1 − p), without the term whose logarithm is held
    expect([...(await dp.data())].map((slope) => slope + 0)).toEqual([0, 0, 1, -1, 0, expect.closeTo(-2, 5)]);
  });

  test("the gradient of a gradient is refused, not zero", () => {
    const x = tensor([1, 2]);
    const [dx] = grad(sum(mul(x, x)), [x]) as [Tensor];
    expect(() => grad(sum(dx), [x])).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: grad: a gradient cannot be differentiated again: the backward kernels have no derivative. Write the penalty on the gradient as operations of the forward pass.]`,
    );
  });

  test("a comparison and a cast pass no gradient", async () => {
    const x = tensor([1, 2]);
    const [dx] = grad(sum(mul(cast(greaterEqual(x, 2), "f32"), x)), [x]) as [Tensor];
    expect(await dx.data()).toEqual(Float32Array.of(0, 1));
  });
});

describe("dropout", () => {
  const x = whole([3, 5, 7], { seed: 1, low: 1, high: 3 });
  const w = whole([3, 5, 7], { seed: 2, low: 1, high: 3 });

  test("zeroes or doubles at p = 1/2, and its gradient goes the same way", async () => {
    const input = toTensor(x);
    const y = dropout(input, 0.5, { rng: random(3) });
    const [dx] = grad(sum(mul(y, toTensor(w))), [input]) as [Tensor];
    await evaluate([y, dx]);
    const [values, gradients] = [await y.data(), await dx.data()];
    expect(new Set(values.map((value, i) => value / (x.data[i] as number)))).toEqual(new Set([0, 2]));
    expect(gradients).toEqual(values.map((value, i) => (value === 0 ? 0 : 2 * (w.data[i] as number))));
  });

  test("repeats with its seed, draws afresh at each call, and passes everything at p = 0", async () => {
    const draw = (seed: number) => {
      const rng = random(seed);
      return [dropout(toTensor(x), 0.5, { rng }), dropout(toTensor(x), 0.5, { rng })];
    };
    const [a, b, c, d, e] = [...draw(4), ...draw(4), ...draw(5)] as [Tensor, Tensor, Tensor, Tensor, Tensor];
    await evaluate([a, b, c, d, e]);
    expect(await c.data()).toEqual(await a.data());
    expect(await d.data()).toEqual(await b.data());
    expect(await b.data()).not.toEqual(await a.data());
    expect(await e.data()).not.toEqual(await a.data());
    const input = toTensor(x);
    expect(dropout(input, 0)).toBe(input);
  });
});

describe("operations without a gradient", () => {
  test("comparisons, argmax and casts", async () => {
    const a = toTensor(float64([2, 3], [1, 2, 3, -1.5, 2, 3.75]));
    const b = tensor([1, 3, 3]);
    const results = [
      less(a, b),
      greaterEqual(a, b),
      notEqual(2, a),
      argmax(a),
      argmax(a, 0),
      cast(a, "i32"),
      cast(a, "bool"),
    ];
    await evaluate(results);
    const found = await Promise.all(results.map(async (result) => [result.dtype, ...(await result.data())]));
    expect(found).toEqual([
      ["bool", 0, 1, 0, 1, 1, 0],
      ["bool", 1, 0, 1, 0, 0, 1],
      ["bool", 1, 0, 1, 1, 0, 1],
      ["u32", 2, 2],
      ["u32", 0, 0, 1],
      ["i32", 1, 2, 3, -1, 2, 3],
      ["bool", 1, 1, 1, 1, 1, 1],
    ]);
  });

  test("full, zeros and ones are of any shape", async () => {
    expect(await full([2, 2], -1.5).data()).toEqual(Float32Array.of(-1.5, -1.5, -1.5, -1.5));
    expect(await zeros([]).item()).toBe(0);
    expect(await ones([3]).data()).toEqual(Float32Array.of(1, 1, 1));
  });
});
