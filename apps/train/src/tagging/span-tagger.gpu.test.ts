import { open } from "@unroll/kernels";
import { expect, test } from "vitest";
import { entitiesLearner } from "../entities/learner";
import { learn } from "../learning/learn";
import type { Utterance } from "../slots/data";
import { slotsLearner } from "../slots/learner";
import type { Settings } from "../training/settings";
import { wordFacts } from "./word-encoder";

const limits = import.meta.env.UNROLL_LIMITS === "default" ? "default" : "raised";
const silent = { onProgress: () => undefined, onEpoch: () => undefined };

const settings: Settings = {
  ...{ cell: "gru", hidden: 12, layers: 1, bidirectional: true, dropout: 0.1, epochs: 8, patience: 8, batch: 16 },
  ...{ lr: 0.02, weightDecay: 0, labelSmoothing: 0, clipNorm: 1, precision: "f32", seed: 0 },
};

/** What follows "in" is a place of one or two words; who plays something wants music, and else to know the weather. */
function utterances(from: number, to: number): Utterance[] {
  return Array.from({ length: to - from }, (_, n) => {
    const at = from + n;
    const place = at % 3 === 0 ? ["new", `town${at % 7}`] : [`town${at % 7}`];
    const isMusic = at % 2 === 0;
    const words = [...(isMusic ? ["play", "music"] : ["will", "it", "rain"]), "in", ...place];
    const outside = words.slice(0, -place.length).map(() => "O");
    const tags = [...outside, ...place.map((_word, k) => (k === 0 ? "B-place" : "I-place"))];
    return { words, tags, intent: isMusic ? "PlayMusic" : "GetWeather" };
  });
}

test("slots and intents are learned together; those that were not trained on count as wrong", async () => {
  const device = await open({ limits, onWarning: () => undefined });
  const [train, dev] = [utterances(0, 96), utterances(96, 120)];
  const facts = {
    words: wordFacts(train.map(({ words }) => words)),
    tags: ["B-place", "I-place", "O"],
    intents: ["GetWeather", "PlayMusic"],
  };
  const strange = {
    words: ["will", "it", "snow", "in", "town9"],
    tags: ["O", "O", "O", "O", "B-mars"],
    intent: "Moan",
  };
  const input = { settings, facts, train, dev, eval: [...dev.slice(0, 3), strange], weights: null };
  const { outcome } = await learn("slots", slotsLearner, input, silent);
  const [first, last] = [outcome.training?.history[0], outcome.training?.history.at(-1)];
  expect(first?.validationLoss).toBeGreaterThan(last?.validationLoss ?? 0);
  expect(outcome.dev).toMatchObject({ f1: 1, precision: 1, recall: 1, classAccuracy: 1 });
  expect(outcome.eval).toMatchObject({ f1: 0.75, classAccuracy: 0.75 });
  expect(Number.isFinite(outcome.eval?.loss)).toBe(true);
  device.dispose();
});

test("entities are learned, by a model that has no classes", async () => {
  const device = await open({ limits, onWarning: () => undefined });
  const sentences = utterances(0, 120).map(({ words, tags }) => ({ words, tags }));
  const [train, dev] = [sentences.slice(0, 96), sentences.slice(96)];
  const facts = { words: wordFacts(train.map(({ words }) => words)), tags: ["B-place", "I-place", "O"] };
  const input = { settings, facts, train, dev, eval: null, weights: null };
  const { outcome } = await learn("entities", entitiesLearner, input, silent);
  expect(outcome.dev?.f1).toBe(1);
  expect(outcome.dev).not.toHaveProperty("classAccuracy");
  device.dispose();
});
