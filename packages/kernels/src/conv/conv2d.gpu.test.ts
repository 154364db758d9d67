import { normal } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { runKernel } from "../core";
import { checkKernel } from "../test-support/check-kernel";
import { useTestDevice } from "../test-support/device";
import { conv2d, conv2dBackwardInput, conv2dBackwardWeight } from "./conv2d";
import { type Convolution, conv2dBackwardReference, conv2dReference } from "./conv2d.reference";

const gpu = useTestDevice();

/** A convolution of given sizes, its output as large as the padding at the end, by default that of the start, makes it. */
function convolution(of: Partial<Convolution> & { endH?: number; endW?: number }): Convolution {
  const { endH, endW, ...given } = of;
  const d = {
    ...{ N: 1, G: 1, C: 1, O: 1, H: 1, W: 1, kH: 1, kW: 1, sH: 1, sW: 1, dH: 1, dW: 1, pH: 0, pW: 0 },
    ...given,
  };
  const out = (extent: number, pads: number, k: number, s: number, dilation: number): number =>
    Math.floor((extent + pads - dilation * (k - 1) - 1) / s) + 1;
  return {
    ...d,
    OH: out(d.H, d.pH + (endH ?? d.pH), d.kH, d.sH, d.dH),
    OW: out(d.W, d.pW + (endW ?? d.pW), d.kW, d.sW, d.dW),
  };
}

const SIZES: { why: string; d: Convolution }[] = [
  { why: "smallest", d: convolution({}) },
  { why: "3 x 3 with padding", d: convolution({ N: 2, C: 3, O: 5, H: 7, W: 6, kH: 3, kW: 3, pH: 1, pW: 1 }) },
  { why: "strides that leave a rest", d: convolution({ N: 3, C: 5, O: 9, H: 9, W: 8, kH: 3, kW: 2, sH: 2, sW: 3 }) },
  { why: "strides longer than the kernel", d: convolution({ C: 2, O: 3, H: 9, W: 7, kH: 2, kW: 1, sH: 3, sW: 2 }) },
  {
    why: "dilation beside stride",
    d: convolution({ N: 2, C: 3, O: 4, H: 9, W: 11, kH: 3, kW: 3, sH: 2, dH: 2, dW: 3, pH: 2, pW: 3 }),
  },
  { why: "groups", d: convolution({ N: 2, G: 3, C: 2, O: 5, H: 5, W: 5, kH: 2, kW: 2, pH: 1, endH: 0 }) },
  { why: "a kernel for each channel", d: convolution({ N: 2, G: 6, H: 6, W: 5, kH: 3, kW: 3, pH: 1, pW: 1 }) },
  { why: "more padding than kernel", d: convolution({ C: 2, O: 2, H: 2, W: 3, kH: 2, kW: 2, pH: 3, pW: 2 }) },
  { why: "a sequence, causal", d: convolution({ N: 3, C: 17, O: 35, W: 13, kW: 4, dW: 2, pW: 6, endW: 0 }) },
  { why: "tiles that overhang", d: convolution({ N: 3, C: 33, O: 67, H: 9, W: 8, kH: 3, kW: 3, pH: 1, pW: 1 }) },
  { why: "no image", d: convolution({ N: 0, C: 2, O: 3, H: 4, W: 4, kH: 2, kW: 2 }) },
];

/** One rounding a product and two more, each at most 2⁻²⁴ of what the sizes of all products add up to. */
const tolerance = (products: number, magnitude: Float64Array) => ({
  absolute: (products + 2) * magnitude.reduce((a, b) => Math.max(a, b), 1) * 2 ** -24,
});

