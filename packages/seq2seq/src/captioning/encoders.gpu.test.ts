import { grad, random, square, sum, tensor } from "@unroll/nn";
import { expectClose } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { numbers } from "../test-support/batches";
import { useTestDevice } from "../test-support/device";
import { ConvolutionalGridEncoder } from "./convolutional-grid-encoder";
import { FeatureGridEncoder } from "./feature-grid-encoder";
import type { GridEncoder } from "./grid-encoder";

useTestDevice();
const B = 2;
const [HEIGHT, WIDTH, D] = [9, 14, 5];

const ofImages = (positions: boolean) =>
  new ConvolutionalGridEncoder({
    imageSize: [HEIGHT, WIDTH],
    layers: [
      { channels: 3, kernelSize: 4 },
      { channels: D, kernelSize: 3, stride: 2 },
    ],
    positions,
    rng: random(1),
  });

const encoders: Record<string, { make: () => GridEncoder; source: readonly number[]; grid: readonly number[] }> = {
  convolutions: { make: () => ofImages(false), source: [HEIGHT, WIDTH, 3], grid: [2, 4] },
  "convolutions that know their places": { make: () => ofImages(true), source: [HEIGHT, WIDTH, 3], grid: [2, 4] },
  "features as they are": { make: () => new FeatureGridEncoder(D), source: [3, 2, D], grid: [3, 2] },
  "features of one cell": { make: () => new FeatureGridEncoder(D, { grid: [1, 1] }), source: [1, 1, D], grid: [1, 1] },
  "features projected, in their places": {
    make: () => new FeatureGridEncoder(4, { grid: [3, 2], size: D, positions: true, rng: random(1) }),
    source: [3, 2, 4],
    grid: [3, 2],
  },
};

describe.each(Object.entries(encoders))("%s", (_, { make, source, grid }) => {
  test("give a memory of their cells, and its mean for a state", async () => {
    const encoder = make();
    const { memory, lengths, state, grid: found } = encoder.encode(numbers([B, ...source], 3));
    const S = (grid[0] as number) * (grid[1] as number);
    expect([found, memory.shape, lengths, encoder.memorySize]).toEqual([grid, [B, S, D], undefined, D]);
    expect([state.length, encoder.stateSizes, encoder.hasCell]).toEqual([1, [D], false]);
    const [cells, h] = [await memory.data(), await state[0]?.h.data()];
    const mean = Float64Array.from({ length: B * D }, (_x, k) => {
      const [b, d] = [Math.floor(k / D), k % D];
      return Array.from({ length: S }, (_y, s) => cells[(b * S + s) * D + d] as number).reduce((x, y) => x + y, 0) / S;
    });
    // S ≤ 8 additions of numbers below 8
    expectClose("mean", h ?? [], mean, { absolute: 64 * 2 ** -24 });
  });

  test("are trained with the rest: every parameter gets a gradient", async () => {
    const encoder = make();
    const { memory } = encoder.encode(numbers([B, ...source], 3));
    for (const gradient of grad(sum(square(memory)), encoder.parameters()))
      expect(await sum(square(gradient)).item()).toBeGreaterThan(0);
  });
});

test("a cell sees its receptive field, where its geometry says it is, and no more", async () => {
  const encoder = ofImages(false);
  const { stride, start, receptiveField } = encoder.geometry;
  const image = Float32Array.from(await numbers([1, HEIGHT, WIDTH, 3], 3).data());
  const cellsOf = async (pixels: Float32Array<ArrayBuffer>) =>
    encoder.encode(tensor(pixels, { shape: [1, HEIGHT, WIDTH, 3] })).memory.data();
  const before = await cellsOf(image);
  const seen = new Set<string>();
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const changed = image.slice();
      for (let c = 0; c < 3; c++) changed[(y * WIDTH + x) * 3 + c] = 5 + (image[(y * WIDTH + x) * 3 + c] as number);
      const after = await cellsOf(changed);
      for (let cell = 0; cell < 8; cell++) {
        if (after.subarray(cell * D, cell * D + D).every((value, d) => value === before[cell * D + d])) continue;
        const place = [Math.floor(cell / 4), cell % 4];
        const far = [y, x].map((at, axis) =>
          Math.abs(at + 0.5 - (start[axis] as number) - (place[axis] as number) * (stride[axis] as number)),
        );
        for (const [axis, distance] of far.entries())
          expect(distance).toBeLessThanOrEqual((receptiveField[axis] as number) / 2);
        seen.add(`${cell}`);
      }
    }
  }
  expect(seen.size).toBe(8);
});

test("places tell cells apart that look alike", async () => {
  const flat = tensor(new Float32Array(12).fill(0.5), { shape: [1, 3, 2, 2] });
  const encoder = new FeatureGridEncoder(2, { grid: [3, 2], positions: true, rng: random(1) });
  const cells = await encoder.encode(flat).memory.data();
  const [rows, columns] = [await encoder.positions?.rows.data(), await encoder.positions?.columns.data()];
  const wanted = [0, 1, 2].flatMap((r) =>
    [0, 1].flatMap((c) => [0, 1].map((d) => 0.5 + (rows?.[2 * r + d] ?? 0) + (columns?.[2 * c + d] ?? 0))),
  );
  expectClose("cells", cells, wanted, { absolute: 4 * 2 ** -24 });
});
