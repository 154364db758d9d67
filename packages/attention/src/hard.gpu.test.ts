import { add, evaluate, grad, mul, random, sum, type Tensor, tensor } from "@unroll/nn";
import { expectClose, normal } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { HardAttention, hardAttentionLoss, RewardBaseline } from "./hard";
import { DotAttention } from "./scores";
import { useTestDevice } from "./test-support/device";

useTestDevice();

const [S, Q] = [4, 3];
const one = normal([S, Q], { seed: 2 });
const question = normal([Q], { seed: 1 });

/** The same row B times over: means over rows are then means over draws. */
function rows(B: number): { query: Tensor; memory: Tensor } {
  const repeat = (values: Float64Array): Float32Array<ArrayBuffer> => {
    const all = new Float32Array(B * values.length);
    for (let b = 0; b < B; b++) all.set(Float32Array.from(values), b * values.length);
    return all;
  };
  return {
    query: tensor(repeat(question.data), { shape: [B, Q] }),
    memory: tensor(repeat(one.data), { shape: [B, S, Q] }),
  };
}

/** α in float64. */
function distribution(): number[] {
  const e = Array.from({ length: S }, (_, s) =>
    question.data.reduce((total, q, n) => total + q * (one.data[s * Q + n] ?? 0), 0),
  );
  const total = e.reduce((all, score) => all + Math.exp(score), 0);
  return e.map((score) => Math.exp(score) / total);
}

describe("while training", () => {
  test("places are drawn with the probabilities that the soft attention gives, and the context is the vector there", async () => {
    const B = 4000;
    const attention = new HardAttention(new DotAttention(Q), { rng: random(1), expected: 0 });
    const { query, memory } = rows(B);
    const { context, weights, state } = attention.attend(query, attention.prepare(memory));
    await evaluate([context, weights, state.logProbability, state.entropy]);
    const drawn = await weights.data();
    const alpha = distribution();
    const counts = alpha.map(() => 0);
    const logs = await state.logProbability.data();
    const vectors = await context.data();
    for (let b = 0; b < B; b++) {
      const place = drawn.subarray(b * S, (b + 1) * S).indexOf(1);
      counts[place] = (counts[place] ?? 0) + 1;
      // log and softmax of numbers of size 1 … 10: some tens of roundings
      expect(Math.abs((logs[b] as number) - Math.log(alpha[place] as number))).toBeLessThan(1e-5);
      for (let n = 0; n < Q; n++) expect(vectors[b * Q + n]).toBe(Math.fround(one.data[place * Q + n] ?? 0));
    }
    for (const [s, p] of alpha.entries()) {
      // five deviations of a binomial count
      expect(Math.abs((counts[s] ?? 0) - B * p)).toBeLessThan(5 * Math.sqrt(B * p * (1 - p)));
    }
    const entropy = -alpha.reduce((total, p) => total + p * Math.log(p), 0);
    expectClose("entropy", (await state.entropy.data()).slice(0, 1), [entropy], { absolute: 1e-5 });
  });

  test("a share of the rows takes the expected value, and its draw then counts for nothing", async () => {
    const B = 1000;
    const attention = new HardAttention(new DotAttention(Q), { rng: random(1), expected: 0.25 });
    const { query, memory } = rows(B);
    const { weights, state } = attention.attend(query, attention.prepare(memory));
    await evaluate([weights, state.logProbability]);
    const [taken, logs] = [await weights.data(), await state.logProbability.data()];
    let soft = 0;
    for (let b = 0; b < B; b++) {
      const isDrawn = taken.subarray(b * S, (b + 1) * S).includes(1);
      expect((logs[b] as number) === 0).toBe(!isDrawn);
      if (!isDrawn) soft++;
    }
    expect(Math.abs(soft - B / 4)).toBeLessThan(5 * Math.sqrt((B * 3) / 16));
  });

  test("a row of length 0 draws nothing", async () => {
    const attention = new HardAttention(new DotAttention(Q), { rng: random(1) });
    const { query, memory } = rows(2);
    const { context, weights, state } = attention.attend(query, attention.prepare(memory, { lengths: [0, 2] }));
    const [dMemory] = grad(add(sum(context), sum(state.logProbability)), [memory]) as [Tensor];
    await evaluate([context, weights, dMemory]);
    expect((await context.data()).subarray(0, Q).every((value) => value === 0)).toBe(true);
    expect((await weights.data()).subarray(0, S).every((value) => value === 0)).toBe(true);
    expect((await dMemory.data()).subarray(0, S * Q).every((value) => value === 0)).toBe(true);
    expect(await weights.data()).toHaveLength(2 * S);
  });
});

