import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SceneObject } from "@unroll/data";
import { afterEach, beforeEach, expect, test } from "vitest";
import { attendedOn, liesOn } from "./attended";
import { describeCaptions, drawCaptions } from "./examples";
import { namedObjects } from "./scene";
import { readScenes } from "./scene-files";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "unroll-caption-"));
});
afterEach(() => rm(folder, { recursive: true }));

const circle: SceneObject = { shape: "circle", colour: "red", size: 10, x: 12, y: 12 };
const square: SceneObject = { shape: "square", colour: "blue", size: 10, x: 20, y: 36 };

test("words that name an object are told by their phrase", () => {
  expect(namedObjects("a red circle above a blue square".split(" "))).toEqual([-1, 0, 0, -1, -1, 1, 1]);
});

test("a cell lies on an object that reaches into it", () => {
  const object: SceneObject = { ...circle, size: 8, x: 12, y: 12 }; // of 8 to 16 each way: the cell in the second row and column
  expect([0, 6, 7, 8, 13].map((cell) => liesOn(object, cell, [6, 6]))).toEqual([false, false, true, false, false]);
  const moved = { ...object, x: 14, y: 12 }; // two pixels of it in the next column
  expect([7, 8, 9].map((cell) => liesOn(moved, cell, [6, 6]))).toEqual([true, true, false]);
});

test("words that name an object count where they looked at it, and the wrong ones never", () => {
  const scene = { objects: [circle, square], caption: "a red circle above a blue square" };
  const words = "a red circle above a green square".split(" ");
  const look = (cells: readonly number[]) => {
    const weights = new Float32Array((words.length + 1) * 36);
    for (const [t, cell] of cells.entries()) weights[t * 36 + cell] = 1;
    return attendedOn(scene, { words, weights }, [6, 6]);
  };
  const [onCircle, onSquare] = [7, 4 * 6 + 2];
  expect(look([0, onCircle, onCircle, 0, 0, onSquare, onSquare, 0])).toEqual({ names: 4, on: 3 });
  expect(look([0, onCircle, onSquare, 0, 0, onSquare, 0, 0])).toEqual({ names: 4, on: 1 });
});

test("scenes are read of files; a caption that is absent is made, and another form is named", async () => {
  const path = join(folder, "scenes.jsonl");
  const own = { objects: [circle, square], caption: "a blue square below a red circle" };
  await writeFile(path, `${JSON.stringify(own)}\n${JSON.stringify({ objects: [circle] })}\n`);
  expect(await readScenes(folder)).toEqual([own, { objects: [circle], caption: "a red circle" }]);
  const bad = async (value: unknown) => {
    await writeFile(path, JSON.stringify(value));
    return readScenes(path).then(String, ({ message }: Error) => message);
  };
  expect(await bad({ objects: [{ ...circle, colour: "pink" }] })).toMatchInlineSnapshot(
    `"scenes.jsonl: item 1 should be {"objects": [{"shape": "circle" or "square" or "triangle" or "cross" or "star", "colour": "red" or "green" or "blue" or "yellow" or "purple" or "orange", "size": 8 to 20, "x": 0 to 48, "y": 0 to 48}, …], "caption": "a red circle above a blue square"} with an object or more, and a caption of known words or none, but is {"objects":[{"shape":"circle","colour":"pink","size":10,"x":12,"y":12}]}. Correct it or leave it out."`,
  );
  for (const value of [
    { objects: [] },
    { objects: [{ ...circle, size: 40 }] },
    { objects: [{ ...circle, x: -1 }] },
    { objects: [circle], caption: "a red hat" },
    { objects: [circle], caption: 3 },
    [circle],
    null,
  ]) {
    expect(await bad(value)).toContain("item 1 should be");
  }
});

test("what was said is told with the cell of each name, and drawn as a picture for each word", () => {
  const weights = Array.from({ length: 4 * 36 }, (_, k) => (k % 36 === 7 ? 1 : 0));
  const said = [
    { words: ["a", "red", "circle"], weights },
    { words: ["a", "red", "circle"], weights },
  ];
  const detail = [{ caption: "a red circle", picture: "data:image/png;base64,AAAA", grid: [6, 6], said }];
  expect(describeCaptions(detail)).toMatchInlineSnapshot(`
    "  a red circle
        soft: a red@2,2 circle@2,2
        hard: a red@2,2 circle@2,2"
  `);
  const drawings = drawCaptions(detail);
  expect(drawings.map(({ name }) => name)).toEqual(["soft-attention-1", "hard-attention-1"]);
  for (const { svg } of drawings) expect(svg.match(/base64,AAAA"/g)).toHaveLength(4);
});
