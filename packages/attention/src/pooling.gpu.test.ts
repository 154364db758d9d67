import { Adam, crossEntropy, evaluate, grad, Linear, Module, mul, random, sum, type Tensor, tensor } from "@unroll/nn";
import { expectClose, normal } from "@unroll/testing";
import { expect, test } from "vitest";
import { AttentionPooling } from "./pooling";
import { toTensor } from "./test-support/check-attention";
import { useTestDevice } from "./test-support/device";

useTestDevice();

test("value and gradients equal the float64 reference, with lengths", async () => {
  const [B, T, I, A] = [3, 5, 4, 6];
  const lengths = [5, 0, 2];
  const pool = new AttentionPooling(I, { size: A, rng: random(3) });
  const [W, b, u] = [pool.weight, pool.bias, pool.vector].map(({ variable }) =>
    Float64Array.from(variable.initial ?? []),
  );
  const x = normal([B, T, I], { seed: 1 });
  const upstream = normal([B, I], { seed: 2 });
  /** Σ upstream·y, y = Σ_t α_t·h_t: Yang et al. 2016, eq. 5 to 7. */
  const value = (
    h: Float64Array,
    w = W as Float64Array,
    bias = b as Float64Array,
    query = u as Float64Array,
  ): number => {
    let total = 0;
    for (let row = 0; row < B; row++) {
      const e = Array.from({ length: lengths[row] as number }, (_, t) => {
        let score = 0;
        for (let a = 0; a < A; a++) {
          let unit = bias[a] as number;
          for (let i = 0; i < I; i++) unit += (w[a * I + i] as number) * (h[(row * T + t) * I + i] as number);
          score += (query[a] as number) * Math.tanh(unit);
        }
        return Math.exp(score);
      });
      const all = e.reduce((sum, part) => sum + part, 0);
      for (const [t, part] of e.entries())
        for (let i = 0; i < I; i++)
          total += (part / all) * (h[(row * T + t) * I + i] as number) * (upstream.data[row * I + i] as number);
    }
    return total;
  };
  const given = toTensor(x);
  const { context, weights } = pool.forward(given, { lengths });
  const loss = sum(mul(context, toTensor(upstream)));
  const gradients = grad(loss, [given, pool.weight, pool.bias, pool.vector]);
  await evaluate([loss, weights, ...gradients]);
  // some 50 roundings of numbers of size 1 to 4, forward and back
  expectClose("loss", await loss.data(), [value(x.data)], { absolute: 2e-5 });
  const step = 2 ** -17;
  const at = [x.data, W, b, u] as Float64Array[];
  for (const [k, of] of at.entries()) {
    const slopes = of.map((_, n) => {
      const moved = (by: number): number => {
        const next = at.map((values) => values.slice()) as [Float64Array, Float64Array, Float64Array, Float64Array];
        (next[k] as Float64Array)[n] = (of[n] as number) + by;
        return value(...next);
      };
      return (moved(step) - moved(-step)) / (2 * step);
    });
    expectClose(`gradient ${k}`, await (gradients[k] as Tensor).data(), slopes, { absolute: 4e-5 });
  }
  const seen = await weights.data();
  expect(seen.subarray(T, 2 * T).every((weight) => weight === 0)).toBe(true);
  expect(seen.subarray(2 * T + 2).every((weight) => weight === 0)).toBe(true);
});

test("a classifier learns which step decides, wherever it stands", async () => {
  const [B, T, I] = [32, 8, 6];
  class Classifier extends Module {
    readonly pool = new AttentionPooling(I, { rng: random(1) });
    readonly output = new Linear(I, 2, { rng: random(2) });
    forward(x: Tensor): Tensor {
      return this.output.forward(this.pool.forward(x).context);
    }
  }
  const model = new Classifier();
  const optimizer = new Adam(model.parameters(), { lr: 0.05 });
  const rng = random(4);
  let last = Number.NaN;
  for (let step = 0; step < 150; step++) {
    const data = rng.normal(B * T * I);
    const classes = new Int32Array(B);
    for (let b = 0; b < B; b++) {
      // one step is marked by its first feature; the sign of its second is the class
      const t = Math.floor((rng.uniform(1)[0] ?? 0) * T);
      for (let other = 0; other < T; other++) data[(b * T + other) * I] = other === t ? 3 : -1;
      classes[b] = Number((data[(b * T + t) * I + 1] ?? 0) > 0);
    }
    const loss = crossEntropy(model.forward(tensor(data, { shape: [B, T, I] })), tensor(classes));
    await optimizer.minimize(loss);
    if (step === 149) last = await loss.item();
  }
  // ln 2 at chance; a mean over all steps would stay near it
  expect(last).toBeLessThan(0.25);
  optimizer.dispose();
});
