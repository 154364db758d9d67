import { expect, test } from "vitest";
import { attentionMaps } from "./attention-maps";
import { ConvolutionalGridEncoder } from "./convolutional-grid-encoder";
import { evenGeometry, geometryOf, type Window } from "./grid-geometry";

/** First and last pixel that cell `at` is made of, walking down through the windows. */
function pixelsOf(at: number, windows: readonly Window[]): [first: number, last: number] {
  return windows.reduceRight<[number, number]>(
    ([first, last], { kernelSize, stride, padding }) => [
      first * stride - padding,
      last * stride - padding + kernelSize - 1,
    ],
    [at, at],
  );
}

test.each([
  { layers: [{ kernelSize: 4, stride: 2, padding: 1 }], why: "one layer" },
  {
    layers: [
      { kernelSize: 5, stride: 1, padding: 2 },
      { kernelSize: 3, stride: 2, padding: 1 },
      { kernelSize: 2, stride: 3, padding: 0 },
    ],
    why: "strides of all kinds",
  },
])("cells are where the pixels are that they are made of: $why", ({ layers }) => {
  const { stride, start, receptiveField } = geometryOf([40, 40], layers);
  for (let at = 0; at < 3; at++) {
    const [first, last] = pixelsOf(at, layers);
    expect(last - first + 1).toBe(receptiveField[0]);
    expect((first + last + 1) / 2).toBe(start[0] + at * stride[0]);
  }
});

test("kernels that exceed their stride by an even number are centred on even parts of the image", () => {
  const layers = [4, 2, 2].map((kernelSize) => ({ channels: 4, kernelSize, stride: 2 }));
  const encoder = new ConvolutionalGridEncoder({ imageSize: [48, 32], layers });
  expect(encoder.grid).toEqual([6, 4]);
  expect(encoder.geometry).toEqual({ ...evenGeometry([48, 32], [6, 4]), receptiveField: [10, 10] });
});

test("maps of words have the image's size, and their highest point at the cell that counted most", () => {
  const encoder = new ConvolutionalGridEncoder({
    imageSize: [12, 18],
    layers: [{ channels: 4, kernelSize: 3, stride: 3 }],
  });
  const { grid, geometry } = encoder;
  expect(grid).toEqual([4, 6]);
  const weights = new Float32Array(2 * 24).fill(1 / 48);
  weights[2 * 6 + 4] = 0.5;
  weights[24 + 6 + 2] = 0.5;
  for (const method of ["nearest", "bilinear", "gaussian"] as const) {
    const { data, shape } = attentionMaps({ data: weights, shape: [2, 24] }, { grid, geometry, method });
    expect(shape).toEqual([2, 12, 18]);
    const places = [0, 1].map((word) => {
      const map = data.subarray(word * 216, (word + 1) * 216);
      const most = Math.max(...map);
      const at = [...map.entries()].filter(([, value]) => value === most).map(([pixel]) => pixel);
      const mean = (of: (pixel: number) => number) => at.reduce((sum, pixel) => sum + of(pixel), 0) / at.length;
      return [mean((pixel) => Math.floor(pixel / 18) + 0.5), mean((pixel) => (pixel % 18) + 0.5)];
    });
    expect(places).toEqual([
      [2 * 3 + 1.5, 4 * 3 + 1.5],
      [1 * 3 + 1.5, 2 * 3 + 1.5],
    ]);
  }
  expect(() => attentionMaps({ data: weights, shape: [4, 12] }, { grid, geometry })).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: attentionMaps: weights should be [T, 24], a number for each but is [4, 12] with 48 numbers. A row of weights belongs to each token of the target, the end included.]`,
  );
});
