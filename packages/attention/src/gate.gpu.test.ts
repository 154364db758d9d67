import { add, evaluate, explain, grad, mul, random, slice, sum, type Tensor, tensor } from "@unroll/nn";
import { expectClose, normal } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { ContextGate, gatedContext } from "./gate";
import { toTensor } from "./test-support/check-attention";
import { useTestDevice } from "./test-support/device";

useTestDevice();
const [B, T, Q, D] = [3, 4, 5, 7];
const ε = 2 ** -24;

describe("gatedContext", () => {
  const query = normal([B, T, Q], { seed: 1 });
  const context = normal([B, T, D], { seed: 2 });
  const u = toTensor(normal([B, T, D], { seed: 3 }));

  test("is β·c, and its gradients are those of the operations that it stands for", async () => {
    const gate = new ContextGate(Q, { rng: random(1) });
    gate.bias.variable.initial = Float32Array.of(0.4);
    const [q, c] = [toTensor(query), toTensor(context)];
    const of = [q, c, gate.weight, gate.bias];
    const [fused, plain] = [gatedContext(q, c, gate.weights), mul(c, gate.forward(q))];
    const gradients = [fused, plain].map((y) => grad(sum(mul(y, u)), of));
    await evaluate([fused, plain, ...gradients.flat()]);
    // sums of at most B·T·(Q + D) products of numbers below 4, rounded in another order
    const tolerance = { absolute: 2 * B * T * (Q + D) * 16 * ε };
    expectClose("y", await fused.data(), Float64Array.from(await plain.data()), tolerance);
    for (const [k, ours] of (gradients[0] as Tensor[]).entries()) {
      const theirs = (gradients[1] as Tensor[])[k] as Tensor;
      expect(ours.shape).toEqual(theirs.shape);
      expectClose(`gradient ${k}`, await ours.data(), Float64Array.from(await theirs.data()), tolerance);
    }
  });

  test("takes one dispatch, and one more backward beside those of the gate's weights", async () => {
    const gate = new ContextGate(Q, { rng: random(1) });
    const [q, c] = [toTensor(query), toTensor(context)];
    const y = gatedContext(q, c, gate.weights);
    expect((await explain(y)).dispatches).toBe(1);
    const [dQuery, dContext] = grad(sum(mul(y, u)), [q, c]) as [Tensor, Tensor];
    const { calls } = await explain(add(sum(dQuery), sum(dContext)));
    const own = calls.filter(({ kernel }) => !/^(elementwise|total|reduce)/.test(kernel));
    expect(own.map(({ kernel, dispatches }) => `${dispatches} ${kernel}`)).toEqual([
      "1 context_gate",
      "1 context_gate_backward",
    ]);
  });

  test("what does not fit is said before anything runs", () => {
    const { weights } = new ContextGate(Q, { rng: random(1) });
    const [q, c] = [toTensor(query), toTensor(context)];
    expect(() => gatedContext(c, c, weights)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: gatedContext: query should be [3, 4, 5] but is [3, 4, 7]. The gate's weight says how many features a query has.]`,
    );
    expect(() => gatedContext(slice(q, 1, 0, 1), c, weights)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: gatedContext: context should be [3, 1, D] but is [3, 4, 7]. There is a context for each query.]`,
    );
    expect(() =>
      gatedContext(tensor(new Int32Array(Q), { shape: [1, Q] }), c, weights),
    ).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: gatedContext: query should be f32 or f16 but is i32. Make it with tensor(values, { dtype: "f32" }), or cast it.]`,
    );
    expect(() => new ContextGate(0)).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: ContextGate: querySize should be a positive whole number but is 0.]`,
    );
  });
});

test("β is σ(w·q + b)", async () => {
  const gate = new ContextGate(Q, { rng: random(1) });
  const b = 0.5;
  gate.bias.variable.initial = Float32Array.of(b); // 0 would hide it
  const q = normal([2, Q], { seed: 1 });
  const values = await gate.forward(toTensor(q)).data();
  const w = (await gate.weight.data()) as Float32Array;
  const wanted = [0, 1].map((r) => {
    const z = w.reduce((total, value, k) => total + value * (q.data[r * Q + k] as number), b);
    return 1 / (1 + Math.exp(-z));
  });
  expectClose("β", values, wanted, { absolute: 40 * ε });
});
