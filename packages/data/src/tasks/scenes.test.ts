import { describe, expect, test } from "vitest";
import { TaskError } from "../errors";
import { Random } from "../random/random";
import {
  areKeptApart,
  describeScene,
  randomScenes,
  SCENE_COLOURS,
  SCENE_SHAPES,
  SCENE_WORDS,
  type Scene,
  type SceneObject,
} from "./scenes";

const circle: SceneObject = { shape: "circle", colour: "red", size: 10, x: 12, y: 12 };
const square: SceneObject = { shape: "square", colour: "blue", size: 10, x: 20, y: 36 };

test("a caption says how the first object stands to the others: by size where that differs, else by place", () => {
  expect(describeScene([])).toBe("");
  expect(describeScene([circle])).toBe("a red circle");
  expect(describeScene([circle, square])).toBe("a red circle above a blue square");
  expect(describeScene([square, circle])).toBe("a blue square below a red circle");
  expect(describeScene([circle, { ...square, x: 40, y: 16 }])).toBe("a red circle left of a blue square");
  expect(describeScene([{ ...square, x: 40, y: 16 }, circle])).toBe("a blue square right of a red circle");
  expect(describeScene([{ ...circle, size: 13 }, square])).toBe("a red circle larger than a blue square");
  expect(describeScene([circle, { ...square, size: 13 }])).toBe("a red circle smaller than a blue square");
  expect(describeScene([circle, square, { ...square, shape: "star", size: 17 }])).toBe(
    "a red circle above a blue square and smaller than a blue star",
  );
});

describe("scenes", () => {
  const seen = randomScenes(new Random(0), 600);
  const unseen = randomScenes(new Random(0, 1), 200, { combinations: "unseen" });
  const small = randomScenes(new Random(0), 200, {
    ...{ side: 32, sizes: [[8, 10]], shapes: ["circle", "square"], colours: ["red", "blue", "green"], alone: 0 },
  });

  test("are the same for a seed, and others for another", () => {
    expect(randomScenes(new Random(3), 20)).toEqual(randomScenes(new Random(3), 20));
    expect(randomScenes(new Random(3), 20)).not.toEqual(randomScenes(new Random(4), 20));
  });

  test("to learn from have no combination of those to test, but all words, and all phrases", () => {
    const apart = ({ objects: [one, other] }: Scene) =>
      one !== undefined && other !== undefined && areKeptApart(one, other);
    expect(seen.filter(apart)).toEqual([]);
    expect(unseen.filter(apart)).toHaveLength(200);
    const words = new Set(seen.flatMap(({ caption }) => caption.split(" ")));
    expect(SCENE_WORDS.filter((word) => !words.has(word) && word !== "and")).toEqual([]);
    for (const colour of SCENE_COLOURS) {
      for (const shape of SCENE_SHAPES)
        expect(seen.some(({ caption }) => caption.includes(`${colour} ${shape}`))).toBe(true);
    }
  });

  test("lie within the picture, apart from each other", () => {
    for (const [scenes, side] of [
      [[...seen, ...unseen], 48],
      [small, 32],
    ] as const) {
      for (const { objects } of scenes) {
        for (const [n, { x, y, size }] of objects.entries()) {
          expect(Math.min(x, y) - size / 2).toBeGreaterThan(0);
          expect(Math.max(x, y) + size / 2).toBeLessThan(side);
          for (const other of objects.slice(0, n)) {
            const far = Math.max(Math.abs(x - other.x), Math.abs(y - other.y));
            expect(far).toBeGreaterThan((size + other.size) / 2);
          }
        }
      }
    }
  });

  test("have the shapes, colours and sizes that were asked for", () => {
    expect(small.every(({ objects }) => objects.length === 2)).toBe(true);
    const objects = small.flatMap((scene) => scene.objects);
    expect([...new Set(objects.map(({ shape }) => shape))].sort()).toEqual(["circle", "square"]);
    expect([...new Set(objects.map(({ colour }) => colour))].sort()).toEqual(["blue", "green", "red"]);
    expect([...new Set(objects.map(({ size }) => size))].sort((a, b) => a - b)).toEqual([8, 9, 10]);
  });

  test("that cannot be are refused", () => {
    const bad = (options: Parameters<typeof randomScenes>[2]) => () => randomScenes(new Random(0), 1, options);
    expect(bad({ side: 20, sizes: [[8, 9]] })).toThrowErrorMatchingInlineSnapshot(
      `[TaskError: randomScenes: expected the most of a size to be a whole number from 8 to 5 but got 9. Pass the most of a size as such a number.]`,
    );
    expect(bad({ shapes: [] })).toThrow(TaskError);
    expect(bad({ shapes: ["star"], colours: ["red"], alone: 0 })).toThrowErrorMatchingInlineSnapshot(
      `[TaskError: randomScenes: expected shapes and colours of which some are seen together but got star in red. Give more of them.]`,
    );
  });
});
