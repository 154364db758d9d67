import { describe, expect, test } from "vitest";
import {
  Adam,
  argmax,
  crossEntropy,
  LanguageModel,
  type LanguageModelOptions,
  load,
  type ModelState,
  planStatistics,
  random,
  save,
  softmax,
  tensor,
} from "..";
import { useTestDevice } from "../test-support/device";
import { withHalves } from "../test-support/halves";

const gpu = useTestDevice();
const V = 7;

/** Text whose next token is that of three steps before: it takes memory to guess it. */
const PERIOD = [3, 1, 4];
const text = (start: number, length: number): number[] =>
  Array.from({ length }, (_, t) => PERIOD[(start + t) % PERIOD.length] as number);

function chunkAt(start: number, T = 6) {
  const rows = [0, 1, 2, 1].map((offset) => text(start + offset, T + 1));
  const of = (from: number) =>
    tensor(Uint32Array.from(rows.flatMap((row) => row.slice(from, from + T))), { shape: [rows.length, T] });
  return { x: of(0), y: of(1) };
}

const models: LanguageModelOptions[] = [
  { vocabularySize: V, hiddenSize: 12, cell: "gru" },
  { vocabularySize: V, embeddingSize: 10, hiddenSize: 10, layers: 2, tied: true },
  { vocabularySize: V, embeddingSize: 4, hiddenSize: 12, cell: "rnn", dropout: 0, outputDropout: 0.1 },
];

/** Token by token on the host: each argmax is read before the next step. */
async function hostGreedy(model: LanguageModel, prompt: readonly number[], length: number): Promise<number[]> {
  const made: number[] = [];
  let state: ModelState | undefined;
  let next = [...prompt];
  for (let step = 0; step < length; step++) {
    const x = tensor(Uint32Array.from(next), { shape: [1, next.length] });
    const { logits, state: after } = model.forward(x, { state });
    const all = await argmax(logits).data();
    next = [all[all.length - 1] as number];
    made.push(next[0] as number);
    state = after;
  }
  return made;
}

describe.each(models)("a language model %o", (options) => {
  test("learns chunk by chunk, and its greedy text is that of a loop on the host", async () => {
    const model = new LanguageModel({ ...options, rng: random(1) });
    const dev = [chunkAt(0), chunkAt(6)];
    const untrained = await model.perplexity(dev, { carry: true });
    expect(untrained).toBeGreaterThan(4); // ln V and thereabouts
    const optimizer = new Adam(model.parameters(), { lr: 0.02, clipNorm: 5 });
    let state: ModelState | undefined;
    for (let step = 0; step < 120; step++) ({ state } = await model.trainChunk(optimizer, chunkAt(6 * step), state));
    expect(await model.perplexity(dev, { carry: true })).toBeLessThan(1.3);
    expect(await model.generate([3, 1], { length: 12, greedy: true })).toEqual(text(2, 12));
    model.eval();
    expect(await model.generate([4, 4, 1], { length: 20, greedy: true })).toEqual(
      await hostGreedy(model, [4, 4, 1], 20),
    );
    optimizer.dispose();
  });
});

test.each([16, 32])(
  "%i tokens are one submission and one readback, and nothing is made for further ones",
  async (n) => {
    const model = new LanguageModel({ vocabularySize: V, embeddingSize: 4, hiddenSize: 12, layers: 2, rng: random(2) });
    const options = { length: 64, seed: 5, topK: 4, topP: 0.9, ...(n === 32 ? {} : { perSubmission: n }) };
    const { counters } = gpu.device;
    await model.generate([1, 2], options);
    const before = counters.snapshot();
    const misses = planStatistics(gpu.device).misses;
    await model.generate([1, 2], { ...options, temperature: 0.7, seed: 6, topK: 3 });
    const made = counters.since(before);
    expect({ submissions: made.submissions - made.readbacks, readbacks: made.readbacks }).toEqual({
      submissions: 1 + 64 / n, // one more reads the prompt; a readback's own copy is counted with it
      readbacks: 64 / n,
    });
    expect(planStatistics(gpu.device).misses).toBe(misses);
    expect({ bindGroups: made.bindGroups, pipelines: made.pipelines }).toEqual({ bindGroups: 0, pipelines: 0 });
    expect(counters.liveBuffers).toBe(before.liveBuffers);
  },
);

