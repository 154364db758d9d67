import { expect, test } from "vitest";
import { drawNames } from "./drawings";
import type { NamesOutcome } from "./outcome";
import { introduction, reportLines } from "./report";
import { runCard } from "./run-card";
import type { NamesInput } from "./settings";

const names = (...languages: number[]) => languages.map((language, n) => ({ name: `Name${"abcde"[n]}`, language }));

const input: NamesInput = {
  facts: { languages: ["Czech", "Irish"], examples: [{ name: "Moore", language: "Irish" }] },
  train: names(0, 1, 1, 1),
  dev: names(0, 1),
  test: names(0, 0, 0, 1),
  eval: names(1),
  weights: null,
  settings: {
    ...{ cell: "gru", hidden: 128, layers: 2, bidirectional: true, dropout: 0.3, epochs: 12 },
    ...{
      patience: 6,
      batch: 64,
      lr: 0.004,
      weightDecay: 0.01,
      labelSmoothing: 0.1,
      clipNorm: 1,
      precision: "f32",
      seed: 7,
    },
  },
};

const epoch = {
  epochs: 12,
  step: 3,
  seconds: 1.5,
  loss: 0.5,
  validationLoss: 0.6,
  validationAccuracy: 0.5,
  isBest: true,
};
const outcome: NamesOutcome = {
  parameters: 1000,
  training: {
    parameters: 1000,
    losses: [{ step: 3, loss: 0.5 }],
    history: [{ epoch: 1, ...epoch }],
    bestEpoch: 1,
    reason: "stopped early",
    steps: 3,
    seconds: 1.5,
  },
  test: { loss: 0.4, accuracy: 0.75, predicted: [0, 0, 1, 1] },
  eval: { loss: 0.9, accuracy: 0, predicted: [0] },
  guesses: [
    [
      { language: 1, probability: 0.75 },
      { language: 0, probability: 0.25 },
    ],
  ],
};

const card = runCard({
  source: "/names",
  dataset: { languages: ["Czech", "Irish"], items: names(0, 0, 0, 0, 1), skipped: 2, repeated: 3 },
  input,
  outcome,
  surroundings: { adapter: "swiftshader (software)", isSoftware: true, browser: "Chromium 156" },
  versions: { node: "20.0.0" },
  evalPath: "/held-out",
});

test("the card holds the score, what it is compared with, and all that the run depended on", () => {
  expect(card).toMatchObject({
    task: "names",
    accuracy: 0.75,
    loss: 0.4,
    count: 4,
    majority: { language: "Czech", rate: 0.75 },
    perClass: { Czech: { accuracy: 2 / 3, count: 3 }, Irish: { accuracy: 1, count: 1 } },
    eval: { path: "/held-out", accuracy: 0, loss: 0.9, count: 1, perClass: { Irish: { accuracy: 0, count: 1 } } },
    seconds: 1.5,
    epochs: 1,
    seed: 7,
    adapter: "swiftshader (software)",
    isSoftwareAdapter: true,
    versions: { node: "20.0.0" },
    settings: input.settings,
    data: { source: "/names", names: 5, skipped: 2, repeated: 3, train: 4, validation: 2, test: 4 },
  });
  expect(JSON.parse(JSON.stringify(card))).toEqual(card);
});

test("without further names to score there is no such score", () => {
  const { eval: evaluated } = runCard({
    source: "/names",
    dataset: { languages: [], items: [], skipped: 0, repeated: 0 },
    input: { ...input, eval: null },
    outcome: { ...outcome, eval: null },
    surroundings: { adapter: "", isSoftware: false, browser: "" },
    versions: {},
    evalPath: undefined,
  });
  expect(evaluated).toBeUndefined();
});

test("names that a model of a file scored are told without training", () => {
  const { test: _, ...only } = input;
  const scored = { ...outcome, training: null, test: null };
  const facts = { surroundings: { adapter: "", isSoftware: false, browser: "" }, versions: {}, evalPath: "/held-out" };
  const scoring = { source: "w.safetensors", dataset: null, input: { ...only, train: [], dev: [], weights: "AA==" } };
  const card = runCard({ ...scoring, ...facts, outcome: scored });
  expect(card).toMatchObject({
    accuracy: 0,
    count: 1,
    weights: "w.safetensors",
    eval: { path: "/held-out", accuracy: 0 },
  });
  expect(introduction(scoring.input, "w.safetensors")[1]).toBe("1 names to score.");
  expect(reportLines(card, scoring.input, scored, { style: (_, text) => text })[1]).toContain(
    "/held-out, 1 names: 0.0 %",
  );
  expect(drawNames(scoring.input, scored).map(({ name }) => name)).toEqual(["confusion"]);
});

test("the report tells it in lines", () => {
  expect(reportLines(card, input, outcome, { style: (_, text) => text }).join("\n")).toMatchInlineSnapshot(`
    "Trained 1 epochs in 2 s, the last of them no better on the part that chooses; kept the weights of epoch 1.

    Held out, 4 names: 75.0 % right (always saying Czech gives 75.0 %), loss 0.400 nats
    /held-out, 1 names: 0.0 % right (always saying Irish gives 100.0 %), loss 0.900 nats
      Irish  100.0 %  of 1
      Czech   66.7 %  of 3

    The likeliest languages of names that it has not seen:
      ✓  Moore  Irish  Irish  75 %  Czech  25 %
    "
  `);
});

test("the drawings show the losses and count the held-out names", () => {
  const [loss, confusion] = drawNames(input, outcome);
  expect([loss?.name, confusion?.name]).toEqual(["loss", "confusion"]);
  expect(loss?.svg).toContain("Loss of the names model");
  expect(confusion?.svg).toContain("Czech → Irish: 33.3 %");
});
