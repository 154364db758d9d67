import { expect, test } from "vitest";
import { Embedding, Linear, LSTM, Module, modelCard, random, readModelCard } from "..";

const rng = random(2);

class Model extends Module {
  readonly embed = new Embedding(5, 3, { rng });
  readonly lstm = new LSTM(3, 2, { rng, layers: 2, dropout: 0.1, gate: { name: "hardSigmoid", alpha: 0.2 } });
  readonly out = new Linear(2, 5, { rng });
  readonly note = "any plain field of a model is part of its card";

  constructor() {
    super();
    Object.assign(this.embed, { unrelated: Number.NaN });
  }
}

const facts = {
  name: "letters",
  description: "Which letter comes next.",
  data: { name: "made up", rows: { train: 90, dev: 10 } },
  training: { optimizer: "Adam", lr: 1e-2, epochs: 3, betas: [0.9, 0.999], seed: null },
  metrics: [{ name: "accuracy", value: 0.83, split: "dev" }],
} as const;

test("says what a model is made of, and what its maker adds", () => {
  expect(modelCard(new Model(), facts)).toMatchInlineSnapshot();
});

test("comes back from its text", () => {
  const card = modelCard(new Model(), facts);
  expect(readModelCard(JSON.stringify(card))).toEqual(card);
  expect(readModelCard(JSON.stringify(modelCard(new Linear(1, 1), { name: "" })))).toMatchObject({ name: "" });
});

test("what is no card is refused, with the way to the fault", () => {
  const card = modelCard(new Linear(2, 1), facts);
  const reading = (change: object) => expect(() => readModelCard({ ...card, ...change }));
  expect(() => readModelCard("{")).toThrowErrorMatchingInlineSnapshot();
  expect(() => readModelCard("[]")).toThrowErrorMatchingInlineSnapshot();
  reading({ format: "other" }).toThrowErrorMatchingInlineSnapshot();
  reading({ version: 2 }).toThrowErrorMatchingInlineSnapshot();
  reading({ name: 3 }).toThrowErrorMatchingInlineSnapshot();
  reading({ licence: "MIT" }).toThrowErrorMatchingInlineSnapshot();
  reading({ metrics: [{ name: "accuracy", value: "0.8" }] }).toThrowErrorMatchingInlineSnapshot();
  reading({ training: { lr: Number.NaN } }).toThrowErrorMatchingInlineSnapshot();
  reading({ architecture: { ...card.architecture, parameterCount: 4 } }).toThrowErrorMatchingInlineSnapshot();
  reading({
    architecture: { ...card.architecture, parameters: [{ name: "w", shape: [-1], dtype: "f32" }] },
  }).toThrowErrorMatchingInlineSnapshot();
  let deep: object = {};
  for (let level = 0; level < 20; level++) deep = { deep };
  reading({ data: { deep } }).toThrowErrorMatchingInlineSnapshot();
});
