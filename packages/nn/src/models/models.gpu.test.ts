import { expect, test } from "vitest";
import {
  Adam,
  load,
  random,
  SequenceAutoencoder,
  type SequenceBatch,
  SequenceClassifier,
  type SequenceClassifierOptions,
  SequenceGenerator,
  SequenceRegressor,
  SequenceTagger,
  save,
  type Tensor,
  tensor,
  train,
} from "..";
import { useTestDevice } from "../test-support/device";
import { withHalves } from "../test-support/halves";

const gpu = useTestDevice();
const [B, T, V] = [24, 8, 6] as const;

/** Rows of tokens with lengths from 2 to T; past the length stands `padding`. */
function rows(seed: number, padding = 0): { ids: Uint32Array<ArrayBuffer>; lengths: number[] } {
  const lengths = Array.from({ length: B }, (_, row) => 2 + ((row * 5 + seed) % (T - 1)));
  const drawn = random(seed).uniform(B * T, 0, V);
  const ids = Uint32Array.from(drawn, (value, n) =>
    n % T < (lengths[Math.floor(n / T)] as number) ? Math.floor(value) : padding,
  );
  return { ids, lengths };
}

const shaped = (data: Uint32Array<ArrayBuffer> | Float32Array<ArrayBuffer>, ...shape: number[]): Tensor =>
  tensor(data, { shape });

/** The class of a row is whether its first token is below V/2. */
function firstToken(seed: number, padding = 0): SequenceBatch {
  const { ids, lengths } = rows(seed, padding);
  const y = Uint32Array.from({ length: B }, (_, row) => ((ids[row * T] as number) < V / 2 ? 1 : 0));
  return { x: shaped(ids, B, T), y: tensor(y), lengths };
}

/** A step's tag is the token before it, modulo 3; the first step's is 0. */
function tokenBefore(seed: number, padding = 0): SequenceBatch {
  const { ids, lengths } = rows(seed, padding);
  const y = Uint32Array.from(ids, (_, n) => (n % T === 0 ? 0 : (ids[n - 1] as number) % 3));
  return { x: shaped(ids, B, T), y: shaped(y, B, T), lengths };
}

async function trainOn(
  model: { parameters(): ReturnType<SequenceTagger["parameters"]>; loss(batch: SequenceBatch): Tensor },
  batch: (seed: number) => SequenceBatch,
  steps: number,
  lr = 0.03,
): Promise<void> {
  const optimizer = new Adam(model.parameters(), { lr, clipNorm: 5 });
  for (let step = 0; step < steps; step++) await optimizer.minimize(model.loss(batch(step)));
  optimizer.dispose();
}

const classifiers: SequenceClassifierOptions[] = [
  { vocabularySize: V, hiddenSize: 12, classes: 2, cell: "gru", rng: random(1) },
  {
    vocabularySize: V,
    embeddingSize: 5,
    hiddenSize: 8,
    classes: 2,
    direction: "bidirectional",
    layers: 2,
    rng: random(2),
  },
  { vocabularySize: V, hiddenSize: 12, classes: 2, pooling: "max", peepholes: true, rng: random(3) },
  { vocabularySize: V, hiddenSize: 12, classes: 2, pooling: "mean", cell: "rnn", outputDropout: 0.1, rng: random(4) },
];

test.each(classifiers)("a classifier learns which token came first: %o", async (options) => {
  const model = new SequenceClassifier(options);
  const dev = [firstToken(1001), firstToken(1002), firstToken(1003)];
  expect(await model.accuracy(dev)).toBeLessThan(0.8);
  await trainOn(model, firstToken, 150);
  expect(await model.accuracy(dev)).toBeGreaterThan(0.93);
  const [first] = dev as [SequenceBatch];
  const guessed = await model.predict(first.x, first);
  const right = [...(await first.y.data())].filter((y, row) => y === guessed[row]).length;
  expect(await model.accuracy(first)).toBeCloseTo(right / B, 6);
  const p = await model.probabilities(first.x, first);
  expect(p.map((row) => ((row[1] as number) > (row[0] as number) ? 1 : 0))).toEqual(guessed);
});

test.each(["last", "mean", "max"] as const)(
  "padding changes no bit of what a classifier pools by %s",
  async (pooling) => {
    const model = new SequenceClassifier({ vocabularySize: V, hiddenSize: 9, classes: 3, pooling, rng: random(5) });
    const [a, b] = [firstToken(7), firstToken(7, 3)];
    expect(await model.forward(a.x, a).data()).toEqual(await model.forward(b.x, b).data());
    const { ids, lengths } = rows(7);
    const wide = new Uint32Array(B * (T + 5)).fill(2);
    for (let row = 0; row < B; row++)
      wide.set(ids.subarray(row * T, row * T + (lengths[row] as number)), row * (T + 5));
    expect(await model.forward(shaped(wide, B, T + 5), { lengths }).data()).toEqual(await model.forward(a.x, a).data());
  },
);

