import { float64, gradcheck, normal } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { candidates, DEFAULT_LIMITS, describeAdapter, specialise } from "../core";
import { reduceMax } from "./max";
import { reductionDims } from "./pattern";
import { reduceReference, reduceReferenceBackward } from "./reduce.reference";
import { reduceSum } from "./sum";

describe("reduce reference", () => {
  test("sums rows, columns and all of a small table", () => {
    const x = Float64Array.of(1, 5, 3, 5, 2, 4);
    expect([...reduceReference(x, [2, 3], [0]).sum]).toEqual([6, 7, 7]);
    expect([...reduceReference(x, [2, 3], [1]).mean]).toEqual([3, 11 / 3]);
    expect([...reduceReference(x, [2, 3], [0, 1]).max]).toEqual([5]);
    expect([...reduceReference(x, [2, 3], [0, 1]).argmax]).toEqual([1]);
    expect([...reduceReference(x, [2, 3], [0]).argmax]).toEqual([1, 0, 1]);
  });

  test.each([{ axes: [0] }, { axes: [1] }, { axes: [0, 2] }, { axes: [0, 1, 2] }])(
    "gradients over axes $axes equal central differences",
    ({ axes }) => {
      const shape = [2, 3, 4];
      const keptShape = shape.filter((_, axis) => !axes.includes(axis));
      for (const which of ["sum", "mean", "max"] as const) {
        const { worst, where } = gradcheck(
          {
            forward: ({ x }) => ({ out: float64(keptShape, reduceReference(x.data, shape, axes)[which]) }),
            backward: ({ x }, { out }) => ({
              x: float64(shape, reduceReferenceBackward(x.data, shape, axes, out.data)[which]),
            }),
          },
          { x: normal(shape, { seed: 1 }) },
        );
        // linear where it is not a jump: only cancellation is left, ε·|L|/step = 1e-10 over gradients above 1e-3
        expect(worst, `${which}: ${where}`).toBeLessThan(1e-6);
      }
    },
  );
});

describe("reductionDims", () => {
  test("merges neighbours that are kept, and only those", () => {
    const { dims, options } = reductionDims([2, 3, 4, 5, 6], [2, -2]);
    expect(options.reduced).toEqual([false, true, true, false]);
    expect(dims).toMatchObject({ E0: 6, E1: 4, E2: 5, E3: 6, E4: 1, E5: 1, all: 720, kept: 36 });
  });

  test("an axis of one element keeps its place, so that padding it changes no order", () => {
    expect(reductionDims([7, 1], [0]).options).toEqual(reductionDims([7, 2], [0]).options);
  });

  test("a number alone, and no axes at all", () => {
    expect(reductionDims([], [])).toMatchObject({ dims: { all: 1, kept: 1 }, options: { reduced: [] } });
    expect(reductionDims([3, 4], [])).toMatchObject({
      dims: { E0: 12, all: 12, kept: 12 },
      options: { reduced: [false] },
    });
  });

  test("refuses axes that are not there, twice the same, and too many", () => {
    expect(() => reductionDims([2, 3], [2])).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: reduce: an axis should be a whole number from -2 to 1 but is 2.]`,
    );
    expect(() => reductionDims([2, 3], [1, -1])).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: reduce: axes should be different axes but is [1, -1].]`,
    );
    expect(() => reductionDims([2, 2, 2, 2, 2, 2, 2], [0, 2, 4, 6])).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: reduce: an array of shape [2, 2, 2, 2, 2, 2, 2] over axes [0, 2, 4, 6] should be of at most 6 axes, neighbours that are kept counting as one but is of 7. Reduce over some of the axes first.]`,
    );
  });
});

describe("reduction kernels", () => {
  const sum = (shape: number[], axes: number[], mean = false) => {
    const { dims, options } = reductionDims(shape, axes);
    return specialise(reduceSum, { dims, options: { ...options, mean }, bindings: ["x", "out"] }, DEFAULT_LIMITS);
  };

  test("another batch size compiles nothing", () => {
    expect(sum([8, 20, 5], [1]).code).toBe(sum([64, 33, 5], [1]).code);
    expect(sum([8, 1000], [0, 1]).code).toBe(sum([9, 5000], [0, 1]).code);
  });

  test("a software adapter makes many results alone, where lanes would share each", () => {
    const chosen = (isSoftware: boolean, shape: number[], axes: number[]) => {
      const { dims, options } = reductionDims(shape, axes);
      const facts = {
        adapter: { ...describeAdapter({}), isSoftware },
        limits: DEFAULT_LIMITS,
        features: new Set<string>(),
      };
      return candidates(reduceSum, { dims, options: { ...options, mean: false }, has: {} }, facts)[0]?.kernel.name;
    };
    expect(chosen(true, [2048, 512], [1])).toBe("reduce_sum_alone");
    expect(chosen(true, [20, 10_000], [1])).toBe("reduce_sum"); // few and long
    expect(chosen(true, [2048, 512], [0, 1])).toBe("reduce_sum");
    expect(chosen(true, [2048, 60], [1])).toBe("reduce_sum"); // that kernel makes short ones alone anyway
    expect(chosen(false, [2048, 512], [1])).toBe("reduce_sum");
  });

  test("more results than one axis of the grid holds fold into the next", () => {
    expect(sum([70_000, 100], [1]).plan.grid).toEqual([65535, 2, 1]);
  });

  test("a mean or maximum of nothing is refused, a sum of nothing and nothing of nothing are not", () => {
    expect(() => sum([3, 0], [1], true)).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: mean: the extent of every reduced axis should be at least 1 but is 3 results of no elements.]`,
    );
    const { dims, options } = reductionDims([0], [0]);
    const max = () => specialise(reduceMax, { dims, options, bindings: ["x", "out"] }, DEFAULT_LIMITS);
    expect(max).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: max: the extent of every reduced axis should be at least 1 but is 1 result of no elements.]`,
    );
    expect(sum([3, 0], [1]).plan.grid).toEqual([1, 1, 1]);
    expect(sum([0, 0], [1], true).plan.grid).toEqual([0, 1, 1]);
  });

  test("counts that do not belong to the extents are refused", () => {
    const { dims, options } = reductionDims([3, 4], [1]);
    const call = { dims: { ...dims, kept: 4 }, options, bindings: ["x", "out"] };
    expect(() => specialise(reduceSum, call, DEFAULT_LIMITS)).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: reduce_sum: dims all and kept should be 12 and 3, as the extents say but is 12 and 4. Make dims and options with reductionDims.]`,
    );
  });
});
