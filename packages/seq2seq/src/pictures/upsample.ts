import { ValueError } from "@unroll/kernels";
import { expectKnown } from "@unroll/nn";
import { expectWeights, type Weights } from "./weights";

/** How the weights of cells become those of pixels. */
export type UpsampleMethod = "nearest" | "bilinear" | "gaussian";

/** What an image is like, and where the cells of a grid are in it: `geometry` of an encoder has all but the method. */
export interface UpsampleOptions {
  /** `bilinear` by default. */
  readonly method?: UpsampleMethod;
  /** Pixels from the centre of a cell to that of the next, down and across; the image's extents by the grid's when absent. */
  readonly stride?: readonly [height: number, width: number];
  /** Where the centre of the first cell is, that of the first pixel being ½; half a stride when absent. */
  readonly start?: readonly [height: number, width: number];
  /** Standard deviation of `gaussian` in strides; ½ by default. */
  readonly sigma?: number;
}

/** Names of them, and of what else a `GridGeometry` says. */
export const UPSAMPLE_OPTIONS = ["method", "stride", "start", "sigma", "image", "receptiveField"];

/**
 * Weights of a grid at every pixel of an image, separably along both axes, with p = (pixel + ½ − start)/stride the place of
 * a pixel among the cells 0, 1, …:
 *   nearest    the weight of the cell that p is nearest to
 *   bilinear   between those of the two cells about p, in proportion; past the outermost centres as it is there
 *   gaussian   Σ_i g(p − i)·w_i / Σ_i g(p − i),   g(d) = exp(−d²/(2σ²))
 * The last is what Xu et al. (2015, section 5.4) look at, who upsample by the stride of their encoder and then filter with a
 * Gaussian. All leave a map that is the same everywhere as it is.
 * @param grid [rows, columns], row-major
 * @throws ShapeError if there are more or fewer weights than rows times columns
 * @throws ValueError if a weight is negative, or an option is out of range
 */
export function upsampleAttention(
  grid: Weights,
  { height, width, ...options }: UpsampleOptions & { readonly height: number; readonly width: number },
): Float32Array<ArrayBuffer> {
  const where = "upsampleAttention";
  expectKnown(where, options, UPSAMPLE_OPTIONS);
  expectWeights(where, grid, ["rows", "columns"]);
  for (const [what, extent] of Object.entries({ height, width })) {
    if (Number.isInteger(extent) && extent > 0) continue;
    throw new ValueError({ where, what, expected: "a positive whole number", received: String(extent) });
  }
  const [rows, columns] = grid.shape as [number, number];
  const down = sharesOf(where, { cells: rows, pixels: height, axis: 0 }, options);
  const across = sharesOf(where, { cells: columns, pixels: width, axis: 1 }, options);
  const wide = new Float64Array(rows * width); // rows of cells, columns of pixels
  for (let row = 0; row < rows; row++) {
    for (const [x, shares] of across.entries()) {
      for (const [column, share] of shares)
        wide[row * width + x] =
          (wide[row * width + x] as number) + share * (grid.data[row * columns + column] as number);
    }
  }
  const out = new Float32Array(height * width);
  for (const [y, shares] of down.entries()) {
    for (let x = 0; x < width; x++) {
      out[y * width + x] = shares.reduce((sum, [row, share]) => sum + share * (wide[row * width + x] as number), 0);
    }
  }
  return out;
}

/** Cells that a pixel takes part of, and how much of each: 1 in all. */
type Shares = readonly (readonly [cell: number, share: number])[];

/** Of each pixel along an axis. @throws ValueError if an option is out of range */
function sharesOf(
  where: string,
  { cells, pixels, axis }: { readonly cells: number; readonly pixels: number; readonly axis: 0 | 1 },
  { method = "bilinear", stride, start, sigma = 0.5 }: UpsampleOptions,
): Shares[] {
  const step = stride?.[axis] ?? pixels / cells;
  const first = start?.[axis] ?? step / 2;
  for (const [what, value] of Object.entries({ stride: step, sigma })) {
    if (value > 0 && Number.isFinite(value)) continue;
    throw new ValueError({ where, what, expected: "a positive number", received: String(value) });
  }
  if (!Number.isFinite(first)) {
    throw new ValueError({ where, what: "start", expected: "a finite number of pixels", received: String(first) });
  }
  const share = SHARES[method];
  if (!share) {
    const expected = Object.keys(SHARES).join(", ");
    throw new ValueError({ where, what: "method", expected, received: String(method) });
  }
  return Array.from({ length: pixels }, (_, pixel) => share((pixel + 0.5 - first) / step, cells, sigma));
}

const within = (place: number, cells: number): number => Math.min(Math.max(place, 0), cells - 1);

const SHARES: Readonly<Record<UpsampleMethod, (place: number, cells: number, sigma: number) => Shares>> = {
  nearest: (place, cells) => [[within(Math.round(place), cells), 1]],
  bilinear(place, cells) {
    const at = within(place, cells);
    const before = Math.floor(at);
    return [
      [before, 1 - (at - before)],
      [Math.min(before + 1, cells - 1), at - before],
    ];
  },
  gaussian(place, cells, sigma) {
    // far outside all cells every one of them is nothing: the nearest is measured from
    const nearest = Math.abs(place - within(place, cells));
    const strengths = Array.from({ length: cells }, (_, cell) =>
      Math.exp((nearest ** 2 - (place - cell) ** 2) / (2 * sigma ** 2)),
    );
    const total = strengths.reduce((sum, strength) => sum + strength, 0);
    return strengths.map((strength, cell) => [cell, strength / total] as const);
  },
};