test("a seed repeats, another differs, and how many tokens a submission makes changes none of them", async () => {
  const model = new LanguageModel({ vocabularySize: V, hiddenSize: 12, rng: random(3) });
  const first = await model.generate([2], { length: 40, seed: 9 });
  expect(first).toHaveLength(40);
  expect(await model.generate([2], { length: 40, seed: 9 })).toEqual(first);
  expect(await model.generate(Int32Array.of(2), { length: 40, seed: 9 })).toEqual(first); // as a vocabulary encodes
  expect(await model.generate([2], { length: 40, seed: 9, perSubmission: 16 })).toEqual(first);
  expect(await model.generate([2], { length: 40, seed: 10 })).not.toEqual(first);
  expect(await model.generate([2], { length: 40, rng: random(9) })).toEqual(first);
});

test("tokens are drawn as the softmax of the logits says", async () => {
  const model = new LanguageModel({ vocabularySize: V, hiddenSize: 12, rng: random(4) });
  const prompt = [1, 5, 2];
  const R = 3000;
  const rows = await model.generateRows(new Array<number[]>(R).fill(prompt), { length: 1, seed: 1, temperature: 0.3 });
  const { logits } = model.forward(tensor(Uint32Array.from(prompt), { shape: [1, 3] }));
  const raw = await logits.data();
  const cooled = tensor(Float32Array.from(raw.subarray(2 * V), (x) => x / 0.3));
  const p = await softmax(cooled).data();
  let chiSquared = 0;
  for (let v = 0; v < V; v++) {
    const expected = R * (p[v] as number);
    chiSquared += (rows.filter(([token]) => token === v).length - expected) ** 2 / expected;
  }
  // 6 degrees of freedom: above 27.9 once in 10,000 times; the seed is fixed
  expect(chiSquared).toBeLessThan(27.9);
});

test("excluded tokens are never drawn", async () => {
  const model = new LanguageModel({ vocabularySize: V, hiddenSize: 12, rng: random(5) });
  const greedy = await model.generate([1], { length: 32, greedy: true });
  expect(await model.generate([1], { length: 32, topK: 1, seed: 1 })).toEqual(greedy);
  expect(await model.generate([1], { length: 32, topP: 1e-6, seed: 1 })).toEqual(greedy);
  expect(await model.generate([1], { length: 32, seed: 1 })).not.toEqual(greedy);
});

test("rows end before a stop token; prompts of several lengths, some of many pieces, go each its own way", async () => {
  const model = new LanguageModel({ vocabularySize: V, hiddenSize: 12, cell: "gru", rng: random(6) });
  const long = Array.from({ length: 150 }, (_, t) => (t * t) % V);
  const prompts = [[1], [2, 3, 4], long];
  const rows = await model.generateRows(prompts, { length: 20, greedy: true });
  const typed = prompts.map((prompt) => Int32Array.from(prompt));
  expect(await model.generateRows(typed, { length: 20, greedy: true })).toEqual(rows);
  for (const [row, prompt] of prompts.entries()) expect(rows[row]).toEqual(await hostGreedy(model, prompt, 20));
  const stop = rows[1]?.[5] as number;
  const [, stopped] = await model.generateRows(prompts, { length: 20, greedy: true, stop });
  expect(stopped).toEqual(rows[1]?.slice(0, rows[1].indexOf(stop)));
});

test("carried state makes chunks one text, and padding counts for nothing", async () => {
  const model = new LanguageModel({ vocabularySize: V, hiddenSize: 12, rng: random(7) });
  const whole = chunkAt(0, 12);
  const carried = await model.evaluateLoss([chunkAt(0, 6), chunkAt(6, 6)], { carry: true });
  expect(carried).toBeCloseTo(await model.evaluateLoss(whole), 5);
  expect(await model.evaluateLoss([chunkAt(0, 6), chunkAt(6, 6)])).not.toBeCloseTo(carried, 4);
  const { logits } = model.forward(whole.x);
  expect(await model.loss(whole).item()).toBeCloseTo(await crossEntropy(logits, whole.y).item(), 6);
  const short = chunkAt(0, 6);
  const lengths = [6, 6, 6, 6];
  expect(await model.evaluateLoss({ ...whole, lengths })).toBeCloseTo(await model.evaluateLoss({ ...short }), 5);
});

test("it writes in halves, and after being saved and loaded the same", async () => {
  const options = { vocabularySize: V, embeddingSize: 12, hiddenSize: 12, tied: true } as const;
  const model = new LanguageModel({ ...options, rng: random(8) });
  const other = new LanguageModel({ ...options, rng: random(9) });
  await load(other, await save(model));
  const wanted = { length: 30, seed: 2 };
  expect(await other.generate([1, 2], wanted)).toEqual(await model.generate([1, 2], wanted));
  await withHalves(gpu.device, async () => {
    model.half();
    const made = await model.generate([1, 2], wanted);
    expect(made).toHaveLength(30);
    expect(await model.generate([1, 2], wanted)).toEqual(made);
  });
});
