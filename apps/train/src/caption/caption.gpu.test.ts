import { open } from "@unroll/kernels";
import { expect, test } from "vitest";
import { learn } from "../learning/learn";
import { toBase64 } from "../protocol";
import type { Settings } from "../training/settings";
import { CHANNELS, drawScenes, pictureOf } from "./draw-scene";
import type { CaptionDetail } from "./examples";
import { captionLearner } from "./learner";
import { type Scene, type SceneObject, SHAPES, SIDE, WORDS } from "./scene";
import { makeScenes } from "./scenes";

const limits = import.meta.env.UNROLL_LIMITS === "default" ? "default" : "raised";
const silent = { onProgress: () => undefined, onEpoch: () => undefined };

/** Red, green and blue of a pixel. */
const pixelAt = (pixels: Uint8Array, x: number, y: number): number[] => [
  ...pixels.subarray((y * SIDE + x) * CHANNELS, (y * SIDE + x + 1) * CHANNELS),
];

test("scenes are drawn: the first object on white paper, each in its colour, and shapes differ", async () => {
  const object = (shape: SceneObject["shape"], x: number): SceneObject => ({
    shape,
    colour: "red",
    size: 16,
    x,
    y: 24,
  });
  const pixels = drawScenes([
    { objects: [object("square", 12), { ...object("circle", 36), colour: "blue" }], caption: "" },
  ]);
  expect(pixels).toHaveLength(SIDE * SIDE * CHANNELS);
  const ground = pixelAt(pixels, 0, 0);
  expect(pixelAt(pixels, 12, 24)).toEqual([217, 38, 38]);
  expect(pixelAt(pixels, 36, 24)).toEqual([42, 85, 212]);
  expect(pixelAt(pixels, 12, 14)).toEqual([255, 255, 255]); // above the square, on its paper
  expect(pixelAt(pixels, 36, 14)).toEqual(ground);
  const all = SHAPES.map((shape) => String(drawScenes([{ objects: [object(shape, 24)], caption: "" }])));
  expect(new Set(all).size).toBe(SHAPES.length);
  expect(await pictureOf({ objects: [object("star", 24)], caption: "" })).toMatch(/^data:image\/png;base64,iVBOR/);
});

test("both kinds of attention train side by side, and their weights score a file as they scored the test", async () => {
  const device = await open({ limits, onWarning: () => undefined });
  const settings: Settings = {
    ...{ cell: "lstm", hidden: 24, layers: 1, bidirectional: false, dropout: 0, epochs: 20, patience: 20, batch: 4 },
    ...{ lr: 0.01, weightDecay: 0, labelSmoothing: 0, clipNorm: 1, precision: "f32", seed: 0 },
  };
  const scenes: Scene[] = makeScenes(40, "seen", { seed: 5 })
    .filter(({ objects }) => objects.length === 1)
    .slice(0, 2);
  expect(scenes).toHaveLength(2);
  const often = Array.from({ length: 32 }, (_, n) => scenes[n % 2] as Scene);
  const input = { settings, facts: { words: [...WORDS] }, train: often, dev: scenes, test: scenes };
  const { outcome, weights } = await learn("caption", captionLearner, { ...input, eval: null, weights: null }, silent);
  expect(outcome.test?.loss).toBeLessThan(0.75 * Math.log(WORDS.length + 2)); // all words alike at first
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
