import { CharVocabulary } from "@unroll/data";
import { open } from "@unroll/kernels";
import { expect, test } from "vitest";
import { learn } from "../learning/learn";
import { toBase64 } from "../protocol";
import type { Settings } from "../training/settings";
import { shakespeareLearner } from "./learner";

const limits = import.meta.env.UNROLL_LIMITS === "default" ? "default" : "raised";
const silent = { onProgress: () => undefined, onEpoch: () => undefined };

const settings: Settings = {
  ...{ cell: "lstm", hidden: 24, layers: 1, bidirectional: false, dropout: 0, epochs: 12, patience: 12, batch: 4 },
  ...{ lr: 0.03, weightDecay: 0, labelSmoothing: 0, clipNorm: 1, precision: "f32", seed: 0 },
};

test("a text that repeats itself is learned and written, and scored the same from its file", async () => {
  const device = await open({ limits, onWarning: () => undefined });
  const line = "the cat sat on a mat.\n";
  const [train, dev] = [[...line.repeat(80)], [...line.repeat(20)]];
  const facts = { vocabulary: CharVocabulary.fromText(line, { unknown: true }).toJSON() };
  const input = { settings, facts, train, dev, eval: null, weights: null };
  const { outcome, weights } = await learn("shakespeare", shakespeareLearner, input, silent);
  expect(outcome.training?.history[0]?.validationLoss).toBeGreaterThan(1);
  expect(outcome.dev?.loss).toBeLessThan(0.3);
  expect(outcome.shown).toContain(line);

  const file = { ...input, train: [], dev: [], eval: dev, weights: toBase64(weights) };
  const again = await learn("shakespeare", shakespeareLearner, file, silent);
  expect(again.outcome.eval).toEqual(outcome.dev);
  expect(again.outcome.shown).toBe(outcome.shown);
  const other = await learn("shakespeare", shakespeareLearner, { ...file, eval: [..."où ça?"] }, silent);
  expect(other.outcome.eval?.loss).toBeGreaterThan(1); // characters that it does not know
  device.dispose();
});