test("a tagger learns tags of the token before; padding counts neither in loss nor in accuracy", async () => {
  const model = new SequenceTagger({ vocabularySize: V, embeddingSize: 6, hiddenSize: 16, tags: 3, rng: random(6) });
  const dev = [tokenBefore(1001), tokenBefore(1002)];
  expect(await model.accuracy(dev)).toBeLessThan(0.7);
  await trainOn(model, tokenBefore, 150);
  expect(await model.accuracy(dev)).toBeGreaterThan(0.95);
  const [plain, padded] = [tokenBefore(9), tokenBefore(9, 5)];
  expect(await model.loss(plain).item()).toBe(await model.loss(padded).item());
  expect(await model.accuracy(plain)).toBe(await model.accuracy(padded));
  const tags = await model.predict(plain.x, plain);
  expect(tags.map(({ length }) => length)).toEqual(rows(9).lengths);
  // the accuracy is that of the tags that predict gives
  const y = await plain.y.data();
  const hits = tags.flatMap((row, r) => row.map((tag, t) => Number(tag === y[r * T + t])));
  expect(await model.accuracy(plain)).toBeCloseTo(hits.reduce((sum, hit) => sum + hit, 0) / hits.length, 6);
});

/** The running mean of the steps so far, and at the end the mean of all. */
function means(seed: number, perStep: boolean): SequenceBatch {
  const { lengths } = rows(seed);
  const x = random(seed).uniform(B * T, -1, 1);
  const y = new Float32Array(B * T);
  for (let row = 0; row < B; row++) {
    let sum = 0;
    for (let t = 0; t < T; t++) {
      sum += x[row * T + t] as number;
      y[row * T + t] = t < (lengths[row] as number) ? sum / (t + 1) : 99;
    }
  }
  const ends = Float32Array.from(lengths, (length, row) => y[row * T + length - 1] as number);
  return { x: shaped(x, B, T, 1), y: perStep ? shaped(y, B, T, 1) : shaped(ends, B, 1), lengths };
}

test.each(["sequence", "step"] as const)("a regressor learns a mean for each %s", async (outputPer) => {
  const model = new SequenceRegressor({
    inputSize: 1,
    hiddenSize: 16,
    outputSize: 1,
    outputPer,
    cell: "gru",
    rng: random(7),
  });
  const batch = (seed: number) => means(seed, outputPer === "step");
  const before = await model.loss(batch(1001)).item();
  await trainOn(model, batch, 200, 0.02);
  const after = await model.loss(batch(1001)).item();
  expect(after).toBeLessThan(0.02); // the variance of the means, which no constant can beat, is above 0.06
  expect(after).toBeLessThan(before / 4);
  const { x, y, lengths } = batch(1001);
  const made = await model.predict(x, { lengths });
  const target = await y.data();
  const steps = outputPer === "step";
  const squares = made.flatMap((row, r) =>
    [...row].map((v, t) => (v - (target[steps ? r * T + t : r] as number)) ** 2),
  );
  expect(squares.reduce((sum, square) => sum + square, 0) / squares.length).toBeCloseTo(after, 4);
});

/** Waves of one pace; row 0 has a step out of line where asked for. */
function waves(seed: number, spike = -1): { x: Tensor; y: Tensor; lengths: number[] } {
  const steps = 16;
  const phase = random(seed).uniform(B, 0, 6.28);
  const x = Float32Array.from({ length: B * steps }, (_, n) =>
    Math.sin((phase[Math.floor(n / steps)] as number) + 0.7 * (n % steps)),
  );
  if (spike >= 0) x[spike] = -(x[spike] as number) - 1.5 * Math.sign(x[spike] as number);
  const lengths = Array.from({ length: B }, (_, row) => steps - (row % 4));
  return { x: shaped(x, B, steps, 1), y: shaped(x, B, steps, 1), lengths };
}

