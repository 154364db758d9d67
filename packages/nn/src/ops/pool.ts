import {
  averagePoolBackward,
  averagePool as averagePoolKernel,
  maxPoolBackward,
  maxPool as maxPoolKernel,
  ShapeError,
} from "@unroll/kernels";
import { defineOp } from "../autograd/define-op";
import { run } from "../graph/run";
import { FLOATS } from "../tensor/dtype";
import { expectKnown } from "../tensor/known-options";
import { expectDType, expectShape, formatShape, type Shape } from "../tensor/shape";
import type { Tensor } from "../tensor/tensor";
import { max, mean } from "./reduce";
import {
  type Extent2d,
  expectOwnPadding,
  type Padding1d,
  type Padding2d,
  pair,
  placed,
  placedInSteps,
  type Windows,
} from "./windows";

interface Attributes {
  readonly channels: "first" | "last";
  readonly dims: Omit<Windows, "dH" | "dW"> & { readonly N: number; readonly C: number };
  readonly shape: Shape;
  readonly lengths: Tensor | undefined;
  /** As it was asked for. */
  readonly padding: Padding2d | Padding1d;
}

const largest = defineOp<{ x: Tensor }, Attributes, { y: Tensor }, { x: Tensor; index: Tensor }>({
  name: "maxPool",
  forward({ x }, { channels, dims, shape, lengths }) {
    const call = { dims, options: { channels }, shapes: { y: shape, index: shape }, dtypes: { y: x.dtype } };
    const { y, index } = run(maxPoolKernel, { x, lengths }, call);
    return { out: { y }, saved: { x, index } };
  },
  // The gradient of a window goes to the first of its largest.
  backward({ y: dy }, { x, index }, _, { channels, dims }) {
    if (!dy) return {};
    const call = { dims, options: { channels }, shapes: { dx: x.shape }, dtypes: { dx: x.dtype } };
    return { x: run(maxPoolBackward, { dy, index }, call).dx };
  },
});

const average = defineOp<{ x: Tensor }, Attributes, { y: Tensor }, { x: Tensor }>({
  name: "averagePool",
  forward({ x }, { channels, dims, shape, lengths }) {
    const call = { dims, options: { channels }, shapes: { y: shape }, dtypes: { y: x.dtype } };
    return { out: { y: run(averagePoolKernel, { x, lengths }, call).y }, saved: { x } };
  },
  // Each element that counted gets an equal share of its windows' gradients.
  backward({ y: dy }, { x }, _, { channels, dims, lengths }) {
    if (!dy) return {};
    const call = { dims, options: { channels }, shapes: { dx: x.shape }, dtypes: { dx: x.dtype } };
    return { x: run(averagePoolBackward, { dy, lengths }, call).dx };
  },
});

export interface Pool2dOptions {
  /** From window to window; the window's own extents when absent. */
  stride?: Extent2d;
  /**
   * How far windows reach past the image, where nothing counts: less than a window, or "same" or "valid". 0 by
   * default.
   */
  padding?: Padding2d;
}

export interface Pool1dOptions {
  stride?: number;
  /** 0 by default. */
  padding?: Padding1d;
  /** True lengths [B] of the sequences, of u32: steps past them take no part. A window of none gives 0. */
  lengths?: Tensor | undefined;
}

type Pooling = typeof largest | typeof average;

function pool2d(where: string, of: Pooling, x: Tensor, window: Extent2d, options: Pool2dOptions): Tensor {
  expectKnown(where, options, ["stride", "padding"]);
  expectDType(where, { x }, ...FLOATS);
  const { N, C, H, W } = expectShape(where, { x }, ["N", "C", "H", "W"]) as Record<"N" | "C" | "H" | "W", number>;
  const kernel = pair(where, "window", window);
  const stride = pair(where, "stride", options.stride ?? window);
  const padding = options.padding ?? 0;
  const windows = placed(where, { name: "window", input: [H, W], kernel, stride, dilation: [1, 1], padding });
  return pooled(where, of, x, { channels: "first", windows, padding, N, C, shape: (OH, OW) => [N, C, OH, OW] });
}

function pool1d(where: string, of: Pooling, x: Tensor, window: number, options: Pool1dOptions): Tensor {
  expectKnown(where, options, ["stride", "padding", "lengths"]);
  expectDType(where, { x }, ...FLOATS);
  const { B, T, C } = expectShape(where, { x }, ["B", "T", "C"]) as Record<"B" | "T" | "C", number>;
  const { stride = window, padding = 0, lengths } = options;
  if (lengths) {
    expectOwnPadding(where, { padding, stride });
    expectDType(where, { lengths }, "u32");
    expectShape(where, { lengths }, [B], "One length for each row.");
  }
  const windows = placedInSteps(where, T, { name: "window", kernel: window, stride, dilation: 1, padding });
  return pooled(where, of, x, { channels: "last", windows, padding, N: B, C, shape: (_, OW) => [B, OW, C] }, lengths);
}

