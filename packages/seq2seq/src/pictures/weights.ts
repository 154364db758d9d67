import { ShapeError, ValueError } from "@unroll/kernels";

/** Attention weights on the host, row-major, as search returns them: `{ data, shape }`. */
export interface Weights {
  readonly data: ArrayLike<number>;
  readonly shape: readonly number[];
}

/**
 * @throws ShapeError if the shape is not of the given extents, where they are numbers, or has not as many as there are
 * @throws ValueError if a weight is negative or no finite number
 */
export function expectWeights(where: string, { data, shape }: Weights, extents: readonly (number | string)[]): void {
  const fits =
    shape.length === extents.length && extents.every((extent, i) => typeof extent === "string" || extent === shape[i]);
  const size = shape.reduce((a, b) => a * b, 1);
  if (!fits || size !== data.length || size === 0) {
    throw new ShapeError({
      where,
      what: "weights",
      expected: `[${extents.join(", ")}], a number for each`,
      received: `[${shape.join(", ")}] with ${data.length} numbers`,
      remedy: "A row of weights belongs to each token of the target, the end included.",
    });
  }
  const bad = Array.from(data).findIndex((x) => !(x >= 0 && Number.isFinite(x)));
  if (bad < 0) return;
  const expected = "a finite number from 0";
  throw new ValueError({ where, what: `weights.data[${bad}]`, expected, received: String(data[bad]) });
}

/** @throws ValueError unless there may be so many side by side */
export function expectColumns(where: string, columns: number): void {
  if (Number.isInteger(columns) && columns > 0) return;
  throw new ValueError({ where, what: "columns", expected: "a positive whole number", received: String(columns) });
}

/**
 * Weights of a grid at every pixel of a larger one, bilinearly, each cell's weight holding at its centre; past the outermost
 * centres they stay as they are there.
 *   w(y, x) at row (y + ½)·rows/height − ½ and column (x + ½)·columns/width − ½ of the grid
 * @param grid [rows, columns], row-major
 * @throws ShapeError if there are more or fewer weights than rows times columns
 * @throws ValueError if a weight is negative, or a size is no positive whole number
 */
export function upsampleAttention(
  grid: Weights,
  { height, width }: { readonly height: number; readonly width: number },
): Float32Array<ArrayBuffer> {
  const where = "upsampleAttention";
  expectWeights(where, grid, ["rows", "columns"]);
  for (const [what, extent] of Object.entries({ height, width })) {
    if (Number.isInteger(extent) && extent > 0) continue;
    throw new ValueError({ where, what, expected: "a positive whole number", received: String(extent) });
  }
  const [rows, columns] = grid.shape as [number, number];
  const out = new Float32Array(height * width);
  for (let y = 0; y < height; y++) {
    const [above, below, v] = between(y, rows, height);
    for (let x = 0; x < width; x++) {
      const [left, right, u] = between(x, columns, width);
      const at = (row: number, column: number): number => grid.data[row * columns + column] as number;
      const upper = at(above, left) * (1 - u) + at(above, right) * u;
      const lower = at(below, left) * (1 - u) + at(below, right) * u;
      out[y * width + x] = upper * (1 - v) + lower * v;
    }
  }
  return out;
}

/** The two cells whose centres a pixel lies between, and how far it is on its way to the second. */
function between(pixel: number, cells: number, pixels: number): [first: number, second: number, part: number] {
  const place = Math.min(Math.max(((pixel + 0.5) * cells) / pixels - 0.5, 0), cells - 1);
  const first = Math.floor(place);
  return [first, Math.min(first + 1, cells - 1), place - first];
}

/** The largest of some weights, or 1 where all are 0. */
export function largest(weights: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < weights.length; i++) most = Math.max(most, weights[i] as number);
  return most > 0 ? most : 1;
}
