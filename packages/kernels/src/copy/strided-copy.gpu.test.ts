import { normal } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { type AnyKernel, type DimValues, GUARD_WORD, runKernel } from "../core";
import { useTestDevice } from "../test-support/device";
import { padZeros, stridedCopy } from "./strided-copy";
import { permuteReference, placeReference, sliceReference } from "./strided-copy.reference";
import { inverseOrder, padDims, permuteDims, sliceDims } from "./views";

const gpu = useTestDevice();
const GUARD_WORDS = 67;

/** Words as the f32 numbers they are bits of, after a look at the guard words behind them. */
function floats(words: ArrayLike<number>): number[] {
  const all = Uint32Array.from(words);
  expect([...all.slice(-GUARD_WORDS)]).toEqual(new Array(GUARD_WORDS).fill(GUARD_WORD));
  return [...new Float32Array(all.buffer, 0, all.length - GUARD_WORDS)];
}

const bits = (values: Float64Array): Uint32Array<ArrayBuffer> => new Uint32Array(Float32Array.from(values).buffer);

async function run(
  kernel: AnyKernel,
  { dims, options }: { dims: DimValues; options: object },
  x: Float64Array,
  out?: Float64Array,
): Promise<number[]> {
  const inputs = { x: bits(x), ...(out ? { out: bits(out) } : {}) };
  const result = await runKernel(gpu.device, kernel, { dims, options, inputs, guardWords: GUARD_WORDS });
  return floats(result.out ?? []);
}

describe("permute", () => {
  test.each([
    { shape: [1], order: [0], why: "smallest" },
    { shape: [67, 131], order: [1, 0], why: "transpose, a multiple of no tile" },
    { shape: [5, 7, 3], order: [2, 1, 0], why: "backwards" },
    { shape: [4, 9, 5, 3], order: [0, 2, 1, 3], why: "heads before steps" },
    { shape: [2, 3, 4, 2, 3, 2], order: [5, 1, 3, 0, 4, 2], why: "six axes" },
    { shape: [1025, 513], order: [1, 0], why: "large" },
  ])("$shape by $order and back: $why", async ({ shape, order }) => {
    const x = normal(shape, { seed: 1 }).data;
    const permuted = order.map((axis) => shape[axis] ?? 1);
    const there = await run(stridedCopy, permuteDims(shape, order), x);
    expect(there).toEqual([...permuteReference(x, shape, order)]);
    const back = await run(stridedCopy, permuteDims(permuted, inverseOrder(order)), Float64Array.from(there));
    expect(back).toEqual([...x]);
  });

  test("copies every bit, those of NaN and of subnormal numbers too", async () => {
    const words = Uint32Array.of(0x7fc12345, 0xff800000, 0x00000001, 0x80000000, 0xdeadbeef, 3);
    const { out } = await runKernel(gpu.device, stridedCopy, { ...permuteDims([2, 3], [1, 0]), inputs: { x: words } });
    expect([...(out ?? [])]).toEqual([0x7fc12345, 0x80000000, 0xff800000, 0xdeadbeef, 0x00000001, 3]);
  });
});

describe("slice and pad", () => {
  const parts = [
    { shape: [1], begin: [0], extent: [1], why: "smallest" },
    { shape: [7, 9, 5], begin: [2, 0, 1], extent: [3, 9, 2], why: "inside" },
    { shape: [7, 9], begin: [6, 8], extent: [1, 1], why: "the last element" },
    { shape: [3, 4], begin: [3, 0], extent: [0, 4], why: "nothing" },
    { shape: [2, 3, 4, 2, 3, 2], begin: [1, 0, 2, 0, 1, 0], extent: [1, 2, 2, 2, 2, 1], why: "six axes" },
    { shape: [700, 301], begin: [13, 57], extent: [600, 200], why: "large" },
  ];

  test.each(parts)("$extent at $begin of $shape: $why", async ({ shape, begin, extent }) => {
    const x = normal(shape, { seed: 2 }).data;
    const part = sliceReference(x, shape, { begin, extent, step: shape.map(() => 1) });
    const sliced = await run(stridedCopy, sliceDims(shape, { begin, extent }), x);
    expect(sliced).toEqual([...part]);

    const padded = await run(padZeros, padDims(shape, begin, extent), part);
    expect(padded).toEqual([...placeReference(part, shape, begin, extent)]);
  });

  test("every third element of an axis", async () => {
    const x = normal([4, 10], { seed: 4 }).data;
    const slice = { begin: [1, 2], extent: [2, 3], step: [2, 3] };
    expect(await run(stridedCopy, sliceDims([4, 10], slice), x)).toEqual([...sliceReference(x, [4, 10], slice)]);
  });

  test("a stride of zero repeats", async () => {
    const { dims, options } = permuteDims([3, 4], [0, 1]);
    expect(options.rank).toBe(1);
    const repeat = { dims: { ...dims, E0: 3, E1: 4, S0: 0, S1: 1 }, options: { rank: 2 } };
    expect(await run(stridedCopy, repeat, Float64Array.of(1, 2, 3, 4))).toEqual([1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4]);
  });
});
