import { expectList, expectOptions, expectWhole } from "../checks";
import { EncodingError } from "../errors";
import type { ShapedArray } from "./encode";

/** Arrays that windows are cut from; the windows are of the same kind. */
export type Series = Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer> | Int32Array<ArrayBuffer>;

/** Which windows `sequenceWindows` cuts, and what stands beside each as its target. */
export interface WindowOptions {
  /** T, the steps of a window. */
  length: number;
  /** Steps from the start of one window to that of the next; 1 when absent. */
  stride?: number;
  /** F, the values of one step, which lie together in the series; 1 when absent, which gives no axis of its own. */
  features?: number;
  /**
   * What is to be predicted: `"shifted"`, the window one step further on, for a model with an output for every step; or
   * that many steps behind the window. 0 when absent: no target.
   */
  target?: "shifted" | number;
}

/** Windows of a series, row by row. */
export interface Windows<Data> extends ShapedArray<Data> {
  /** [N], the step of the series at which each window starts. */
  starts: Uint32Array<ArrayBuffer>;
  /** What is to be predicted, [N, T] or [N, horizon], with a last axis F as the windows; absent if nothing is. */
  targets?: ShapedArray<Data>;
}

/**
 * Cuts windows of equal length from a series; the last ones that do not fit whole, target included, are left out.
 *
 * @returns N windows: [N, T], or [N, T, F] for several features
 * @throws EncodingError if the series is shorter than one window, or an option is out of range
 */
export function sequenceWindows<Data extends Series>(series: Data, options: WindowOptions): Windows<Data> {
  const where = "sequenceWindows";
  expectOptions(EncodingError, where, options, ["length", "stride", "features", "target"]);
  expectList(EncodingError, where, { series });
  const { length, stride = 1, features = 1, target = 0 } = options;
  expectWhole(EncodingError, where, { length, stride, features });
  if (target !== "shifted") expectWhole(EncodingError, where, { target }, { least: 0 });
  const reach = length + (target === "shifted" ? 1 : target);
  const steps = series.length / features;
  if (!Number.isInteger(steps) || steps < reach) {
    throw new EncodingError({
      where,
      expected: `at least ${reach} steps of ${features} values each`,
      actual: `${series.length} values`,
      remedy: "Shorten the window, pass a longer series, or correct features.",
    });
  }
  const count = Math.floor((steps - reach) / stride) + 1;
  const starts = Uint32Array.from({ length: count }, (_, row) => row * stride);
  const cut = (offset: number, width: number): ShapedArray<Data> => ({
    data: cutRows(series, starts, offset, width, features),
    shape: features === 1 ? [count, width] : [count, width, features],
  });
  const windows = { ...cut(0, length), starts };
  if (target === 0) return windows;
  return { ...windows, targets: target === "shifted" ? cut(1, length) : cut(length, target) };
}

function cutRows<Data extends Series>(
  series: Data,
  starts: Uint32Array,
  offset: number,
  width: number,
  features: number,
): Data {
  const Kind = series.constructor as new (length: number) => Data; // one of the three, which all have it
  const rows = new Kind(starts.length * width * features);
  for (const [row, start] of starts.entries()) {
    const from = (start + offset) * features;
    rows.set(series.subarray(from, from + width * features), row * width * features);
  }
  return rows;
}