function pooled(
  where: string,
  of: Pooling,
  x: Tensor,
  call: {
    readonly channels: "first" | "last";
    readonly windows: Windows;
    readonly padding: Attributes["padding"];
    readonly N: number;
    readonly C: number;
    readonly shape: (OH: number, OW: number) => Shape;
  },
  lengths?: Tensor,
): Tensor {
  const { channels, windows, padding, N, C, shape } = call;
  const { dH: _, dW: __, ...places } = windows;
  if (places.pH >= places.kH || places.pW >= places.kW) {
    throw new ShapeError({
      where,
      what: "the padding",
      expected: `less than the window ${formatShape([places.kH, places.kW])}, since a window of padding alone has no value,`,
      received: formatShape([places.pH, places.pW]),
    });
  }
  const attributes = { channels, dims: { ...places, N, C }, shape: shape(places.OH, places.OW), lengths, padding };
  return of({ x }, attributes).y;
}

/**
 * The largest of each window of images [N, C, H, W]; the gradient goes to the first of equals.
 * @returns [N, C, H′, W′] of the dtype of x
 * @throws ShapeError if a window is larger than the padded image, or the padding not less than a window
 * @throws ValueError if an extent is not a positive whole number, or the padding is none
 */
export const maxPool2d = (x: Tensor, window: Extent2d, options: Pool2dOptions = {}): Tensor =>
  pool2d("maxPool2d", largest, x, window, options);

/** The mean of each window of images [N, C, H, W]; padding does not count. @throws ShapeError, ValueError as `maxPool2d` */
export const averagePool2d = (x: Tensor, window: Extent2d, options: Pool2dOptions = {}): Tensor =>
  pool2d("averagePool2d", average, x, window, options);

/**
 * The largest of each window of steps of sequences [B, T, C].
 * @throws ShapeError, ValueError as `maxPool2d`; UnsupportedError for lengths with `padding: "same"` and a stride, the
 *   window's own by default, since its zeros lie where the longest row puts them
 */
export const maxPool1d = (x: Tensor, window: number, options: Pool1dOptions = {}): Tensor =>
  pool1d("maxPool1d", largest, x, window, options);

/** The mean of each window of steps of sequences [B, T, C]. @throws ShapeError, ValueError, UnsupportedError as `maxPool1d` */
export const averagePool1d = (x: Tensor, window: number, options: Pool1dOptions = {}): Tensor =>
  pool1d("averagePool1d", average, x, window, options);

/** The largest of all steps: [B, T, C] to [B, C], of the steps within `lengths` where given; 0 of none. */
export function globalMaxPool1d(x: Tensor, lengths?: Tensor): Tensor {
  return globalPool1d("globalMaxPool1d", largest, x, lengths);
}

/** The mean of all steps: [B, T, C] to [B, C], of the steps within `lengths` where given; 0 of none. */
export function globalAveragePool1d(x: Tensor, lengths?: Tensor): Tensor {
  return globalPool1d("globalAveragePool1d", average, x, lengths);
}

function globalPool1d(where: string, of: Pooling, x: Tensor, lengths: Tensor | undefined): Tensor {
  expectDType(where, { x }, ...FLOATS);
  const { B, T, C } = expectShape(where, { x }, ["B", "T", "C"]) as Record<"B" | "T" | "C", number>;
  if (lengths) {
    expectDType(where, { lengths }, "u32");
    expectShape(where, { lengths }, [B], "One length for each row.");
  }
  const windows = placedInSteps(where, T, { name: "window", kernel: T, stride: 1, dilation: 1, padding: 0 });
  return pooled(where, of, x, { channels: "last", windows, padding: 0, N: B, C, shape: () => [B, C] }, lengths);
}

/** The largest of all pixels: [N, C, H, W] to [N, C]. */
export function globalMaxPool2d(x: Tensor): Tensor {
  expectShape("globalMaxPool2d", { x }, ["N", "C", "H", "W"]);
  return max(x, { axes: [2, 3] });
}

/** The mean of all pixels: [N, C, H, W] to [N, C]. */
export function globalAveragePool2d(x: Tensor): Tensor {
  expectShape("globalAveragePool2d", { x }, ["N", "C", "H", "W"]);
  return mean(x, { axes: [2, 3] });
}
