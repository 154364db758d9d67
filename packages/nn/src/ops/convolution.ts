import {
  conv2dBackwardInput,
  conv2dBackwardWeight,
  conv2d as conv2dKernel,
  matmulParts,
  openDevice,
  reduceSum,
  reductionDims,
  ShapeError,
  sumParts,
} from "@unroll/kernels";
import { defineOp } from "../autograd/define-op";
import { elementwise, run } from "../graph/run";
import { FLOATS } from "../tensor/dtype";
import { refuseValue } from "../tensor/kind";
import { expectKnown } from "../tensor/known-options";
import { expectDType, expectShape, type Shape } from "../tensor/shape";
import type { Tensor } from "../tensor/tensor";
import { joinKnown } from "./concat";
import { type Extent2d, type Padding1d, type Padding2d, pair, placed, placedInSteps, type Windows } from "./windows";

type Inputs = { readonly x: Tensor; readonly weight: Tensor; readonly bias: Tensor | undefined };

interface Attributes {
  readonly channels: "first" | "last";
  readonly dims: Windows & { readonly N: number; readonly G: number; readonly C: number; readonly O: number };
  readonly shape: Shape;
  /** As it was asked for. */
  readonly padding: Padding2d | Padding1d;
}

const convolution = defineOp<Inputs, Attributes, { y: Tensor }, Inputs>({
  name: "conv2d",
  forward(inputs, { channels, dims, shape }) {
    const { x, weight: w, bias } = inputs;
    const call = { dims, options: { channels }, shapes: { y: shape }, dtypes: { y: x.dtype } };
    return { out: { y: run(conv2dKernel, { x, w, bias }, call).y }, saved: inputs };
  },
  // dx and dw are convolutions of dy with w and with x, db = Σ dy over images and pixels. Those of the parameters are f32
  // even where these are halves: the parameters that they were rounded from are f32.
  backward({ y: dy }, { x, weight: w, bias }, needs, { channels, dims }) {
    if (!dy) return {};
    const options = { channels };
    const gradients: { x?: Tensor; weight?: Tensor; bias?: Tensor } = {};
    if (needs.has("x")) {
      const call = { dims, options, shapes: { dx: x.shape }, dtypes: { dx: x.dtype } };
      gradients.x = run(conv2dBackwardInput, { dy, w }, call).dx;
    }
    if (needs.has("weight")) gradients.weight = weightGradient({ x, dy, shape: w.shape }, options, dims);
    if (bias && needs.has("bias")) gradients.bias = biasGradient(dy, channels, bias.shape);
    return gradients;
  },
  // Of one weight that the steps of a loop, say, were convolved with one at a time: their images end to end, then the same.
  shared: {
    inputs: ["weight", "bias"],
    key: ({ channels, dims }) => JSON.stringify([channels, dims]),
    backward(records, needs) {
      const [{ saved, attributes }] = records as [(typeof records)[number]];
      const { weight: w, bias } = saved;
      const { channels, dims } = attributes;
      const dy = joinAlike(records.map(({ dOut }) => dOut.y as Tensor));
      const x = joinAlike(records.map(({ saved: { x: part } }) => part));
      const all = { ...dims, N: records.length * dims.N };
      return {
        ...(needs.has("weight") ? { weight: weightGradient({ x, dy, shape: w.shape }, { channels }, all) } : {}),
        ...(bias && needs.has("bias") ? { bias: biasGradient(dy, channels, bias.shape) } : {}),
      };
    },
  },
});

/** Images of several records end to end, in f32 unless all are of one dtype. */
function joinAlike(images: readonly Tensor[]): Tensor {
  const [first] = images as [Tensor];
  const areAlike = images.every(({ dtype }) => dtype === first.dtype);
  return joinKnown(areAlike ? images : images.map((image) => elementwise("identity", [image], image.shape, "f32")), 0);
}

/** db = Σ dy over images and pixels. */
function biasGradient(dy: Tensor, channels: Attributes["channels"], shape: Shape): Tensor {
  const channel = channels === "first" ? 1 : dy.rank - 1;
  const axes = dy.shape.flatMap((_, axis) => (axis === channel ? [] : [axis]));
  return run(reduceSum, { x: dy }, { ...reductionDims(dy.shape, axes), shapes: { out: shape } }).out;
}

/** In as many parts as keep a GPU busy, by a rule of the sizes, as the gradient of any weight is. */
function weightGradient(
  { x, dy, shape }: { readonly x: Tensor; readonly dy: Tensor; readonly shape: Shape },
  options: Pick<Attributes, "channels">,
  dims: Attributes["dims"],
): Tensor {
  const MN = dims.G * dims.O * dims.C * dims.kH * dims.kW;
  const device = x.storage?.device ?? openDevice();
  const size = { M: dims.G * dims.O, N: dims.C * dims.kH * dims.kW, periods: dims.N };
  const S = device && dims.N > 0 ? matmulParts(size, device.adapter) : 1;
  const shapes = S === 1 ? { shapes: { dw: shape } } : {};
  const { dw } = run(conv2dBackwardWeight, { x, dy }, { dims: { ...dims, S }, options, ...shapes });
  return S === 1 ? dw : run(sumParts, { parts: dw }, { dims: { S, MN, M: 0 }, shapes: { c: shape } }).c;
}

/** Names of the options of both convolutions. */
export const CONVOLUTION_OPTIONS = ["stride", "padding", "dilation", "groups"];

