import { integers, normal } from "@unroll/testing";
import { expect, test } from "vitest";
import { runKernel } from "../core";
import { checkKernel } from "../test-support/check-kernel";
import { useTestDevice } from "../test-support/device";
import { appendRows, takeRows } from "./append-rows";
import { rotary } from "./rotary";
import { rotaryReference } from "./rotary.reference";

const gpu = useTestDevice();

test.each([
  {
    why: "halves",
    interleaved: false,
    sizes: { B: 2, T: 5, N: 3, D: 8, R: 8 },
    P: 9,
    offset: 4,
    places: false,
    turn: 1,
  },
  {
    why: "neighbours",
    interleaved: true,
    sizes: { B: 1, T: 3, N: 2, D: 7, R: 4 },
    P: 3,
    offset: 0,
    places: false,
    turn: -1,
  },
  {
    why: "places of each step",
    interleaved: false,
    sizes: { B: 3, T: 4, N: 1, D: 66, R: 66 },
    P: 20,
    offset: 0,
    places: true,
    turn: 1,
  },
])("a rotation: $why", async ({ interleaved, sizes, P, offset, places, turn }) => {
  const { B, T, N, D, R } = sizes;
  const x = normal([B, T, N, D], { seed: 1 }).data;
  const tables = { cosines: normal([P, R / 2], { seed: 2 }).data, sines: normal([P, R / 2], { seed: 3 }).data };
  const rows = integers([B, T], { seed: 4, high: P }).data;
  const row = (b: number, t: number): number => (places ? (rows[b * T + t] as number) : t + offset);
  await checkKernel(gpu.device, rotary, {
    dims: { ...sizes, P, strideB: 0 },
    options: { interleaved },
    scalars: { offset, turn },
    inputs: { x, ...tables, ...(places ? { places: rows } : {}) },
    expected: { y: rotaryReference(x, tables, sizes, { interleaved, row, turn }) },
    tolerance: { absolute: 2 * 25 * 2 ** -24 }, // two products of numbers up to 5, each rounded once with its sum
  });
});

test("new steps go after those that a row has; what has no room is dropped", async () => {
  const cache = Float32Array.from({ length: 2 * 4 * 3 }, (_, i) => -i - 1);
  const fresh = Float32Array.from({ length: 2 * 2 * 3 }, (_, i) => i + 1);
  const lengths = Uint32Array.of(1, 3);
  const dims = { B: 2, C: 4, T: 2, F: 3 };
  const { out } = await runKernel(gpu.device, appendRows, { dims, inputs: { cache, fresh, lengths } });
  const expected = [
    ...[-1, -2, -3, 1, 2, 3, 4, 5, 6, -10, -11, -12],
    ...[-13, -14, -15, -16, -17, -18, -19, -20, -21, 7, 8, 9],
  ];
  expect([...(out ?? [])]).toEqual(expected);
  const taken = await runKernel(gpu.device, takeRows, {
    dims,
    inputs: { cache: Float32Array.from(expected), lengths },
  });
  expect([...(taken.out ?? [])]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 0, 0]);
});
