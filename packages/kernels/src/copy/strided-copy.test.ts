import { float64, gradcheck, normal } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { DEFAULT_LIMITS, specialise } from "../core";
import { padZeros, stridedCopy } from "./strided-copy";
import { permuteReference, placeReference, sliceReference } from "./strided-copy.reference";
import { inverseOrder, padDims, permuteDims, sliceDims } from "./views";

describe("view references", () => {
  test("transpose, slice and pad small tables", () => {
    const x = Float64Array.of(1, 2, 3, 4, 5, 6);
    expect([...permuteReference(x, [2, 3], [1, 0])]).toEqual([1, 4, 2, 5, 3, 6]);
    expect([...sliceReference(x, [2, 3], { begin: [0, 1], extent: [2, 1], step: [1, 1] })]).toEqual([2, 5]);
    expect([...sliceReference(x, [6], { begin: [1], extent: [3], step: [2] })]).toEqual([2, 4, 6]);
    expect([...placeReference(Float64Array.of(7, 8), [2, 3], [1, 1], [1, 2])]).toEqual([0, 0, 0, 0, 7, 8]);
  });

  test("the gradient of a permutation is the inverse permutation", () => {
    const [shape, order] = [
      [2, 3, 4],
      [2, 0, 1],
    ];
    const permuted = [4, 2, 3];
    expect(inverseOrder(order)).toEqual([1, 2, 0]);
    const { worst, where } = gradcheck(
      {
        forward: ({ x }) => ({ out: float64(permuted, permuteReference(x.data, shape, order)) }),
        backward: (_, { out }) => ({ x: float64(shape, permuteReference(out.data, permuted, inverseOrder(order))) }),
      },
      { x: normal(shape, { seed: 1 }) },
    );
    expect(worst, where).toBeLessThan(1e-6); // linear: cancellation 1e-10 only, over gradients above 1e-3
  });

  test("the gradient of a slice is the same slice amid zeros", () => {
    const [shape, begin, extent] = [
      [4, 5],
      [1, 2],
      [2, 3],
    ];
    const { worst, where } = gradcheck(
      {
        forward: ({ x }) => ({ out: float64(extent, sliceReference(x.data, shape, { begin, extent, step: [1, 1] })) }),
        backward: (_, { out }) => ({
          x: float64(shape, placeReference(out.data, shape, begin, extent)),
        }),
      },
      { x: normal(shape, { seed: 2 }) },
    );
    expect(worst, where).toBeLessThan(1e-6);
  });
});

describe("dims of views", () => {
  test("axes that stay neighbours are copied as one", () => {
    const { dims, options } = permuteDims([2, 3, 4, 5], [2, 3, 0, 1]);
    expect(options.rank).toBe(2);
    expect(dims).toMatchObject({ n: 120, E0: 20, S0: 1, E1: 6, S1: 20, offset: 0 });
  });

  test("another batch size compiles nothing", () => {
    const code = (B: number) =>
      specialise(stridedCopy, { ...permuteDims([B, 7, 5], [1, 0, 2]), bindings: ["x", "out"] }, DEFAULT_LIMITS).code;
    expect(code(3)).toBe(code(1));
  });

  test("a slice binds no further than its last element", () => {
    const call = { ...sliceDims([10, 10], { begin: [2, 3], extent: [2, 4] }), bindings: ["x", "out"] };
    expect(specialise(stridedCopy, call, DEFAULT_LIMITS).bindings.map(({ words }) => words)).toEqual([37, 8]);
  });

  test("an empty part amid zeros still fills the whole", () => {
    const call = { ...padDims([4, 5], [2, 0], [0, 5]), bindings: ["x", "out"] };
    expect(specialise(padZeros, call, DEFAULT_LIMITS).bindings.map(({ words }) => words)).toEqual([0, 20]);
  });

  test("what is no permutation, leaves the array, or has too many axes is refused", () => {
    expect(() => permuteDims([2, 3], [0, 0])).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: permute: the order of the axes should be each of 0 to 1 once but is [0, 0].]`,
    );
    expect(() => sliceDims([4, 5], { begin: [0, 3], extent: [4, 3] })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: slice: axis 1 should be within its 5 elements but is 3 from 3 on, every 1.]`,
    );
    expect(() => sliceDims([4], { begin: [1], extent: [2], step: [3] })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: slice: axis 0 should be within its 4 elements but is 2 from 1 on, every 3.]`,
    );
    expect(() => padDims([4], [3], [2])).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: slice: axis 0 should be within its 4 elements but is 2 from 3 on, every 1.]`,
    );
    expect(() => permuteDims([1, 1, 1, 1, 1, 1, 1], [6, 5, 4, 3, 2, 1, 0])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: permute: the array should be of at most 6 axes, those that stay neighbours counting as one but is of 7.]`,
    );
  });
});