test.each(["reconstruction", "prediction"] as const)(
  "an autoencoder by %s finds the step that is out of line",
  async (task) => {
    const model = new SequenceAutoencoder({ inputSize: 1, hiddenSize: 20, codeSize: 4, task, rng: random(8) });
    const before = await model.loss(waves(1001)).item();
    await trainOn(model, waves, 500, 0.02); // of 12 runs, seeds and adapters, the slowest then has a fourteenth of its loss
    expect(await model.loss(waves(1001)).item()).toBeLessThan(before / 5);
    const scores = await model.scores(waves(1002, 9));
    expect(scores.map(({ length }) => length)).toEqual(waves(0).lengths);
    const [first] = scores as [Float32Array];
    // A step out of line is itself hard to predict, and so are those predicted from it.
    const worst = first.indexOf(Math.max(...first));
    expect(task === "prediction" ? [9, 10] : [9]).toContain(worst);
    const usual = await model.scores(waves(1002));
    const highest = Math.max(...usual.flatMap((row) => [...row]));
    expect(first[9]).toBeGreaterThan(2 * highest);
    if (task === "prediction") expect(first[0]).toBe(0);
  },
);

test("a generator spells a word for each class, with its own tokens fed back", async () => {
  const words = [
    [1, 2, 3, 4, 0],
    [4, 4, 1, 0, 0],
    [2, 1, 2, 1, 0],
  ];
  const model = new SequenceGenerator({
    conditionClasses: 3,
    vocabularySize: 5,
    hiddenSize: 24,
    cell: "gru",
    rng: random(9),
  });
  const x = tensor(Uint32Array.of(0, 1, 2));
  const y = shaped(Uint32Array.from(words.flat()), 3, 5);
  const spelt = words.map((word) => word.slice(0, word.indexOf(0)));
  expect(await model.generate(x, { length: 10, greedy: true, stop: 0 })).not.toEqual(spelt);
  await trainOn(model, () => ({ x, y, lengths: [5, 4, 5] }), 120);
  const { counters } = gpu.device;
  const before = counters.snapshot();
  expect(await model.generate(x, { length: 10, greedy: true, stop: 0 })).toEqual(spelt);
  const { readbacks } = counters.since(before);
  expect(readbacks).toBe(1);
  expect(await model.generate(x, { length: 10, temperature: 0.1, seed: 4, stop: 0 })).toEqual(spelt);
});

test("a generator from vectors takes an LSTM's empty cells", async () => {
  const model = new SequenceGenerator({
    conditionSize: 2,
    vocabularySize: 3,
    embeddingSize: 2,
    hiddenSize: 10,
    layers: 2,
    rng: random(10),
  });
  const x = tensor([
    [1, 0],
    [0, 1],
  ]);
  const y = shaped(Uint32Array.of(0, 1, 2, 2, 1, 0), 2, 3);
  await trainOn(model, () => ({ x, y }), 120);
  expect(await model.generate(x, { length: 3, greedy: true })).toEqual([
    [0, 1, 2],
    [2, 1, 0],
  ]);
});

test("models learn in halves, and drop nothing when they predict", async () => {
  await withHalves(gpu.device, async () => {
    const model = new SequenceTagger({
      vocabularySize: V,
      embeddingSize: 6,
      hiddenSize: 16,
      tags: 3,
      inputDropout: 0.1,
      rng: random(11),
    }).half();
    await trainOn(model, tokenBefore, 150);
    const dev = tokenBefore(1001);
    expect(await model.accuracy(dev)).toBeGreaterThan(0.9);
    expect(await model.predict(dev.x, dev)).toEqual(await model.predict(dev.x, dev));
    expect(model.inputDropout.training).toBe(true);
    const regressor = new SequenceAutoencoder({ inputSize: 1, hiddenSize: 8, rng: random(12) }).half();
    expect((await regressor.scores(waves(1)))[0]).toHaveLength(16);
    const generator = new SequenceGenerator({
      conditionSize: 2,
      vocabularySize: 3,
      hiddenSize: 8,
      rng: random(13),
    }).half();
    expect(await generator.generate(tensor([[1, 0]]), { length: 5, seed: 1 })).toHaveLength(1);
  });
});

test("models are trained by train(), saved and loaded", async () => {
  const options = { vocabularySize: V, hiddenSize: 8, classes: 2, cell: "gru" } as const;
  const model = new SequenceClassifier({ ...options, rng: random(14) });
  const optimizer = new Adam(model.parameters(), { lr: 0.02 });
  await train({
    model,
    optimizer,
    epochs: 2,
    batches: (epoch) => [firstToken(epoch), firstToken(epoch + 10)],
    loss: (batch) => model.loss(batch),
  });
  const other = new SequenceClassifier({ ...options, rng: random(15) });
  const { x, lengths } = firstToken(50);
  expect(await other.forward(x, { lengths }).data()).not.toEqual(await model.forward(x, { lengths }).data());
  await load(other, await save(model));
  expect(await other.forward(x, { lengths }).data()).toEqual(await model.forward(x, { lengths }).data());
  optimizer.dispose();
});
