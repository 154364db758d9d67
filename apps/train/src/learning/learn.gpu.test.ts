import { open } from "@unroll/kernels";
import { decodeSafetensors } from "@unroll/nn";
import { expect, test } from "vitest";
import { accumulatorPageTask } from "../accumulator/page-task";
import { LECTURE } from "../accumulator/table";
import { faultySeries } from "../anomalies/faults";
import { anomaliesLearner } from "../anomalies/learner";
import { ctcDigitsLearner } from "../ctc-digits/learner";
import { touchTones } from "../ctc-digits/touch-tones";
import { helloLearner } from "../hello/learner";
import type { Digit } from "../pendigits/data";
import { pendigitsLearner } from "../pendigits/learner";
import { resample } from "../pendigits/resample";
import { toBase64 } from "../protocol";
import type { Settings } from "../training/settings";
import { learn } from "./learn";

const limits = import.meta.env.UNROLL_LIMITS === "default" ? "default" : "raised";
const silent = { onProgress: () => undefined, onEpoch: () => undefined };

const settings: Settings = {
  ...{ cell: "rnn", hidden: 3, layers: 1, bidirectional: false, dropout: 0, epochs: 20, patience: 20, batch: 1 },
  ...{ lr: 0.05, weightDecay: 0, labelSmoothing: 0, clipNorm: 1, precision: "f32", seed: 0 },
};

test("40 numbers learn to spell HELLO from H, and do so again from their file", async () => {
  const device = await open({ limits, onWarning: () => undefined });
  const input = { settings, facts: { letters: ["H", "E", "L", "O"] }, train: ["HELLO"], dev: ["HELLO"] };
  const { outcome, weights } = await learn("hello", helloLearner, { ...input, eval: null, weights: null }, silent);
  expect(outcome).toMatchObject({ parameters: 40, dev: { exact: 1 }, shown: "HELLO", eval: null });
  const { tensors, metadata } = decodeSafetensors(Uint8Array.from(weights));
  expect([...tensors.values()].reduce((sum, { data }) => sum + data.length, 0)).toBe(40);
  expect(metadata.get("unroll.task")).toBe("hello");

  const file = { ...input, train: [], dev: [], eval: ["HELLO", "HELLE"], weights: toBase64(weights) };
  const again = await learn("hello", helloLearner, file, silent);
  expect(again.outcome).toMatchObject({ training: null, dev: null, eval: { exact: 0.5 } });
  expect(again.weights).toEqual(weights);
  device.dispose();
});

test("gates set by hand add up the lecture's table exactly", async () => {
  const device = await open({ limits, onWarning: () => undefined });
  const { outputs, weights } = await accumulatorPageTask({ tables: [LECTURE], weights: null });
  expect(outputs).toEqual([[0, 0, 0, 0, 0, 7, 0, 0, 6]]);
  const again = await accumulatorPageTask({ tables: [LECTURE, LECTURE.slice(0, 6)], weights });
  expect(again).toEqual({ outputs: [outputs[0], [0, 0, 0, 0, 0, 7]], weights });
  device.dispose();
});

/** Strokes to the right or upwards, of 20 lengths and slants. */
function strokes(from: number, to: number): Digit[] {
  return Array.from({ length: to - from }, (_, n) => {
    const at = from + n;
    const [long, short] = [40 + (at % 20), (at * 7) % 13];
    const end = at % 2 === 0 ? ([long, short] as const) : ([short, long] as const);
    return { digit: at % 2, points: resample([[[0, 0], end]]) };
  });
}

test("strokes to the right and upwards are told apart", async () => {
  const device = await open({ limits, onWarning: () => undefined });
  const { outcome } = await learn(
    "pendigits",
    pendigitsLearner,
    {
      settings: { ...settings, cell: "gru", hidden: 8, bidirectional: true, dropout: 0.1, epochs: 4, batch: 16 },
      facts: { classes: 2 },
      ...{ train: strokes(0, 128), dev: strokes(128, 160), eval: strokes(160, 170), weights: null },
    },
    silent,
  );
  expect(outcome.training?.history[0]?.loss).toBeGreaterThan(outcome.training?.history.at(-1)?.loss ?? 0);
  expect(outcome.dev?.accuracy).toBe(1);
  expect(outcome.eval?.accuracy).toBe(1);
  device.dispose();
});

test("touch tones: CTC learns in strings, which are scored the same again from the file", async () => {
  const device = await open({ limits, onWarning: () => undefined });
  const { facts, train, dev } = touchTones();
  const input = {
    settings: { ...settings, cell: "gru", hidden: 16, bidirectional: true, epochs: 3, batch: 8, lr: 0.01 } as const,
    ...{ facts, train: train.slice(0, 40), dev: dev.slice(0, 10) },
  };
  const first = await learn("ctc-digits", ctcDigitsLearner, { ...input, eval: null, weights: null }, silent);
  const losses = first.outcome.training?.history.map(({ loss }) => loss) ?? [];
  expect(losses.at(-1)).toBeLessThan(0.8 * (losses[0] ?? 0));
  expect(first.outcome.dev?.characterError).toBeGreaterThan(0);
  const file = { ...input, train: [], dev: [], eval: input.dev, weights: toBase64(first.weights) };
  const again = await learn("ctc-digits", ctcDigitsLearner, file, silent);
  expect(again.outcome.eval).toEqual(first.outcome.dev);
  device.dispose();
});

test("waves: a network that learned from their starts finds faults that a moving average does not", async () => {
  const device = await open({ limits, onWarning: () => undefined });
  const { facts, train, dev } = faultySeries();
  const { outcome } = await learn(
    "anomalies",
    anomaliesLearner,
    {
      settings: { ...settings, cell: "gru", hidden: 16, epochs: 20, batch: 16, lr: 0.01 },
      ...{ facts, train, dev, eval: null, weights: null },
    },
    silent,
  );
  expect(outcome.dev?.movingAverageRecall).toBe(0);
  expect(outcome.dev?.recall).toBeGreaterThan(0.5); // of five faults, three
  expect(outcome.dev?.precision).toBeGreaterThan(0.5);
  expect(outcome.details.dev).toContain("windows found");
  device.dispose();
});
