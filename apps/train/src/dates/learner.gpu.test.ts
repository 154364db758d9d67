import { open } from "@unroll/kernels";
import { expect, test } from "vitest";
import { learn } from "../learning/learn";
import { type Pair, pairFacts } from "../pairs/pair";
import type { Settings } from "../training/settings";
import { datesLearner } from "./learner";

const limits = import.meta.env.UNROLL_LIMITS === "default" ? "default" : "raised";
const silent = { onProgress: () => undefined, onEpoch: () => undefined };

const settings: Settings = {
  ...{ cell: "gru", hidden: 16, layers: 1, bidirectional: true, dropout: 0, epochs: 2, patience: 2, batch: 16 },
  ...{ lr: 0.02, weightDecay: 0, labelSmoothing: 0, clipNorm: 1, precision: "f32", seed: 0 },
};

/** The days from 2000 on, so many apart, with points between. */
function days(count: number, apart: number): Pair[] {
  return Array.from({ length: count }, (_, n) => {
    const iso = new Date(Date.UTC(2000, 0, 1) + n * apart * 86_400_000).toISOString().slice(0, 10);
    const [year, month, day] = iso.split("-");
    return { source: [...`${day}.${month}.${year}`], targets: [[...iso]] };
  });
}

test("dates are learned, and exactMatch is the share that is right to the last digit, unknown letters and all", async () => {
  const device = await open({ limits, onWarning: () => undefined });
  const train = days(480, 7);
  const [first, second] = days(2, 31) as [Pair, Pair];
  const unknown = { ...second, source: [..."∂∑ß"] };
  const input = { settings, facts: pairFacts(train), train, dev: days(10, 101), eval: [first, unknown], weights: null };
  const { outcome } = await learn("dates", datesLearner, input, silent);
  const losses = outcome.training?.history.map(({ loss }) => loss) ?? [];
  expect(losses.at(-1)).toBeLessThan(0.7 * (losses[0] ?? 0));
  expect(outcome.dev?.exactMatch).toBe(outcome.dev?.accuracy);
  const made = outcome.details.eval as { made: string[]; targets: string[][] }[];
  const right = made.filter((each) => each.made.join("") === each.targets[0]?.join("")).length;
  expect(outcome.eval?.exactMatch).toBe(right / 2);
  device.dispose();
});
