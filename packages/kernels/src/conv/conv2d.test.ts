import { float64, gradcheck, normal } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { DEFAULT_LIMITS, specialise } from "../core";
import { conv2d } from "./conv2d";
import { type Convolution, conv2dBackwardReference, conv2dReference } from "./conv2d.reference";

const plain: Convolution = {
  ...{ N: 1, G: 1, C: 1, O: 1, H: 3, W: 3, OH: 2, OW: 2 },
  ...{ kH: 2, kW: 2, sH: 1, sW: 1, dH: 1, dW: 1, pH: 0, pW: 0 },
};
const first = { channels: "first" } as const;

describe("the reference", () => {
  test("slides a kernel over an image as written on paper", () => {
    const x = Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9);
    const w = Float64Array.of(1, 0, 0, -1);
    expect([...conv2dReference(plain, first, { x, w, bias: Float64Array.of(10) })]).toEqual([6, 6, 6, 6]);
  });

  test("channels last is the same numbers in another order", () => {
    const d: Convolution = { ...plain, C: 2, W: 1, OW: 1, kW: 1 };
    const w = Float64Array.of(1, 2, 3, 4);
    const x = Float64Array.of(1, 2, 3, 10, 20, 30);
    const turned = Float64Array.of(1, 10, 2, 20, 3, 30);
    expect(conv2dReference(d, { channels: "last" }, { x: turned, w })).toEqual(conv2dReference(d, first, { x, w }));
  });

  test.each([
    { channels: "first", G: 1 },
    { channels: "last", G: 2 },
  ] as const)("gradients equal central differences: $G groups, channels $channels", ({ channels, G }) => {
    const d: Convolution = {
      ...{ N: 2, G, C: 2, O: 3, H: 5, W: 4, OH: 3, OW: 4 },
      ...{ kH: 2, kW: 3, sH: 2, sW: 1, dH: 2, dW: 1, pH: 1, pW: 1 },
    };
    const yShape = [d.N, G * d.O * d.OH * d.OW];
    const [x, w] = [
      [d.N, G * d.C * d.H * d.W],
      [G * d.O, d.C, d.kH, d.kW],
    ];
    const result = gradcheck(
      {
        forward: ({ x, w, bias }) => {
          const inputs = { x: x.data, w: w.data, bias: bias.data };
          return { y: float64(yShape, conv2dReference(d, { channels }, inputs)) };
        },
        backward: ({ x, w, bias }, { y }) => {
          const { dx, dw, dBias } = conv2dBackwardReference(d, { channels }, { x: x.data, w: w.data, dy: y.data });
          return { x: float64(x.shape, dx), w: float64(w.shape, dw), bias: float64(bias.shape, dBias) };
        },
      },
      { x: normal(x, { seed: 1 }), w: normal(w, { seed: 2 }), bias: normal([G * d.O], { seed: 3 }) },
      { step: 1e-5 },
    );
    // bilinear: no truncation, and cancellation ε·|L|/step = 1e-10, over gradients no smaller than 1e-3
    expect(result.worst, result.where).toBeLessThan(1e-6);
  });
});

describe("the kernel's plan", () => {
  test("another image, kernel, stride or padding compiles nothing", () => {
    const code = (dims: Convolution): string =>
      specialise(conv2d, { dims: { ...dims }, bindings: ["x", "w", "y"] }, DEFAULT_LIMITS).code;
    const large = {
      ...plain,
      N: 7,
      C: 32,
      O: 64,
      H: 28,
      W: 28,
      OH: 14,
      OW: 14,
      kH: 3,
      kW: 3,
      sH: 2,
      sW: 2,
      pH: 1,
      pW: 1,
    };
    expect(code(large)).toBe(code(plain));
  });
});
