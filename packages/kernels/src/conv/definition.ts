import { optional, perCall, read, type StorageOptions, write } from "../core";

export interface ConvOptions extends StorageOptions {
  /** Whether an image lies as [channels, height, width], or as [height, width, channels]. */
  readonly channels: "first" | "last";
}

export const options: ConvOptions = { channels: "first" };

export const dims = {
  N: perCall("images"),
  G: perCall("groups of channels"),
  C: perCall("input channels of a group"),
  O: perCall("output channels of a group"),
  H: perCall("input height"),
  W: perCall("input width"),
  OH: perCall("output height"),
  OW: perCall("output width"),
  kH: perCall("kernel height"),
  kW: perCall("kernel width"),
  sH: perCall("stride down"),
  sW: perCall("stride across"),
  dH: perCall("dilation down"),
  dW: perCall("dilation across"),
  pH: perCall("rows of padding above"),
  pW: perCall("columns of padding on the left"),
};

/** Extents of a convolution: images, channels, windows. */
export type ConvDims = Readonly<Record<keyof typeof dims, number>>;

export const weightDims = { ...dims, S: perCall("parts that the images are dealt to") };

const WEIGHT = "G O C kH kW";

export const bindings = {
  x: read("f32", "N G C H W"),
  w: read("f32", WEIGHT),
  bias: optional(read("f32", "G O")),
  y: write("f32", "N G O OH OW"),
};

export const inputBindings = {
  dy: read("f32", "N G O OH OW"),
  w: read("f32", WEIGHT),
  dx: write("f32", "N G C H W"),
};

export const weightBindings = {
  x: read("f32", "N G C H W"),
  dy: read("f32", "N G O OH OW"),
  dw: write("f32", `S ${WEIGHT}`),
};

/** Of any of the three: each multiplies every output by every weight that makes it, and reads and writes three arrays. */
export function cost({ N, G, C, O, H, W, OH, OW, kH, kW }: ConvDims) {
  return {
    flops: 2 * N * G * O * OH * OW * C * kH * kW,
    bytes: 4 * (N * G * (C * H * W + O * OH * OW) + G * O * C * kH * kW),
  };
}

/** WGSL: how far apart the channels and the pixels of an array of images lie. */
export function steps(
  channels: ConvOptions["channels"],
  { all, pixels }: { all: string; pixels: string },
): { readonly channel: string; readonly pixel: string } {
  return channels === "first" ? { channel: pixels, pixel: "1u" } : { channel: "1u", pixel: all };
}

/** WGSL of the extents of the input and the output images. */
export const INPUT = { all: "(dims.G * dims.C)", own: "dims.C", pixels: "(dims.H * dims.W)" } as const;
export const OUTPUT = { all: "(dims.G * dims.O)", own: "dims.O", pixels: "(dims.OH * dims.OW)" } as const;
export const TAPS = "(dims.kH * dims.kW)";
