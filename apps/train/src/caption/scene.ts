import { SCENE_COLOURS, SCENE_SHAPES } from "@unroll/data";

/** Pixels of a scene along each side. */
export const SIDE = 48;
/** Diameters that an object may have, in pixels. */
export const LEAST_SIZE = 8;
export const MOST_SIZE = 20;

const NAMES: ReadonlySet<string> = new Set([...SCENE_COLOURS, ...SCENE_SHAPES]);

/** Whether a word is a colour or a shape. */
export const isName = (word: string): boolean => NAMES.has(word);

/** Which object each word names, by its place in the scene; −1 where a word names none. */
export function namedObjects(words: readonly string[]): number[] {
  let phrase = -1;
  return words.map((word) => {
    if (word === "a") phrase++;
    return isName(word) ? phrase : -1;
  });
}
