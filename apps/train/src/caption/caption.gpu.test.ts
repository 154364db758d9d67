import { Random, randomScenes, SCENE_WORDS, type Scene } from "@unroll/data";
import { open } from "@unroll/kernels";
import { expect, test } from "vitest";
import { learn } from "../learning/learn";
import { toBase64 } from "../protocol";
import type { Settings } from "../training/settings";
import { CHANNELS, drawScenes, pictureOf } from "./draw-scene";
import type { CaptionDetail } from "./examples";
import { captionLearner } from "./learner";
import { SIDE } from "./scene";

const limits = import.meta.env.UNROLL_LIMITS === "default" ? "default" : "raised";
const silent = { onProgress: () => undefined, onEpoch: () => undefined };

test("a scene is a picture, larger than the model sees it", async () => {
  const [scene] = randomScenes(new Random(0), 1) as [Scene];
  expect(drawScenes([scene, scene])).toHaveLength(2 * SIDE * SIDE * CHANNELS);
  expect(await pictureOf(scene)).toMatch(/^data:image\/png;base64,iVBOR/);
});

test("both kinds of attention train side by side, and their weights score a file as they scored the test", async () => {
  const device = await open({ limits, onWarning: () => undefined });
  const settings: Settings = {
    ...{ cell: "lstm", hidden: 24, layers: 1, bidirectional: false, dropout: 0, epochs: 20, patience: 20, batch: 4 },
    ...{ lr: 0.01, weightDecay: 0, labelSmoothing: 0, clipNorm: 1, precision: "f32", seed: 0 },
  };
  const scenes: Scene[] = randomScenes(new Random(5), 40)
    .filter(({ objects }) => objects.length === 1)
    .slice(0, 2);
  expect(scenes).toHaveLength(2);
  const often = Array.from({ length: 32 }, (_, n) => scenes[n % 2] as Scene);
  const input = { settings, facts: { words: [...SCENE_WORDS] }, train: often, dev: scenes, test: scenes };
  const { outcome, weights } = await learn("caption", captionLearner, { ...input, eval: null, weights: null }, silent);
  expect(outcome.test?.loss).toBeLessThan(0.75 * Math.log(SCENE_WORDS.length + 2)); // all words alike at first
  for (const share of [outcome.test?.attendedOnObject, outcome.test?.hardExactMatch]) {
    expect(share).toBeGreaterThanOrEqual(0);
    expect(share).toBeLessThanOrEqual(1);
  }
  const [example] = outcome.details.test as CaptionDetail;
  expect(example?.said).toHaveLength(2);
  for (const { words, weights: looked } of example?.said ?? []) expect(looked).toHaveLength((words.length + 1) * 36);

  const file = { settings, facts: input.facts, train: [], dev: [], eval: scenes, weights: toBase64(weights) };
  const again = await learn("caption", captionLearner, file, silent);
  expect(again.outcome).toMatchObject({ training: null, dev: null, test: null, eval: outcome.test });
  device.dispose();
});
