import { BucketedPart } from "../learning/bucketed-part";
import type { Order, Part } from "../learning/learner";
import { FEATURES, type SeenSeries, seen } from "./features";
import { probationOf, type Series } from "./series";

/** Steps of a window, and those at its start that are read to know where one is and not judged. */
export const STEPS = 96;
export const LEAD = 32;
/** Steps from one window that is learned from to the next. */
const STRIDE = 24;

/** Windows of series: [B, 96, 7] and the values behind each step, [B, 96]. */
export interface WindowBatch {
  x: Float32Array<ArrayBuffer>;
  y: Float32Array<ArrayBuffer>;
  rows: number;
  lengths: Uint32Array<ArrayBuffer>;
  /** Which series each is of, and where it begins. */
  places: readonly Place[];
}

interface Place {
  series: number;
  start: number;
}

/** The usual parts of series in windows that are learned from; and all of each, to be scored. */
export class WindowsPart implements Part<WindowBatch> {
  readonly steps: number;
  readonly series: readonly Series[];
  readonly seen: readonly SeenSeries[];
  readonly #usual: BucketedPart<WindowBatch>;
  readonly #all: BucketedPart<WindowBatch>;

  constructor(series: readonly Series[], size: number) {
    this.series = series;
    this.seen = series.map(seen);
    this.#usual = this.#windows((item) => starts(probationOf(item) - 1, STRIDE), size);
    this.#all = this.#windows((item) => starts(item.values.length - 1, STEPS - LEAD), 2 * size);
    this.steps = this.#usual.steps;
  }

  /** In an order those of the usual parts; else all, whose windows overlap so that each value but the first is judged once. */
  batches(order?: Order): Iterable<WindowBatch> {
    return order ? this.#usual.batches(order) : this.#all.batches();
  }

  rowsOf({ rows }: WindowBatch): number {
    return rows;
  }

  #windows(startsOf: (item: Series) => number[], size: number): BucketedPart<WindowBatch> {
    const places = this.series.flatMap((item, series) => startsOf(item).map((start) => ({ series, start })));
    return new BucketedPart<WindowBatch>({
      lengths: places.map(() => STEPS),
      size,
      multiple: STEPS,
      batchOf: (rows) => this.#batchOf(Array.from(rows, (row) => places[row] as Place)), // rows are positions of places
    });
  }

  #batchOf(places: Place[]): WindowBatch {
    const x = new Float32Array(places.length * STEPS * FEATURES);
    const y = new Float32Array(places.length * STEPS);
    for (const [row, { series, start }] of places.entries()) {
      const { inputs, values } = this.seen[series] as SeenSeries; // places are of these
      x.set(inputs.subarray(start * FEATURES, (start + STEPS) * FEATURES), row * STEPS * FEATURES);
      y.set(values.subarray(start + 1, start + 1 + STEPS), row * STEPS);
    }
    return { x, y, rows: places.length, lengths: new Uint32Array(places.length).fill(STEPS), places };
  }
}

/** Where windows begin that lie within `count` steps; the last one ends with them. */
function starts(count: number, stride: number): number[] {
  const last = count - STEPS;
  const regular = Array.from({ length: Math.floor(last / stride) + 1 }, (_, n) => n * stride);
  return last % stride === 0 ? regular : [...regular, last];
}
