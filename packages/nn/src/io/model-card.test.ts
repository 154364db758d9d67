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
  expect(modelCard(new Model(), facts)).toMatchInlineSnapshot(`
    {
      "architecture": {
        "className": "Model",
        "modules": [
          {
            "className": "Model",
            "path": "",
            "settings": {
              "note": "any plain field of a model is part of its card",
              "precision": "f32",
            },
          },
          {
            "className": "Embedding",
            "path": "embed",
            "settings": {
              "dimension": 3,
              "precision": "f32",
              "size": 5,
            },
          },
          {
            "className": "LSTM",
            "path": "lstm",
            "settings": {
              "candidate": {
                "name": "tanh",
              },
              "clip": 0,
              "coupled": false,
              "direction": "forward",
              "dropout": 0.1,
              "gate": {
                "alpha": 0.2,
                "name": "hardSigmoid",
              },
              "hiddenSize": 2,
              "inputDropout": 0,
              "inputSize": 3,
              "layers": 2,
              "merge": "concat",
              "outputActivation": {
                "name": "tanh",
              },
              "precision": "f32",
              "residual": false,
              "stateSize": 2,
            },
          },
          {
            "className": "Linear",
            "path": "out",
            "settings": {
              "inputSize": 2,
              "outputSize": 5,
              "precision": "f32",
            },
          },
        ],
        "parameterCount": 118,
        "parameters": [
          {
            "dtype": "f32",
            "name": "embed.weight",
            "shape": [
              5,
              3,
            ],
          },
          {
            "dtype": "f32",
            "name": "lstm.weightIh.0",
            "shape": [
              8,
              3,
            ],
          },
          {
            "dtype": "f32",
            "name": "lstm.weightIh.1",
            "shape": [
              8,
              2,
            ],
          },
          {
            "dtype": "f32",
            "name": "lstm.weightHh.0",
            "shape": [
              1,
              8,
              2,
            ],
          },
          {
            "dtype": "f32",
            "name": "lstm.weightHh.1",
            "shape": [
              1,
              8,
              2,
            ],
          },
          {
            "dtype": "f32",
            "name": "lstm.bias.0",
            "shape": [
              8,
            ],
          },
          {
            "dtype": "f32",
            "name": "lstm.bias.1",
            "shape": [
              8,
            ],
          },
          {
            "dtype": "f32",
            "name": "out.weight",
            "shape": [
              5,
              2,
            ],
          },
          {
            "dtype": "f32",
            "name": "out.bias",
            "shape": [
              5,
            ],
          },
        ],
      },
      "data": {
        "name": "made up",
        "rows": {
          "dev": 10,
          "train": 90,
        },
      },
      "description": "Which letter comes next.",
      "format": "unroll-model-card",
      "metrics": [
        {
          "name": "accuracy",
          "split": "dev",
          "value": 0.83,
        },
      ],
      "name": "letters",
      "training": {
        "betas": [
          0.9,
          0.999,
        ],
        "epochs": 3,
        "lr": 0.01,
        "optimizer": "Adam",
        "seed": null,
      },
      "version": 1,
    }
  `);
});

test("comes back from its text", () => {
  const card = modelCard(new Model(), facts);
  expect(readModelCard(JSON.stringify(card))).toEqual(card);
  expect(readModelCard(JSON.stringify(modelCard(new Linear(1, 1), { name: "" })))).toMatchObject({ name: "" });
});

test("what is no card is refused, with the way to the fault", () => {
  const card = modelCard(new Linear(2, 1), facts);
  const reading = (change: object) => expect(() => readModelCard({ ...card, ...change }));
  expect(() => readModelCard("{")).toThrowErrorMatchingInlineSnapshot(
    `[ModelFormatError: readModelCard: the card should be JSON but is malformed. Fetch or write it again.]`,
  );
  expect(() => readModelCard("[]")).toThrowErrorMatchingInlineSnapshot(
    `[ModelFormatError: readModelCard: the document should be an object but is [].]`,
  );
  reading({ format: "other" }).toThrowErrorMatchingInlineSnapshot(
    `[ModelFormatError: readModelCard: format should be "unroll-model-card" but is "other".]`,
  );
  reading({ version: 2 }).toThrowErrorMatchingInlineSnapshot(
    `[ModelFormatError: readModelCard: version should be 1 but is 2. A card of a later version needs a later library.]`,
  );
  reading({ name: 3 }).toThrowErrorMatchingInlineSnapshot(
    `[ModelFormatError: readModelCard: name should be a text but is 3.]`,
  );
  reading({ licence: "MIT" }).toThrowErrorMatchingInlineSnapshot(
    `[ModelFormatError: readModelCard: licence should be absent: known are format, version, name, description, license, intendedUse, limitations, data, training, metrics, architecture but is "MIT".]`,
  );
  reading({ metrics: [{ name: "accuracy", value: "0.8" }] }).toThrowErrorMatchingInlineSnapshot(
    `[ModelFormatError: readModelCard: metrics[0].value should be a finite number but is "0.8".]`,
  );
  reading({ training: { lr: Number.NaN } }).toThrowErrorMatchingInlineSnapshot(
    `[ModelFormatError: readModelCard: training.lr should be a text, a finite number, true, false, null, or lists and records of such but is NaN.]`,
  );
  reading({ architecture: { ...card.architecture, parameterCount: 4 } }).toThrowErrorMatchingInlineSnapshot(
    `[ModelFormatError: readModelCard: architecture.parameterCount should be 3, as its parameters have elements but is 4.]`,
  );
  reading({
    architecture: { ...card.architecture, parameters: [{ name: "w", shape: [-1], dtype: "f32" }] },
  }).toThrowErrorMatchingInlineSnapshot(
    `[ModelFormatError: readModelCard: architecture.parameters[0].shape should be whole numbers of at least 0 but is [-1].]`,
  );
  let deep: object = {};
  for (let level = 0; level < 20; level++) deep = { deep };
  reading({ data: { deep } }).toThrowErrorMatchingInlineSnapshot(
    `[ModelFormatError: readModelCard: data.deep should be a text, a finite number, true, false, null, or lists and records of such but is something else.]`,
  );
});