test("after eval the most probable place is taken", async () => {
  const attention = new HardAttention(new DotAttention(Q), { rng: random(1) });
  attention.eval();
  const { query, memory } = rows(2);
  const { weights } = attention.attend(query, attention.prepare(memory));
  const alpha = distribution();
  const best = alpha.indexOf(Math.max(...alpha));
  expect([...(await weights.data())]).toEqual([0, 1].flatMap(() => alpha.map((_, s) => Number(s === best))));
});

describe("the estimate of the gradient", () => {
  const reward = [-3, -5, -4, -6.5];

  /** Per-row estimates of the query's gradient [B, Q] with a baseline of `b`. */
  async function estimates(B: number, b: number): Promise<Float64Array> {
    const attention = new HardAttention(new DotAttention(Q), { rng: random(5), expected: 0 });
    const baseline = new RewardBaseline();
    baseline.value.variable.initial = Float32Array.of(b);
    const { query, memory } = rows(B);
    const { weights, state } = attention.attend(query, attention.prepare(memory));
    // log p(y | s̃) depends on the place alone
    const places = tensor(Float32Array.from(reward), { shape: [1, S] });
    const logLikelihood = sum(mul(weights, places), { axes: [1] });
    const loss = hardAttentionLoss(logLikelihood, state, baseline, { entropyWeight: 0 });
    const [dQuery] = grad(loss, [query]) as [Tensor];
    return Float64Array.from(await dQuery.data(), (value) => -value * B); // of log p, of each row
  }

  const moments = (values: Float64Array, n: number) => {
    const of = Array.from({ length: values.length / Q }, (_, b) => values[b * Q + n] as number);
    const average = of.reduce((total, value) => total + value, 0) / of.length;
    return { average, variance: of.reduce((total, value) => total + (value - average) ** 2, 0) / (of.length - 1) };
  };

  test("is right on average, with any baseline, and varies less with a good one", async () => {
    const B = 8000;
    const alpha = distribution();
    const expected = alpha.reduce((total, p, s) => total + p * (reward[s] as number), 0);
    const [none, good] = [await estimates(B, 0), await estimates(B, expected)];
    for (let n = 0; n < Q; n++) {
      // dJ/dq of J = Σ_s α_s·R_s
      const exact = alpha.reduce((total, p, s) => {
        return total + p * ((reward[s] as number) - expected) * (one.data[s * Q + n] as number);
      }, 0);
      const [first, second] = [moments(none, n), moments(good, n)];
      for (const { average, variance } of [first, second]) {
        expect(Math.abs(average - exact)).toBeLessThan(5 * Math.sqrt(variance / B));
      }
      expect(second.variance).toBeLessThan(first.variance / 4);
    }
  });

  test("the baseline goes a tenth of the way to each batch's mean", async () => {
    const baseline = new RewardBaseline();
    const none = tensor([0, 0]);
    for (const after of [-0.4, -0.76]) {
      const loss = hardAttentionLoss(tensor([-3, -5]), { logProbability: none, entropy: none }, baseline);
      expect(await loss.item()).toBe(4);
      expectClose("baseline", await baseline.value.data(), [after], { absolute: 1e-6 });
    }
  });

  test("entropy counts as its weight says", async () => {
    const logProbability = tensor([-1, -2]);
    const entropy = tensor([0.5, 0.25]);
    const options = { rewardWeight: 2, entropyWeight: 0.1 };
    const loss = hardAttentionLoss(tensor([-3, -5]), { logProbability, entropy }, new RewardBaseline(), options);
    const [dLog, dEntropy] = grad(loss, [logProbability, entropy]) as [Tensor, Tensor];
    await evaluate([loss, dLog, dEntropy]);
    // −λ_r·log p/B with b = 0, and −λ_e/B
    expectClose("dLog", await dLog.data(), [3, 5], { absolute: 1e-6 });
    expectClose("dEntropy", await dEntropy.data(), [-0.05, -0.05], { absolute: 1e-7 });
  });
});
