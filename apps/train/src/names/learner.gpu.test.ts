import { open } from "@unroll/kernels";
import { decodeSafetensors } from "@unroll/nn";
import { expect, test } from "vitest";
import { type LearningResult, learn } from "../learning/learn";
import { type PageMessage, type Start, toBase64 } from "../protocol";
import type { NameItem } from "./dataset";
import { namesLearner } from "./learner";
import { type NamesOutcome, namesOutcome } from "./outcome";
import type { NamesInput } from "./settings";

const limits = import.meta.env.UNROLL_LIMITS === "default" ? "default" : "raised";

/** Two made-up languages: one has the letters a to h, the other also spells with s to z, in names of 2 to 10 letters. */
function madeUpNames(from: number, to: number): NameItem[] {
  return Array.from({ length: to - from }, (_, n) => {
    const seed = from + n;
    const language = seed % 2;
    const letter = (t: number) =>
      (language === 1 && t % 2 === 1 ? "stuvwxyz" : "abcdefgh")[(seed * (t + 3) + t * t) % 8];
    return { name: Array.from({ length: 2 + (seed % 9) }, (__, t) => letter(t)).join(""), language };
  });
}

const input: NamesInput = {
  facts: {
    languages: ["Aish", "Zish"],
    examples: [
      { name: "abc", language: "Aish" },
      { name: "azay", language: "Zish" },
    ],
  },
  train: madeUpNames(0, 96),
  dev: madeUpNames(96, 112),
  test: madeUpNames(112, 136),
  eval: madeUpNames(136, 144),
  weights: null,
  settings: {
    ...{
      cell: "gru",
      hidden: 8,
      layers: 2,
      bidirectional: true,

      dropout: 0.1,
      epochs: 10,
      patience: 10,
      batch: 16,
    },
    ...{ lr: 0.03, weightDecay: 0.01, labelSmoothing: 0.05, clipNorm: 1, precision: "f32", seed: 5 },
  },
};

async function inPage(given: NamesInput): Promise<NamesOutcome & { bytes: Uint8Array }> {
  const device = await open({ limits, onWarning: () => undefined });
  const steps: number[] = [];
  const { outcome, weights } = await learn("names", namesLearner, given, {
    onProgress: ({ step }) => steps.push(step),
    onEpoch: () => undefined,
  });
  device.dispose();
  expect(steps.at(-1)).toBe(outcome.training?.steps);
  return { ...namesOutcome(outcome), bytes: weights };
}

async function inWorker(): Promise<LearningResult> {
  const worker = new Worker(new URL("../page/worker.ts", import.meta.url), { type: "module" });
  const inputUrl = URL.createObjectURL(new Blob([JSON.stringify(input)]));
  try {
    return await new Promise<LearningResult>((resolve, reject) => {
      worker.addEventListener("error", ({ message }) => reject(new Error(`the worker failed: ${message}`)));
      worker.addEventListener("message", ({ data }: MessageEvent<PageMessage>) => {
        if (data.kind === "failure") reject(new Error(data.failure.message));
        else if (data.kind === "result") resolve(data.result as LearningResult);
      });
      worker.postMessage({ task: "names", limits, inputUrl } satisfies Start);
    });
  } finally {
    worker.terminate();
    URL.revokeObjectURL(inputUrl);
  }
}

test("two languages that share letters are told apart, on the page and, to the bit, in a worker", async () => {
  const { bytes, ...outcome } = await inPage(input);
  const history = outcome.training?.history ?? [];
  const [first, last] = [history[0], history.at(-1)];
  expect(first?.loss).toBeGreaterThan(0.5); // a coin toss costs ln 2 = 0.69
  expect(last?.loss).toBeLessThan(0.25); // 0.12 is the least that targets smoothed by 0.05 allow
  expect(outcome.test?.accuracy).toBeGreaterThan(0.9);
  expect(outcome.test?.predicted).toHaveLength(24);
  expect(outcome.eval?.predicted).toHaveLength(8);
  expect(outcome.guesses.map((guesses) => guesses[0]?.language)).toEqual([0, 1]);
  for (const guesses of outcome.guesses) {
    expect(guesses.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 5);
  }

  const { tensors } = decodeSafetensors(bytes);
  const count = [...tensors.values()].reduce((sum, { data }) => sum + data.length, 0);
  expect(count).toBe(outcome.parameters);

  const { weights, ...result } = await inWorker();
  const worker = namesOutcome(result);
  const numbers = ({ training, test: scores, eval: evaluated, guesses }: NamesOutcome) => ({
    ...{ scores, evaluated, guesses },
    losses: training?.losses,
  });
  expect(numbers(worker)).toEqual(numbers(outcome));
  expect(Uint8Array.from(atob(weights), (character) => character.charCodeAt(0))).toEqual(bytes);

  const { test: _, ...only } = input;
  const again = await inPage({ ...only, train: [], dev: [], weights: toBase64(bytes) });
  expect(again).toMatchObject({ training: null, test: null, eval: outcome.eval, guesses: outcome.guesses });
});
