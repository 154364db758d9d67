import { Random } from "@unroll/data";
import { open } from "@unroll/kernels";
import { expect, test } from "vitest";
import { learn } from "../learning/learn";
import { type Pair, pairFacts } from "../pairs/pair";
import { toBase64 } from "../protocol";
import type { Settings } from "../training/settings";
import { type TranslateDetail, translateLearner } from "./learner";
import { DEFAULTS, MODELS, type ModelName } from "./models";

const limits = import.meta.env.UNROLL_LIMITS === "default" ? "default" : "raised";
const silent = { onProgress: () => undefined, onEpoch: () => undefined };

const SAID: Readonly<Record<string, string>> = { je: "i", tu: "you", suis: "am", es: "are", ici: "here", la: "there" };

/** Made-up sentences, each word of which has one translation. */
function sentences(count: number, seed: number): Pair[] {
  const random = new Random(seed);
  const words = Object.keys(SAID);
  return Array.from({ length: count }, () => {
    const source = Array.from({ length: 3 + random.below(2) }, () => words[random.below(words.length)] as string);
    return { source, targets: [source.map((word) => SAID[word] as string)] };
  });
}

const settingsOf = (model: ModelName, epochs: number): Settings => ({
  ...DEFAULTS[model],
  ...{ hidden: 16, layers: 1, dropout: 0, epochs, batch: 16, lr: 0.02 },
});

test("a Transformer learns to translate word by word, and either search says so", async () => {
  const device = await open({ limits, onWarning: () => undefined });
  const [train, dev, held] = [sentences(512, 1), sentences(12, 2), sentences(20, 3)];
  const facts = { ...pairFacts(train), model: "transformer" as const };
  const input = { settings: settingsOf("transformer", 5), facts, train, dev, test: held, eval: null, weights: null };
  const { outcome } = await learn("translate", translateLearner, input, silent);
  const detail = outcome.details.test as TranslateDetail;
  // by chance one word of six is right: a loss of ln 6 but for the end, and hardly ever two right in a row
  expect(outcome.test?.loss).toBeLessThan(0.4 * Math.log(6));
  expect(detail.bleu.greedy).toBeGreaterThan(50);
  expect(detail.bleu.beam).toBeGreaterThan(50);
  device.dispose();
});

test.each(MODELS)("%s is scored the same again from its file, with what it looked at", async (model) => {
  const device = await open({ limits, onWarning: () => undefined });
  const [train, held] = [sentences(32, 1), sentences(8, 3)];
  const facts = { ...pairFacts(train), model };
  const settings = settingsOf(model, 1);
  const input = { settings, facts, train, dev: held, eval: held, weights: null };
  const { outcome, weights } = await learn("translate", translateLearner, input, silent);
  const detail = outcome.details.eval as TranslateDetail;
  const [example] = detail.examples;
  const places = (example?.source.length ?? 0) * ((example?.made.length ?? 0) + 1);
  expect(example?.weights).toHaveLength(model === "none" ? 0 : places);
  const file = { ...input, train: [], dev: [], weights: toBase64(weights) };
  const again = await learn("translate", translateLearner, file, silent);
  expect(again.outcome.eval).toEqual(outcome.eval);
  expect(again.outcome.details.eval).toEqual(detail);
  device.dispose();
});
