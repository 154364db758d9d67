import { ValueError } from "@unroll/kernels";
import {
  add,
  expectKnown,
  type Generator,
  Module,
  mean,
  type Parameter,
  parameter,
  reshape,
  type Tensor,
  uniform,
} from "@unroll/nn";
import { type Encoded, type EncodeOptions, Encoder } from "../encoders";

export interface GridOptions {
  rng?: Generator;
  /**
   * Whether a learned vector of its row and one of its column are added to each annotation, so that a decoder may tell
   * where it is; none by default. The convolutions of Xu et al. see enough of the borders to know.
   */
  positions?: boolean;
}

/** Vectors that are added to the cells of a grid: a_ij ← a_ij + r_i + c_j. */
export class GridPositions extends Module {
  readonly rows: Parameter; //    r [rows, D]
  readonly columns: Parameter; // c [columns, D]
  readonly hasTorchParameters = true; // see `saveTorch`

  constructor([rows, columns]: readonly [number, number], size: number, rng: Generator) {
    super();
    const bound = 1 / Math.sqrt(size);
    this.rows = parameter(uniform([rows, size], bound, rng));
    this.columns = parameter(uniform([columns, size], bound, rng));
  }

  /** @param x [B, rows, columns, D] */
  forward(x: Tensor): Tensor {
    const [, rows, columns, D] = x.shape as [number, number, number, number];
    const ofRows = reshape(this.inPrecision(this.rows), [1, rows, 1, D]);
    const ofColumns = reshape(this.inPrecision(this.columns), [1, 1, columns, D]);
    return add(add(x, ofRows), ofColumns);
  }
}

/**
 * Encodes images as grids: the memory has an annotation a_i of D features for each of L cells, row by row, and the state that
 * a decoder's bridge makes its first of is their mean (Xu et al. 2015, section 3.1.2),
 *   h_0 = f_init,h(1/L·Σ_i a_i),   c_0 = f_init,c(1/L·Σ_i a_i)
 */
export abstract class GridEncoder extends Encoder {
  readonly hasCell: boolean = false;

  get stateSizes(): readonly number[] {
    return [this.memorySize];
  }

  /**
   * @param source an image or features of one [B, height, width, channels]
   * @throws ShapeError if it is no such grid
   * @throws ValueError if lengths are given: all of a grid counts
   */
  encode(source: Tensor, options: EncodeOptions = {}): Encoded {
    expectKnown(`${this.constructor.name}.encode`, options, ["lengths", "copyIds"]);
    const { lengths } = options;
    if (lengths !== undefined) {
      throw new ValueError({
        where: `${this.constructor.name}.encode`,
        what: "lengths",
        expected: "absent: all cells of a grid count",
        received: "given",
        remedy: "Leave them out, sourceLengths of a batch too.",
      });
    }
    const annotations = this.annotate(source);
    const [B, rows, columns, D] = annotations.shape as [number, number, number, number];
    const memory = reshape(annotations, [B, rows * columns, D]);
    return { memory, lengths: undefined, grid: [rows, columns], state: [{ h: mean(memory, { axes: [1] }) }] };
  }

  /** Annotations [B, rows, columns, D]. */
  protected abstract annotate(source: Tensor): Tensor;
}
