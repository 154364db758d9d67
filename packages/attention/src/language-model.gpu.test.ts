import { Adam, concat, random, type Tensor, tensor } from "@unroll/nn";
import { describe, expect, test } from "vitest";
import type { KeyValueCache } from "./key-value-cache";
import { TransformerLanguageModel } from "./language-model";
import type { Positions } from "./positions/scheme";
import { useTestDevice } from "./test-support/device";
import { bitsOf } from "./test-support/tensors";

useTestDevice();

const V = 7;
/** Counts up, one more each step, from a first token: what comes next follows from the one before. */
const counted = (first: number, length: number): number[] => Array.from({ length }, (_, t) => (first + t) % V);
const batch = (T: number) => {
  const rows = [0, 2, 3, 5].map((first) => counted(first, T + 1));
  return {
    x: tensor(Uint32Array.from(rows.flatMap((row) => row.slice(0, -1))), { shape: [4, T] }),
    y: tensor(Uint32Array.from(rows.flatMap((row) => row.slice(1))), { shape: [4, T] }),
  };
};

const make = (positions: Positions, seed = 1, length = 80) =>
  new TransformerLanguageModel({
    vocabularySize: V,
    size: 16,
    heads: 2,
    layers: 1,
    positions,
    length,
    rng: random(seed),
  });

describe.each<Positions>(["learned", "sinusoidal", "rotary", "alibi", "none"])("%s positions", (positions) => {
  test("greedy tokens from the cache are those of full passes", async () => {
    const model = make(positions);
    const prompt = [3, 1, 4, 1, 5];
    const made = await model.generate(prompt, { length: 6, greedy: true });
    let text = [...prompt];
    for (let n = 0; n < 6; n++) {
      const x = tensor(Uint32Array.from(text), { shape: [1, text.length] });
      const logits = await model.forward(x).logits.data();
      const last = [...logits.subarray(-V)];
      text = [...text, last.indexOf(Math.max(...last))];
    }
    expect(made).toEqual(text.slice(prompt.length));
  });
});

test("a text may be as long as the table of learned positions, which changes nothing of it", async () => {
  const model = make("learned", 1, 11);
  const prompt = [3, 1, 4, 1, 5];
  const made = await model.generate(prompt, { length: 6, greedy: true });
  const x = tensor(Uint32Array.from([...prompt, ...made]), { shape: [1, 11] });
  const logits = await model.forward(x).logits.data();
  for (const [n, token] of made.entries()) {
    const said = [...logits.subarray((4 + n) * V, (5 + n) * V)];
    expect(token).toBe(said.indexOf(Math.max(...said)));
  }
});

test("steps past the table of sinusoids are those of the full pass", async () => {
  const tokens = Uint32Array.from(counted(0, 600));
  const [stepped, full] = [make("sinusoidal"), make("sinusoidal")]; // a table each: the full pass makes its own longer
  let state = stepped.emptyState(1, 600);
  const parts: Tensor[] = [];
  for (const [from, to] of [
    [0, 300],
    [300, 512],
    [512, 600],
  ]) {
    const x = tensor(tokens.slice(from, to), { shape: [1, (to as number) - (from as number)] });
    const read = stepped.forward(x, { state });
    state = read.state as KeyValueCache;
    parts.push(read.logits);
  }
  const said = await concat(parts, 1).data();
  const { logits } = full.forward(tensor(tokens, { shape: [1, 600] }));
  expect(bitsOf(said)).toEqual(bitsOf(await logits.data()));
});

test("it starts at ln V, learns to count in 60 steps, and then counts; prompts of several lengths go together", async () => {
  const model = make("rotary", 3);
  const optimizer = new Adam(model.parameters(), { lr: 1e-2 });
  const first = await model.evaluateLoss(batch(12));
  expect(Math.abs(first - Math.log(V))).toBeLessThan(0.15);
  for (let step = 0; step < 60; step++) await optimizer.minimize(model.loss(batch(12)));
  expect(await model.perplexity(batch(12))).toBeLessThan(1.2);
  const rows = await model.generateRows([[2], [4, 5, 6, 0, 1], counted(0, 20)], { length: 9, greedy: true });
  expect(rows).toEqual([counted(3, 9), counted(2, 9), counted(6, 9)]);
  expect(await model.generate([2], { length: 9, greedy: true, stop: 5 })).toEqual([3, 4]);
});

test("a seed draws the same tokens, and lengths leave padding out of the loss", async () => {
  const model = make("alibi");
  const options = { length: 20, temperature: 2, seed: 5 };
  const one = await model.generate([1], options);
  expect(await model.generate([1], options)).toEqual(one);
  expect(await model.generate(Int32Array.of(1), options)).toEqual(one); // as a vocabulary encodes
  expect(await model.generate([1], { ...options, seed: 6 })).not.toEqual(one);
  const short = await model.evaluateLoss(batch(5));
  const { x, y } = batch(9);
  expect(await model.evaluateLoss({ x, y, lengths: [5, 5, 5, 5] })).toBe(short);
});
