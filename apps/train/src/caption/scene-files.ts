import {
  describeScene,
  readJsonLines,
  SCENE_COLOURS,
  SCENE_SHAPES,
  SCENE_WORDS,
  type Scene,
  type SceneObject,
} from "@unroll/data";
import { DataFileError, dataFiles } from "../learning/data-file";
import { LEAST_SIZE, MOST_SIZE, SIDE } from "./scene";

/**
 * Scenes of files with a JSON value per line, as `Scene` has them; a caption that is absent is made of the objects.
 * @throws DataFileError with the line, if one is of another form
 */
export async function readScenes(path: string): Promise<Scene[]> {
  const scenes: Scene[] = [];
  for (const file of await dataFiles(path, (name) => name.endsWith(".jsonl"), "scenes.jsonl")) {
    let item = 0;
    for await (const value of readJsonLines(file.source, { gzip: file.gzip })) {
      item++;
      const scene = sceneOf(value);
      if (!scene) {
        throw new DataFileError(
          `${file.path}: item ${item} should be {"objects": [{"shape": ${anyOf(SCENE_SHAPES)}, "colour": ${anyOf(SCENE_COLOURS)}, ` +
            `"size": ${LEAST_SIZE} to ${MOST_SIZE}, "x": 0 to ${SIDE}, "y": 0 to ${SIDE}}, …], "caption": "a red circle above ` +
            `a blue square"} with an object or more, and a caption of known words or none, but is ` +
            `${JSON.stringify(value).slice(0, 120)}. Correct it or leave it out.`,
        );
      }
      scenes.push(scene);
    }
  }
  return scenes;
}

const anyOf = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(" or ");

function sceneOf(value: unknown): Scene | undefined {
  if (typeof value !== "object" || value === null || !("objects" in value) || !Array.isArray(value.objects)) return;
  const objects: unknown[] = value.objects;
  if (objects.length === 0 || !objects.every(isObject)) return undefined;
  const caption = "caption" in value ? value.caption : describeScene(objects);
  if (typeof caption !== "string" || !caption.split(" ").every((word) => SCENE_WORDS.includes(word))) return undefined;
  return { objects: objects.map(({ shape, colour, size, x, y }) => ({ shape, colour, size, x, y })), caption };
}

function isObject(value: unknown): value is SceneObject {
  if (typeof value !== "object" || value === null) return false;
  const { shape, colour, size, x, y } = value as Partial<Record<keyof SceneObject, unknown>>;
  const isWithin = (at: unknown, least: number, most: number): boolean =>
    typeof at === "number" && at >= least && at <= most;
  return (
    SCENE_SHAPES.some((each) => each === shape) &&
    SCENE_COLOURS.some((each) => each === colour) &&
    isWithin(size, LEAST_SIZE, MOST_SIZE) &&
    isWithin(x, 0, SIDE) &&
    isWithin(y, 0, SIDE)
  );
}