export interface Conv2dOptions {
  /** 1 by default. */
  stride?: Extent2d;
  /**
   * Zeros on each side, for both axes or for [height, width]; "valid": none; "same": as many as make the output
   * ⌈input/stride⌉, the odd one at the end.
   */
  padding?: Padding2d;
  /** 1 by default. */
  dilation?: Extent2d;
  /** Groups of channels, each seen by its own share of the outputs; 1 by default. */
  groups?: number;
}

/**
 * Convolution of images, as PyTorch's `conv2d` and Keras's `Conv2D` with channels first:
 *   y[n, o, i, j] = b[o] + Σ_{c, a, b} w[o, c, a, b]·x[n, c, i·stride + a·dilation − padding, j·stride + b·dilation − padding]
 * @param x [N, C, H, W]
 * @param weight [O, C/groups, kernel height, kernel width]
 * @param bias [O]
 * @returns [N, O, H′, W′] of the dtype of x, H′ = ⌊(H + padding − dilation·(kernel − 1) − 1)/stride⌋ + 1
 * @throws ShapeError if channels and groups do not divide, shapes do not fit, or the kernel is larger than the padded image
 * @throws ValueError if a stride, dilation or number of groups is not a positive whole number, or the padding is none
 */
export function conv2d(x: Tensor, weight: Tensor, bias?: Tensor, options: Conv2dOptions = {}): Tensor {
  const where = "conv2d";
  expectKnown(where, options, CONVOLUTION_OPTIONS);
  expectDType(where, { x, weight, ...(bias ? { bias } : {}) }, ...FLOATS);
  const { N, C, H, W } = expectShape(where, { x }, ["N", "C", "H", "W"]) as Record<"N" | "C" | "H" | "W", number>;
  expectShape(where, { weight }, ["O", "C/groups", "kH", "kW"]);
  const [O, own, kH, kW] = weight.shape as [number, number, number, number];
  const groups = expectGroups(where, { C, own, O }, options.groups ?? 1);
  if (bias) expectShape(where, { bias }, [O]);
  const { padding = 0 } = options;
  const windows = placed(where, {
    input: [H, W],
    kernel: [kH, kW],
    stride: pair(where, "stride", options.stride ?? 1),
    dilation: pair(where, "dilation", options.dilation ?? 1),
    padding,
  });
  const dims = { N, G: groups, C: own, O: O / groups, ...windows };
  const shape = [N, O, windows.OH, windows.OW];
  return convolution({ x, weight, bias }, { channels: "first", dims, shape, padding }).y;
}

export interface Conv1dOptions {
  /** 1 by default. */
  stride?: number;
  /**
   * Zeros at each end; "valid": none; "same": as many as make the output ⌈T/stride⌉, the odd one at the end;
   * "causal": all at the start, so that a step sees none that come after it.
   */
  padding?: Padding1d;
  /** 1 by default. */
  dilation?: number;
  /** Groups of channels, each seen by its own share of the outputs; 1 by default. */
  groups?: number;
}

/**
 * Convolution along the steps of sequences, which lie as everywhere here with their features last:
 *   y[b, t, o] = bias[o] + Σ_{c, k} w[o, c, k]·x[b, t·stride + k·dilation − padding, c]
 * The weight is PyTorch's own; its `Conv1d` takes and gives [B, C, T].
 * @param x [B, T, C]
 * @param weight [O, C/groups, kernel]
 * @param bias [O]
 * @returns [B, T′, O] of the dtype of x, T′ = ⌊(T + padding − dilation·(kernel − 1) − 1)/stride⌋ + 1
 * @throws ShapeError, ValueError as `conv2d`
 */
export function conv1d(x: Tensor, weight: Tensor, bias?: Tensor, options: Conv1dOptions = {}): Tensor {
  const where = "conv1d";
  expectKnown(where, options, CONVOLUTION_OPTIONS);
  expectDType(where, { x, weight, ...(bias ? { bias } : {}) }, ...FLOATS);
  const { B, T, C } = expectShape(where, { x }, ["B", "T", "C"]) as Record<"B" | "T" | "C", number>;
  expectShape(where, { weight }, ["O", "C/groups", "k"]);
  const [O, own, k] = weight.shape as [number, number, number];
  const groups = expectGroups(where, { C, own, O }, options.groups ?? 1);
  if (bias) expectShape(where, { bias }, [O]);
  const { stride = 1, dilation = 1, padding = 0 } = options;
  const windows = placedInSteps(where, T, { kernel: k, stride, dilation, padding });
  const dims = { N: B, G: groups, C: own, O: O / groups, ...windows };
  return convolution({ x, weight, bias }, { channels: "last", dims, shape: [B, windows.OW, O], padding }).y;
}

/** @throws ShapeError, ValueError unless `groups` is a whole number that divides C into `own` each, and O */
export function expectGroups(
  where: string,
  { C, own, O }: { readonly C: number; readonly own: number; readonly O: number },
  groups: number,
): number {
  if (!(Number.isInteger(groups) && groups > 0)) {
    refuseValue(where, { groups }, "a positive whole number");
  }
  if (O % groups !== 0) {
    throw new ShapeError({
      where,
      what: "the output channels",
      expected: `divisible by groups = ${groups}`,
      received: String(O),
    });
  }
  if (own * groups !== C) {
    throw new ShapeError({
      where,
      what: "the input channels",
      expected: `${own * groups}, as a weight of ${own} a group and groups = ${groups} take,`,
      received: String(C),
    });
  }
  return groups;
}
