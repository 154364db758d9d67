import { Random } from "@unroll/data";
import { COLOURS, type Colour, describeObjects, type Scene, type SceneObject, SHAPES, type Shape, SIDE } from "./scene";

/** What an object is called. */
export type Kind = { shape: Shape; colour: Colour };

/**
 * Whether two kinds of objects are kept apart: no scene to learn from has both, in whatever relation and order. A fifth of
 * all pairs of kinds are, and each kind is kept apart from six or so: each word, and each phrase, is learned with others.
 */
export function areKeptApart(one: Kind, other: Kind): boolean {
  return (numberOf(one) + numberOf(other)) % 5 === 0;
}

const numberOf = ({ shape, colour }: Kind): number => SHAPES.indexOf(shape) * COLOURS.length + COLOURS.indexOf(colour);

/** Which scenes are wanted: without, or each with two kinds of objects that are kept apart. */
export type Combinations = "seen" | "unseen";

/** Small and large objects: least and most of each, in pixels. */
const SIZES = [
  [9, 11],
  [16, 18],
] as const;
/** Pixels between the squares that objects fill, and to the edge. */
const GAP = 3;
/** By how many pixels two objects are farther apart one way than the other, so that where one is can be told in a word. */
const PLAIN = 8;
/** How many scenes have one object only, of those whose combinations are seen. */
const ALONE = 0.15;

/** Scenes of one or two objects, with their captions; the same for the same seed. */
export function makeScenes(count: number, combinations: Combinations, { seed }: { seed: number }): Scene[] {
  const random = new Random(seed, combinations === "seen" ? 0 : 1);
  const scenes: Scene[] = [];
  while (scenes.length < count) {
    const objects = placed(kindsOf(random, combinations), random);
    if (objects) scenes.push({ objects, caption: describeObjects(objects) });
  }
  return scenes;
}

const anyOf = <T>(list: readonly T[], random: Random): T => list[random.below(list.length)] as T;

function kindsOf(random: Random, combinations: Combinations): Kind[] {
  const any = (): Kind => ({ shape: anyOf(SHAPES, random), colour: anyOf(COLOURS, random) });
  if (combinations === "seen" && random.uniform() < ALONE) return [any()];
  for (;;) {
    const [one, other] = [any(), any()];
    if (numberOf(one) !== numberOf(other) && areKeptApart(one, other) === (combinations === "unseen"))
      return [one, other];
  }
}

/** Objects at places where they are apart and how they stand to each other is plain; none where chance has it otherwise. */
function placed(kinds: readonly Kind[], random: Random): SceneObject[] | undefined {
  const objects = kinds.map((kind): SceneObject => {
    const [least, most] = anyOf(SIZES, random);
    const size = least + random.below(most - least + 1);
    const at = () => GAP + size / 2 + random.below(SIDE - size - 2 * GAP + 1);
    return { ...kind, size, x: at(), y: at() };
  });
  const [one, other] = objects as [SceneObject, SceneObject | undefined];
  return !other || isPlain(one, other) ? objects : undefined;
}

function isPlain(one: SceneObject, other: SceneObject): boolean {
  const apart = (one.size + other.size) / 2 + GAP;
  const [dx, dy] = [Math.abs(one.x - other.x), Math.abs(one.y - other.y)];
  return Math.max(dx, dy) >= apart && Math.abs(dx - dy) >= PLAIN;
}
