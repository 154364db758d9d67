import { type Float64Tensor, normal } from "@unroll/testing";
import {
  averagePool1d,
  averagePool2d,
  globalAveragePool1d,
  globalAveragePool2d,
  globalMaxPool1d,
  globalMaxPool2d,
  maxPool1d,
  maxPool2d,
  type Tensor,
  tensor,
} from "../..";
import { average, build } from "../arrays.reference";
import type { OpCase } from "../check-op";

type Reduce = (values: readonly number[]) => number;
const largest: Reduce = (values) => Math.max(...values);
const orZero =
  (of: Reduce): Reduce =>
  (values) =>
    values.length === 0 ? 0 : of(values);

/** `of` each window of images [N, C, H, W], from \`pad\` before the image on. */
function pool64(x: Float64Tensor, of: Reduce, [kH, kW]: number[], [sH, sW]: number[], pad: number): Float64Tensor {
  const [N = 0, C = 0, H = 0, W = 0] = x.shape;
  const out = (extent: number, k = 1, s = 1): number => Math.floor((extent + 2 * pad - k) / s) + 1;
  return build([N, C, out(H, kH, sH), out(W, kW, sW)], ([n = 0, c = 0, i = 0, j = 0]) => {
    const values: number[] = [];
    for (let a = 0; a < (kH ?? 1); a++)
      for (let b = 0; b < (kW ?? 1); b++) {
        const [row, column] = [i * (sH ?? 1) + a - pad, j * (sW ?? 1) + b - pad];
        if (row < 0 || row >= H || column < 0 || column >= W) continue;
        values.push(x.data[((n * C + c) * H + row) * W + column] as number);
      }
    return of(values);
  });
}

const lengths = [5, 0, 3];
const known = (): Tensor => tensor(Uint32Array.from(lengths));

/** `of` each window of steps within the lengths of [B, T, C]. */
function steps64(x: Float64Tensor, of: Reduce, window: number, stride: number): Float64Tensor {
  const [B = 0, T = 0, C = 0] = x.shape;
  return build([B, Math.floor((T - window) / stride) + 1, C], ([b = 0, i = 0, c = 0]) => {
    const places = Array.from({ length: window }, (_, k) => i * stride + k).filter((t) => t < (lengths[b] as number));
    return orZero(of)(places.map((t) => x.data[(b * T + t) * C + c] as number));
  });
}

// a mean is a sum of at most 20 numbers below 4, and a quotient; normal draws have no equals for a difference to mix up
const MEAN = 20 * 4 + 4;
const image = normal([2, 3, 4, 5], { seed: 1 });
const sequence = normal([3, 5, 4], { seed: 2 });
const flat = ({ shape: [a = 0, , c = 0], data }: Float64Tensor): Float64Tensor => ({ shape: [a, c], data });

export const poolCases: readonly OpCase[] = [
  {
    name: "max",
    of: largest,
    roundings: 1,
    two: maxPool2d,
    one: maxPool1d,
    all: globalMaxPool1d,
    pixels: globalMaxPool2d,
  },
  {
    name: "average",
    of: average,
    roundings: MEAN,
    two: averagePool2d,
    one: averagePool1d,
    all: globalAveragePool1d,
    pixels: globalAveragePool2d,
  },
].flatMap(({ name, of, roundings, two, one, all, pixels }): OpCase[] => {
  const shared = { roundings };
  const global = name === "max" ? "globalMaxPool" : "globalAveragePool";
  return [
    {
      ...shared,
      op: `${name}Pool2d`,
      why: "windows side by side",
      inputs: [image],
      run: (x) => two(x, 2),
      reference: (x) => pool64(x as Float64Tensor, of, [2, 2], [2, 2], 0),
    },
    {
      ...shared,
      op: `${name}Pool2d`,
      why: "windows that overlap and reach past the image",
      inputs: [image],
      run: (x) => two(x, [2, 3], { stride: [1, 2], padding: 1 }),
      reference: (x) => pool64(x as Float64Tensor, of, [2, 3], [1, 2], 1),
    },
    {
      ...shared,
      op: `${name}Pool1d`,
      why: "steps within their lengths",
      inputs: [sequence],
      run: (x) => one(x, 2, { stride: 1, lengths: known() }),
      reference: (x) => steps64(x as Float64Tensor, of, 2, 1),
    },
    {
      ...shared,
      op: `${global}1d`,
      why: "all steps within their lengths",
      inputs: [sequence],
      run: (x) => all(x, known()),
      reference: (x) => flat(steps64(x as Float64Tensor, of, 5, 1)),
    },
    {
      ...shared,
      op: `${global}2d`,
      why: "all pixels",
      inputs: [image],
      run: (x) => pixels(x),
      reference: (x) =>
        build([2, 3], ([n = 0, c = 0]) =>
          of([...image.data.keys()].slice(0, 20).map((p) => (x as Float64Tensor).data[(n * 3 + c) * 20 + p] as number)),
        ),
    },
  ];
});
