import { expectKnown } from "@unroll/nn";
import { type UpsampleMethod, upsampleAttention, type Weights } from "../pictures";
import { expectWeights } from "../pictures/weights";
import type { GridGeometry } from "./grid-geometry";

/** Where words looked, pixel by pixel. */
export interface AttentionMaps {
  /** [T, height, width], row-major. */
  readonly data: Float32Array<ArrayBuffer>;
  readonly shape: readonly [words: number, height: number, width: number];
}

export interface AttentionMapOptions {
  /** Rows and columns of the grid. */
  readonly grid: readonly [rows: number, columns: number];
  /** Where its cells are in the image: an encoder's `geometry`, or `evenGeometry` where nothing is known of the features. */
  readonly geometry: Pick<GridGeometry, "image" | "stride" | "start">;
  /** `gaussian` by default, as Xu et al. look at them. */
  readonly method?: UpsampleMethod;
  /** Standard deviation of `gaussian` in strides; ½ by default. */
  readonly sigma?: number;
}

/**
 * Of each word the map of where it looked, at every pixel of the image: see `upsampleAttention`.
 *
 *   const { grid, geometry } = encoder;
 *   const { data, shape } = attentionMaps(hypothesis.weights, { grid, geometry });
 *
 * @param weights [T, rows·columns], as search returns them
 * @throws ShapeError if they are not
 * @throws ValueError if a weight is negative or no finite number
 */
export function attentionMaps(weights: Weights, options: AttentionMapOptions): AttentionMaps {
  expectKnown("attentionMaps", options, ["grid", "geometry", "method", "sigma"]);
  const { grid, geometry, method = "gaussian", sigma = 0.5 } = options;
  const { image, stride, start } = geometry;
  const [rows, columns] = grid;
  const [height, width] = image;
  expectWeights("attentionMaps", weights, ["T", rows * columns]);
  const T = weights.shape[0] as number;
  const cells = Array.from(weights.data);
  const data = new Float32Array(T * height * width);
  for (let t = 0; t < T; t++) {
    const own = { data: cells.slice(t * rows * columns, (t + 1) * rows * columns), shape: grid };
    data.set(upsampleAttention(own, { height, width, method, stride, start, sigma }), t * height * width);
  }
  return { data, shape: [T, height, width] };
}
