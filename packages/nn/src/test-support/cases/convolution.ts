import type { Float64Tensor } from "@unroll/testing";
import { type Conv1dOptions, type Conv2dOptions, conv1d, conv2d, maskSteps, type Tensor, tensor } from "../..";
import { build } from "../arrays.reference";
import { type OpCase, whole } from "../check-op";

interface Case {
  readonly why: string;
  readonly x: number[];
  readonly w: number[];
  readonly options?: Conv2dOptions;
  /** What `options` mean: zeros before and after, down and across. */
  readonly pads?: readonly [top: number, bottom: number, left: number, right: number];
}

const images: readonly Case[] = [
  { why: "no padding", x: [2, 3, 5, 4], w: [4, 3, 3, 2] },
  { why: "a number of zeros", x: [1, 2, 4, 5], w: [3, 2, 3, 3], options: { padding: 1 }, pads: [1, 1, 1, 1] },
  { why: "zeros for each axis", x: [1, 2, 3, 3], w: [2, 2, 1, 3], options: { padding: [0, 2] }, pads: [0, 0, 2, 2] },
  { why: "same, an even kernel", x: [1, 1, 4, 5], w: [2, 1, 2, 4], options: { padding: "same" }, pads: [0, 1, 1, 2] },
  {
    why: "same, with a stride",
    x: [1, 2, 6, 5],
    w: [2, 2, 3, 3],
    options: { padding: "same", stride: 2 },
    pads: [0, 1, 1, 1],
  },
  {
    why: "valid, strides and dilations",
    x: [2, 1, 7, 8],
    w: [2, 1, 2, 3],
    options: { stride: [2, 3], dilation: [3, 2] },
  },
  { why: "groups", x: [2, 4, 3, 3], w: [6, 2, 2, 2], options: { groups: 2 } },
];

const steps: readonly (Omit<Case, "options"> & { options?: Conv1dOptions })[] = [
  { why: "no padding", x: [2, 5, 3], w: [4, 3, 2] },
  {
    why: "a number of zeros and a stride",
    x: [1, 6, 2],
    w: [3, 2, 3],
    options: { padding: 2, stride: 2 },
    pads: [0, 0, 2, 2],
  },
  { why: "causal", x: [2, 5, 2], w: [2, 2, 3], options: { padding: "causal", dilation: 2 }, pads: [0, 0, 4, 0] },
  { why: "same", x: [1, 5, 2], w: [2, 2, 4], options: { padding: "same" }, pads: [0, 0, 1, 2] },
  { why: "groups", x: [1, 4, 6], w: [3, 2, 2], options: { groups: 3 } },
];

const two = (extent: number | readonly [number, number] = 1): readonly [number, number] =>
  typeof extent === "number" ? [extent, extent] : extent;

/** The sum as it is written, image by image. */
function conv64({ options = {}, pads = [0, 0, 0, 0] }: Case, x: Float64Tensor, w: Float64Tensor, b?: Float64Tensor) {
  const [N, C, H, W] = x.shape as [number, number, number, number];
  const [O, own, kH, kW] = w.shape as [number, number, number, number];
  const [[sH, sW], [dH, dW]] = [two(options.stride), two(options.dilation)];
  const [top, bottom, left, right] = pads;
  const out = (extent: number, k: number, s: number, d: number): number =>
    Math.floor((extent - d * (k - 1) - 1) / s) + 1;
  const shape = [N, O, out(H + top + bottom, kH, sH, dH), out(W + left + right, kW, sW, dW)];
  return build(shape, ([n = 0, o = 0, i = 0, j = 0]) => {
    let sum = b?.data[o] ?? 0;
    const from = Math.floor(o / (O / (options.groups ?? 1))) * own;
    for (let c = 0; c < own; c++)
      for (let a = 0; a < kH; a++)
        for (let e = 0; e < kW; e++) {
          const [row, column] = [i * sH + a * dH - top, j * sW + e * dW - left];
          if (row < 0 || row >= H || column < 0 || column >= W) continue;
          const value = x.data[((n * C + from + c) * H + row) * W + column] as number;
          sum += (w.data[((o * own + c) * kH + a) * kW + e] as number) * value;
        }
    return sum;
  });
}

/** [B, T, C] as an image [B, C, 1, T], and back. */
const turned = ({ shape: [B = 0, T = 0, C = 0], data }: Float64Tensor): Float64Tensor =>
  build([B, C, 1, T], ([b = 0, c = 0, , t = 0]) => data[(b * T + t) * C + c] as number);
const back = ({ shape: [B = 0, O = 0, , T = 0], data }: Float64Tensor): Float64Tensor =>
  build([B, T, O], ([b = 0, t = 0, o = 0]) => data[(b * O + o) * T + t] as number);

function conv1d64(of: (typeof steps)[number], x: Float64Tensor, w: Float64Tensor, b?: Float64Tensor): Float64Tensor {
  const { stride = 1, dilation = 1, groups = 1 } = of.options ?? {};
  const image: Case = { ...of, options: { stride: [1, stride], dilation: [1, dilation], groups } };
  const [O = 0, own = 0, k = 0] = w.shape;
  return back(conv64(image, turned(x), { shape: [O, own, 1, k], data: w.data }, b));
}

const lengths = tensor(Uint32Array.of(3, 0, 4));

/** Sums of products of small whole numbers are exact in any order. */
export const convolutionCases: readonly OpCase[] = [
  ...images.flatMap((of): OpCase[] => [
    {
      op: "conv2d",
      why: of.why,
      inputs: [whole(of.x, { seed: 1 }), whole(of.w, { seed: 2 }), whole(of.w.slice(0, 1), { seed: 3 })],
      run: (x: Tensor, w: Tensor, b: Tensor) => conv2d(x, w, b, of.options),
      reference: (x: Float64Tensor, w: Float64Tensor, b: Float64Tensor) => conv64(of, x, w, b),
      roundings: 0,
    },
  ]),
  ...steps.flatMap((of): OpCase[] => [
    {
      op: "conv1d",
      why: of.why,
      inputs: [whole(of.x, { seed: 4 }), whole(of.w, { seed: 5 }), whole(of.w.slice(0, 1), { seed: 6 })],
      run: (x: Tensor, w: Tensor, b: Tensor) => conv1d(x, w, b, of.options),
      reference: (x: Float64Tensor, w: Float64Tensor, b: Float64Tensor) => conv1d64(of, x, w, b),
      roundings: 0,
    },
  ]),
  {
    op: "conv1d",
    why: "no bias",
    inputs: [whole([2, 4, 2], { seed: 7 }), whole([3, 2, 2], { seed: 8 })],
    run: (x, w) => conv1d(x, w),
    reference: (x, w) => conv1d64({ why: "", x: [], w: [] }, x as Float64Tensor, w as Float64Tensor),
    roundings: 0,
  },
  {
    op: "maskSteps",
    why: "rows of other lengths, one of them empty",
    inputs: [whole([3, 4, 2], { seed: 9 })],
    run: (x) => maskSteps(x, lengths),
    reference: (x) =>
      build([3, 4, 2], ([b = 0, t = 0, c = 0]) =>
        t < ([3, 0, 4][b] as number) ? ((x as Float64Tensor).data[(b * 4 + t) * 2 + c] as number) : 0,
      ),
    roundings: 0,
  },
];
