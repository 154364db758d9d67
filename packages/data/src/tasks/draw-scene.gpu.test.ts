import { expect, test } from "vitest";
import { drawScene, scenePixels } from "./draw-scene";
import { SCENE_SHAPES, type SceneObject } from "./scenes";

const context = new OffscreenCanvas(96, 96).getContext("2d", { willReadFrequently: true });
if (!context) throw new Error("The browser gave no 2d canvas.");

const object = (shape: SceneObject["shape"], x: number): SceneObject => ({
  ...{ shape, colour: "red", size: 16, x, y: 24 },
});

test("scenes are drawn: the first object on white paper, each in its colour, and shapes differ", () => {
  const pixels = scenePixels(context, [
    { objects: [object("square", 12), { ...object("circle", 36), colour: "blue" }] },
    { objects: [] },
  ]);
  expect(pixels).toHaveLength(2 * 48 * 48 * 3);
  const at = (x: number, y: number, n = 0) => [...pixels.slice(((n * 48 + y) * 48 + x) * 3).subarray(0, 3)];
  const ground = at(0, 0);
  expect(at(12, 24)).toEqual([217, 38, 38]);
  expect(at(36, 24)).toEqual([42, 85, 212]);
  expect(at(12, 14)).toEqual([255, 255, 255]); // above the square, on its paper
  expect(at(36, 14)).toEqual(ground);
  expect(at(12, 24, 1)).toEqual(ground); // nothing is left of the scene before
  const all = SCENE_SHAPES.map((shape) => String(scenePixels(context, [{ objects: [object(shape, 24)] }])));
  expect(new Set(all).size).toBe(SCENE_SHAPES.length);
});

test("a scene is drawn at a scale, and of another side", () => {
  drawScene(context, { objects: [{ ...object("square", 16), size: 8 }] }, { side: 32, scale: 3 });
  expect([...context.getImageData(16 * 3, 24 * 3, 1, 1).data]).toEqual([217, 38, 38, 255]);
  const small = scenePixels(context, [{ objects: [{ ...object("square", 16), size: 8 }] }], { side: 32 });
  expect([...small.subarray((24 * 32 + 16) * 3, (24 * 32 + 16) * 3 + 3)]).toEqual([217, 38, 38]);
});
