import { Random } from "@unroll/data";
import { open } from "@unroll/kernels";
import { expect, test } from "vitest";
import { g2pLearner } from "../g2p/learner";
import { type LearningListener, learn } from "../learning/learn";
import { toBase64 } from "../protocol";
import type { Settings } from "../training/settings";
import { type Pair, pairFacts } from "./pair";

const limits = import.meta.env.UNROLL_LIMITS === "default" ? "default" : "raised";

const settings: Settings = {
  ...{ cell: "lstm", hidden: 24, layers: 1, bidirectional: true, dropout: 0, epochs: 3, patience: 3, batch: 16 },
  ...{ lr: 0.02, weightDecay: 0, labelSmoothing: 0, clipNorm: 1, precision: "f32", seed: 0 },
};

const SAID: Readonly<Record<string, string[]>> = { a: ["AA"], e: ["EH"], x: ["K", "S"], s: ["S"], k: ["K"] };

/** Made-up words, each letter of which is said in one way. */
function words(count: number, seed: number): Pair[] {
  const random = new Random(seed);
  const letters = Object.keys(SAID);
  return Array.from({ length: count }, () => {
    const source = Array.from({ length: 2 + random.below(4) }, () => letters[random.below(letters.length)] as string);
    return { source, targets: [source.flatMap((letter) => SAID[letter] ?? [])] };
  });
}

test("pronunciations of made-up words are learned, and scored the same from the file, unknown letters and all", async () => {
  const device = await open({ limits, onWarning: () => undefined });
  const [train, dev] = [words(400, 1), words(12, 2)];
  const scored: number[] = [];
  const listener: LearningListener = {
    onProgress: () => undefined,
    onEpoch: () => undefined,
    onScored: ({ items, of }) => scored.push(items / of),
  };
  const input = { settings, facts: pairFacts(train), train, dev, eval: null, weights: null };
  const { outcome, weights } = await learn("g2p", g2pLearner, input, listener);
  expect(outcome.dev?.phonemeError).toBeLessThan(20);
  expect(outcome.dev?.accuracy).toBeCloseTo(1 - (outcome.dev?.wordError ?? 0) / 100, 10);
  expect(outcome.dev?.loss).toBeLessThan(0.5); // ln 8 before
  expect(scored.at(-1)).toBe(1);
  const [example] = outcome.details.dev as { source: string[]; made: string[]; weights: number[] }[];
  expect(example?.weights).toHaveLength((example?.source.length ?? 0) * ((example?.made.length ?? 0) + 1));

  const file = { ...input, train: [], dev: [], eval: dev, weights: toBase64(weights) };
  const again = await learn("g2p", g2pLearner, file, listener);
  expect(again.outcome.eval).toEqual(outcome.dev);
  const unknown: Pair[] = [{ source: ["ß", "a"], targets: [["ZZ"], ["AA"]] }];
  const other = await learn("g2p", g2pLearner, { ...file, eval: unknown }, listener);
  expect(Number.isFinite(other.outcome.eval?.loss)).toBe(true);
  device.dispose();
});
