import { Random, Vocabulary } from "@unroll/data";
import { open } from "@unroll/kernels";
import { random } from "@unroll/nn";
import { useDevice } from "@unroll/testing/vitest";
import { expect, test } from "vitest";
import { type Experiment, kindsOf, type Run } from "../experiment/experiment";
import { defaultsOf, type Values } from "../experiment/settings";
import { pairRun } from "../pairs/pair-run";
import { onnxOf, pytorchOf } from "../worker/files";
import { speaker } from "./pronunciation/model";

const modules = import.meta.glob<{ readonly experiment: Experiment }>(
  ["./{memory,gradients,translation}/**/experiment.ts", "./{tagging,anomalies,captions,transformer,zoo}/experiment.ts"],
  { eager: true },
);

useDevice((limits) => open({ limits, onWarning: () => undefined }));

/** What a page offers is written. @returns the kinds of files */
async function expectFiles(run: Pick<Run, "model" | "exported">) {
  const made = { run: run as Run, lab: "a/lab" };
  const kinds = kindsOf(made.run);
  if (kinds.includes("onnx")) expect((await onnxOf(made)).length).toBeGreaterThan(100);
  if (kinds.some((kind) => kind !== "onnx")) {
    const { script, weights } = await pytorchOf(made);
    expect(weights.length).toBeGreaterThan(100);
    if (kinds.includes("pytorch")) expect(script).toContain("load_state_dict");
  }
  return kinds;
}

async function expectFilesOf(experiment: Experiment, settings: Values) {
  const chance = { seed: 0, rng: random(0), random: new Random(0) };
  const run = await experiment.create(
    { ...defaultsOf(experiment.settings, { isSoftware: true }), ...settings },
    chance,
  );
  (await run.step()).dispose(); // the device has the weights
  const kinds = await expectFiles(run);
  run.optimizer.dispose();
  run.model.dispose();
  return kinds;
}

test.each(Object.entries(modules))("%s is written to the files that its page offers", async (_, { experiment }) => {
  expect(await expectFilesOf(experiment, {})).toContain("onnx");
});

test.each(["Bahdanau", "Luong", "none"])("so are dates with attention: %s", async (attention) => {
  const { experiment } = modules["./translation/dates/experiment.ts"] as { experiment: Experiment };
  const kinds = await expectFilesOf(experiment, { attention, layers: 2, cell: "lstm" });
  expect(kinds).toEqual(["onnx", attention === "none" ? "pytorch" : "pytorchWeights"]);
});

test("so is what pronounces words", async () => {
  const [letters, phonemes] = [
    ["a", "b"],
    ["AH", "B"],
  ].map((symbols) => new Vocabulary(symbols, { start: true, end: true })) as [Vocabulary, Vocabulary];
  const model = speaker({ cell: "gru", hidden: 8, layers: 2, letters, phonemes, rng: random(0) });
  const options = { vocabularies: { source: letters, target: phonemes }, held: [], longest: 4, attends: true };
  expect(await expectFiles({ model, ...pairRun(model, options) })).toEqual(["onnx", "pytorchWeights"]);
});
