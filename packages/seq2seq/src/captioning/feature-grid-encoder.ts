import { ShapeError } from "@unroll/kernels";
import {
  expectDType,
  expectExtent,
  expectKnown,
  formatShape,
  Linear,
  relu,
  sharedGenerator,
  type Tensor,
} from "@unroll/nn";
import { GridEncoder, type GridOptions, GridPositions } from "./grid-encoder";

export interface FeatureGridOptions extends GridOptions {
  /** Cells of a grid, which is then all that is taken; any number when absent. Learned positions need it. */
  grid?: readonly [rows: number, columns: number];
  /** D: features are projected to as many, with a relu; as they are when absent. */
  size?: number;
}

/**
 * Grids of features that something else made of images, as annotations: Xu et al. (2015) take the 14 × 14 cells of 512
 * features that a convolutional network trained to classify has before its last pooling.
 *
 *   new FeatureGridEncoder(512).encode(features)   // [B, 14, 14, 512]
 */
export class FeatureGridEncoder extends GridEncoder {
  readonly memorySize: number;
  readonly inputSize: number;
  readonly grid: readonly [rows: number, columns: number] | undefined;
  readonly projection: Linear | null;
  readonly positions: GridPositions | null;

  /** @throws ValueError if a size is not a positive whole number, or positions are wanted of a grid of no known size */
  constructor(inputSize: number, options: FeatureGridOptions = {}) {
    super();
    const where = "FeatureGridEncoder";
    expectKnown(where, options, ["grid", "size", "positions", "rng"]);
    const { grid, size, positions = false, rng = sharedGenerator() } = options;
    this.inputSize = expectExtent(where, { inputSize });
    const [rows, columns] = grid ?? (positions ? [0, 0] : [1, 1]); // learned positions belong to cells that are known
    expectExtent(where, { "grid's rows": rows });
    expectExtent(where, { "grid's columns": columns });
    this.grid = grid;
    this.memorySize = size === undefined ? inputSize : expectExtent(where, { size });
    this.projection = size === undefined ? null : new Linear(inputSize, size, { rng });
    this.positions = positions ? new GridPositions([rows, columns], this.memorySize, rng) : null;
  }

  protected annotate(features: Tensor): Tensor {
    const where = "FeatureGridEncoder.encode";
    expectDType(where, { features }, "f32", "f16");
    const { shape } = features;
    const [rows, columns] = this.grid ?? [];
    const extents = [rows ?? shape[1], columns ?? shape[2], this.inputSize];
    if (shape.length !== 4 || features.size === 0 || extents.some((extent, axis) => shape[axis + 1] !== extent)) {
      throw new ShapeError({
        where,
        what: "features",
        expected: `a grid [B, ${rows ?? "rows"}, ${columns ?? "columns"}, ${this.inputSize}] of at least one image and one cell`,
        received: formatShape(shape),
        remedy: gridRemedy(shape, this.inputSize),
      });
    }
    const given = this.inPrecision(features);
    const x = this.projection ? relu(this.projection.forward(given)) : given;
    return this.positions ? this.positions.forward(x) : x;
  }
}

/** What to do about features of another shape. */
function gridRemedy(shape: readonly number[], inputSize: number): string {
  const [B, , , C] = shape;
  if (shape.length === 3) return "Cells in a row are no grid: reshape(features, [B, rows, columns, channels]).";
  if (shape.length !== 4)
    return "Take them from before the network's last pooling, where there is a vector for each cell.";
  if (B === 0) return "Leave empty batches out.";
  if (shape[1] === inputSize && C !== inputSize)
    return "Channels come last: permute(features, [0, 2, 3, 1]) brings them there.";
  if (C !== inputSize)
    return `The last axis must equal inputSize: build the encoder with new FeatureGridEncoder(${C || "channels"}).`;
  return "An encoder without the option grid takes grids of any number of rows and columns from 1.";
}
