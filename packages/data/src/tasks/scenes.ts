import { expectOptions, expectWhole } from "../checks";
import { TaskError } from "../errors";
import type { Random } from "../random/random";

/** What an object of a scene can be. */
export const SCENE_SHAPES = ["circle", "square", "triangle", "cross", "star"] as const;
/** What colour it can have. */
export const SCENE_COLOURS = ["red", "green", "blue", "yellow", "purple", "orange"] as const;

/** One of `SCENE_SHAPES`. */
export type SceneShape = (typeof SCENE_SHAPES)[number];
/** One of `SCENE_COLOURS`. */
export type SceneColour = (typeof SCENE_COLOURS)[number];

/** What an object is called. */
export interface SceneKind {
  shape: SceneShape;
  colour: SceneColour;
}

/** What lies in a scene. Lengths are pixels, from the top left. */
export interface SceneObject extends SceneKind {
  /** Of the square that it fills. */
  size: number;
  /** Of its centre. */
  x: number;
  y: number;
}

/**
 * A picture and what is said of it. The first object is what the caption is about, and is drawn on white paper; the others
 * are in the order in which the caption has them.
 */
export interface Scene {
  objects: SceneObject[];
  caption: string;
}

/** All words of captions. */
export const SCENE_WORDS: readonly string[] = [
  ...["a", "and", "above", "below", "left", "right", "of", "larger", "smaller", "than"],
  ...SCENE_COLOURS,
  ...SCENE_SHAPES,
];

/** How many times as large an object must be as another for it to be called larger. */
const MUCH = 1.3;

/** "a red circle", and "a orange circle" too: an article that tells what comes after it would be a name itself. */
const phraseOf = ({ colour, shape }: SceneKind): string => `a ${colour} ${shape}`;

/** How an object stands to another: by their sizes where they differ, and else by where they are. */
function relationOf(one: SceneObject, other: SceneObject): string {
  if (one.size >= MUCH * other.size) return "larger than";
  if (other.size >= MUCH * one.size) return "smaller than";
  const [dx, dy] = [one.x - other.x, one.y - other.y];
  if (Math.abs(dx) > Math.abs(dy)) return dx < 0 ? "left of" : "right of";
  return dy < 0 ? "above" : "below";
}

/** "a red circle above a blue square and larger than a green star" */
export function describeScene([topic, ...others]: readonly SceneObject[]): string {
  if (!topic) return "";
  const relations = others.map((other) => `${relationOf(topic, other)} ${phraseOf(other)}`);
  return [phraseOf(topic), relations.join(" and ")].filter((part) => part !== "").join(" ");
}

/**
 * Whether two kinds of objects are kept apart: no scene to learn from has both, in whatever relation and order. A fifth of
 * all pairs of kinds are, and each kind is kept apart from six or so: each word, and each phrase, is learned with others.
 */
export function areKeptApart(one: SceneKind, other: SceneKind): boolean {
  return (numberOf(one) + numberOf(other)) % 5 === 0;
}

const numberOf = ({ shape, colour }: SceneKind): number =>
  SCENE_SHAPES.indexOf(shape) * SCENE_COLOURS.length + SCENE_COLOURS.indexOf(colour);

/** Which scenes `randomScenes` makes, and what lies in them. */
export interface SceneOptions {
  /** Pixels along each edge; 48 when absent. */
  side?: number;
  /** Least and most of each class of sizes, in pixels; small and large ones, 9 to 11 and 16 to 18, when absent. */
  sizes?: readonly (readonly [least: number, most: number])[];
  /** All five when absent. */
  shapes?: readonly SceneShape[];
  /** All six when absent. */
  colours?: readonly SceneColour[];
  /** The share of scenes with one object only, of those whose combinations are seen; 0.15 when absent. */
  alone?: number;
  /** Scenes to learn from, without kinds that are kept apart, or each with two that are; `seen` when absent. */
  combinations?: "seen" | "unseen";
}

/** Pixels between the squares that objects fill, and to the edge. */
const GAP = 3;

/**
 * Scenes of one or two coloured shapes, with a caption of what lies on the white paper and how it stands to the other: "a
 * red circle above a blue square". `drawScene` draws them.
 *
 * @throws TaskError if an option is out of range, or the objects have no room
 */
export function randomScenes(random: Random, count: number, options: SceneOptions = {}): Scene[] {
  expectOptions(TaskError, "randomScenes", options, ["side", "sizes", "shapes", "colours", "alone", "combinations"]);
  const { side = 48, sizes = SIZES, shapes = SCENE_SHAPES, colours = SCENE_COLOURS } = options;
  const { alone = 0.15, combinations = "seen" } = options;
  expectRoom(side, sizes);
  expectWhole(TaskError, "randomScenes", { "shapes.length": shapes.length, "colours.length": colours.length });
  const any = (): SceneKind => ({ shape: anyOf(shapes, random), colour: anyOf(colours, random) });
  const kinds = (): SceneKind[] => {
    if (combinations === "seen" && random.uniform() < alone) return [any()];
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const [one, other] = [any(), any()];
      if (numberOf(one) !== numberOf(other) && areKeptApart(one, other) === (combinations === "unseen"))
        return [one, other];
    }
    throw new TaskError({
      where: "randomScenes",
      expected: `shapes and colours of which some are ${combinations} together`,
      actual: `${shapes.join(", ")} in ${colours.join(", ")}`,
      remedy: "Give more of them.",
    });
  };
  const scenes: Scene[] = [];
  while (scenes.length < count) {
    const objects = placed(kinds(), random, { side, sizes });
    if (objects) scenes.push({ objects, caption: describeScene(objects) });
  }
  return scenes;
}

/** Small and large objects: least and most of each, in pixels. */
const SIZES = [
  [9, 11],
  [16, 18],
] as const;

/** One pair of kinds of five is kept apart, so that in so many draws there is one unless there can be none. */
const MOST_TRIES = 1000;

const anyOf = <T>(list: readonly T[], random: Random): T => list[random.below(list.length)] as T;

/** Objects at places where they are apart and how they stand to each other is plain; none where chance has it otherwise. */
function placed(
  kinds: readonly SceneKind[],
  random: Random,
  { side, sizes }: Required<Pick<SceneOptions, "side" | "sizes">>,
): SceneObject[] | undefined {
  const objects = kinds.map((kind): SceneObject => {
    const [least, most] = anyOf(sizes, random);
    const size = least + random.below(most - least + 1);
    const at = () => GAP + size / 2 + random.below(side - size - 2 * GAP + 1);
    return { ...kind, size, x: at(), y: at() };
  });
  const [one, other] = objects as [SceneObject, SceneObject | undefined];
  return !other || isPlain(one, other, side) ? objects : undefined;
}

/** A sixth of a picture farther apart one way than the other, so that where one is can be told in a word. */
function isPlain(one: SceneObject, other: SceneObject, side: number): boolean {
  const apart = (one.size + other.size) / 2 + GAP;
  const [dx, dy] = [Math.abs(one.x - other.x), Math.abs(one.y - other.y)];
  return Math.max(dx, dy) >= apart && Math.abs(dx - dy) >= side / 6;
}

/** @throws TaskError unless two of the largest objects fit beside each other */
function expectRoom(side: number, sizes: readonly (readonly [number, number])[]): void {
  const where = "randomScenes";
  expectWhole(TaskError, where, { side, "sizes.length": sizes.length });
  for (const [least, most] of sizes) {
    expectWhole(TaskError, where, { "the least of a size": least });
    expectWhole(TaskError, where, { "the most of a size": most }, { least, most: Math.floor((side - 3 * GAP) / 2) });
  }
}
