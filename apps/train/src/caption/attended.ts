import type { Scene, SceneObject } from "@unroll/data";
import { isName, namedObjects, SIDE } from "./scene";

/** What a model said of a scene, and where it looked for each word. */
export interface Said {
  words: readonly string[];
  /** [words + 1, rows·columns], the end last: how much each cell counted. */
  weights: ArrayLike<number>;
}

/** Rows and columns of the cells. */
export type Grid = readonly [rows: number, columns: number];

/**
 * Whether a cell lies on an object: the square that the object fills has some of the cell's own pixels. Of cells chosen at
 * random one in five does.
 * @param cell counted row by row
 */
export function liesOn({ x, y, size }: SceneObject, cell: number, [rows, columns]: Grid): boolean {
  const [width, height] = [SIDE / columns, SIDE / rows];
  const across = shared(x, size, (cell % columns) * width, width);
  const down = shared(y, size, Math.floor(cell / columns) * height, height);
  return across * down > 0;
}

/** How much of a stretch from `start` on something covers that is `size` long about `centre`. */
function shared(centre: number, size: number, start: number, length: number): number {
  return Math.max(0, Math.min(start + length, centre + size / 2) - Math.max(start, centre - size / 2));
}

/** The cell that counted most for a word, the first of equals. */
export function cellOf({ weights }: Pick<Said, "weights">, word: number, [rows, columns]: Grid): number {
  const cells = rows * columns;
  let most = 0;
  for (let cell = 1; cell < cells; cell++) {
    if ((weights[word * cells + cell] as number) > (weights[word * cells + most] as number)) most = cell;
  }
  return most;
}

/**
 * Of the words that name an object, colours and shapes, how many were said looking at it: the cell that counted most lies on
 * it. The phrases of a caption name the scene's objects in order; a word that is none of its object's counts as missed.
 */
export function attendedOn({ objects }: Scene, said: Said, grid: Grid): { names: number; on: number } {
  let [names, on] = [0, 0];
  for (const [t, object] of namedObjects(said.words).entries()) {
    const word = said.words[t] as string;
    if (!isName(word)) continue;
    names++;
    const named = objects[object];
    const isRight = named !== undefined && (named.colour === word || named.shape === word);
    if (isRight && liesOn(named, cellOf(said, t, grid), grid)) on++;
  }
  return { names, on };
}
