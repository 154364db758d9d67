export const SHAPES = ["circle", "square", "triangle", "cross", "star"] as const;
export const COLOURS = ["red", "green", "blue", "yellow", "purple", "orange"] as const;

export type Shape = (typeof SHAPES)[number];
export type Colour = (typeof COLOURS)[number];

/** Pixels of a scene along each side. */
export const SIDE = 48;
/** Diameters that an object may have, in pixels. */
export const LEAST_SIZE = 8;
export const MOST_SIZE = 20;

/** What lies in a scene. Lengths are pixels, from the top left. */
export type SceneObject = {
  shape: Shape;
  colour: Colour;
  /** Of the square that it fills. */
  size: number;
  /** Of its centre. */
  x: number;
  y: number;
};

/**
 * A picture and what is said of it. The first object is what the caption is about, and is drawn with a black outline; the
 * others are in the order in which the caption has them.
 */
export type Scene = { objects: SceneObject[]; caption: string };

/** How many times as large an object must be as another for it to be called larger. */
const MUCH = 1.3;

/** "a red circle", and "a orange circle" too: an article that tells what comes after it would be a name itself. */
const phraseOf = ({ colour, shape }: SceneObject): string => `a ${colour} ${shape}`;

/** How an object stands to another: by their sizes where they differ, and else by where they are. */
export function relationOf(one: SceneObject, other: SceneObject): string {
  if (one.size >= MUCH * other.size) return "larger than";
  if (other.size >= MUCH * one.size) return "smaller than";
  const [dx, dy] = [one.x - other.x, one.y - other.y];
  if (Math.abs(dx) > Math.abs(dy)) return dx < 0 ? "left of" : "right of";
  return dy < 0 ? "above" : "below";
}

/** "a red circle above a blue square and larger than a green star" */
export function describeObjects([topic, ...others]: readonly SceneObject[]): string {
  if (!topic) return "";
  const relations = others.map((other) => `${relationOf(topic, other)} ${phraseOf(other)}`);
  return [phraseOf(topic), relations.join(" and ")].filter((part) => part !== "").join(" ");
}

/** All words of captions. */
export const WORDS: readonly string[] = [
  ...["a", "and", "above", "below", "left", "right", "of", "larger", "smaller", "than"],
  ...COLOURS,
  ...SHAPES,
];

/** Which object each word names, by its place in the scene; −1 where a word names none. */
export function namedObjects(words: readonly string[]): number[] {
  let phrase = -1;
  return words.map((word) => {
    if (word === "a") phrase++;
    return isName(word) ? phrase : -1;
  });
}

const NAMES: ReadonlySet<string> = new Set([...COLOURS, ...SHAPES]);

/** Whether a word is a colour or a shape. */
export const isName = (word: string): boolean => NAMES.has(word);