describe.each(["first", "last"] as const)("channels %s", (channels) => {
  describe.each(SIZES)("$why", ({ d }) => {
    const x = normal([d.N * d.G * d.C * d.H * d.W], { seed: 1 }).data;
    const w = normal([d.G * d.O * d.C * d.kH * d.kW], { seed: 2 }).data;
    const bias = normal([d.G * d.O], { seed: 3 }).data;
    const dy = normal([d.N * d.G * d.O * d.OH * d.OW], { seed: 4 }).data;
    const sizes = { x: x.map(Math.abs), w: w.map(Math.abs), bias: bias.map(Math.abs), dy: dy.map(Math.abs) };
    const options = { channels };
    const backward = conv2dBackwardReference(d, options, { x, w, dy });
    const magnitudes = conv2dBackwardReference(d, options, sizes);
    const taps = d.kH * d.kW;

    test("forward", async () => {
      const bound = tolerance(d.C * taps + 1, conv2dReference(d, options, sizes));
      for (const inputs of [
        { x, w, bias },
        { x, w },
      ]) {
        const expected = { y: conv2dReference(d, options, inputs) };
        await checkKernel(gpu.device, conv2d, { dims: d, options, inputs, expected, tolerance: bound });
      }
    });

    test("backward for the input", async () => {
      await checkKernel(gpu.device, conv2dBackwardInput, {
        ...{ dims: d, options, inputs: { dy, w }, expected: { dx: backward.dx } },
        tolerance: tolerance(d.O * taps, magnitudes.dx),
      });
    });

    test("backward for the weights", async () => {
      await checkKernel(gpu.device, conv2dBackwardWeight, {
        ...{ dims: { ...d, S: 1 }, options, inputs: { x, dy }, expected: { dw: backward.dw } },
        tolerance: tolerance(d.N * d.OH * d.OW, magnitudes.dw),
      });
    });
  });
});

test("parts of the weights' gradient are those of their images", async () => {
  const d = convolution({ N: 6, C: 3, O: 9, H: 4, W: 5, kH: 2, kW: 2 });
  const [x, dy] = [normal([6, 60], { seed: 1 }).data, normal([6, 108], { seed: 2 }).data];
  const part = (s: number) => {
    const of = { x: x.subarray(s * 120, (s + 1) * 120), dy: dy.subarray(s * 216, (s + 1) * 216) };
    return conv2dBackwardReference({ ...d, N: 2 }, { channels: "first" }, { ...of, w: new Float64Array(108) }).dw;
  };
  await checkKernel(gpu.device, conv2dBackwardWeight, {
    dims: { ...d, S: 3 },
    inputs: { x, dy },
    expected: { dw: [0, 1, 2].flatMap((s) => [...part(s)]) },
    tolerance: { absolute: 24 * 100 * 2 ** -24 }, // 24 products of at most 4·4, and their sums below 100
  });
});

test("more images, and steps of zero gradient, change no bit", async () => {
  const d = convolution({ N: 2, C: 5, O: 20, W: 9, kW: 3, pW: 1 });
  const longer = { ...d, N: 5, W: 12, OW: 12 };
  const widen = (from: Float32Array, channels: number) => {
    const into = new Float32Array(5 * 12 * channels);
    for (let n = 0; n < 2; n++) into.set(from.subarray(n * 9 * channels, (n + 1) * 9 * channels), n * 12 * channels);
    return into;
  };
  const x = Float32Array.from(normal([90], { seed: 1 }).data);
  const w = Float32Array.from(normal([300], { seed: 2 }).data);
  const dy = Float32Array.from(normal([360], { seed: 3 }).data);
  const options = { channels: "last" } as const;
  const run = async (dims: Convolution, x: Float32Array<ArrayBuffer>, dy: Float32Array<ArrayBuffer>) => {
    const [{ dw }, { dx }, { y }] = await Promise.all([
      runKernel(gpu.device, conv2dBackwardWeight, { dims: { ...dims, S: 1 }, options, inputs: { x, dy } }),
      runKernel(gpu.device, conv2dBackwardInput, { dims, options, inputs: { dy, w } }),
      runKernel(gpu.device, conv2d, { dims, options, inputs: { x, w } }),
    ]);
    return { dw, dx: dx?.slice(0, 45), y: y?.slice(0, 180) };
  };
  const short = await run(d, x, dy);
  expect(short.dw?.every((value) => value !== 0)).toBe(true);
  expect(await run(longer, widen(x, 5), widen(dy, 20))).toEqual(short);
});
