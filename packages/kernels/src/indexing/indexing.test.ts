import { float64, gradcheck, normal } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { type AnyKernel, candidates, DEFAULT_LIMITS, type DimValues, describeAdapter, specialise } from "../core";
import { indexChains } from "./chains";
import { cumSum } from "./cum-sum";
import { flatIndices } from "./flat-index";
import { gather } from "./gather";
import {
  chainsReference,
  cumSumReference,
  flatIndicesReference,
  gatherReference,
  scatterReference,
  topKReference,
} from "./indexing.reference";
import { iota } from "./iota";
import { scatter } from "./scatter";
import { topK } from "./top-k";

describe("references", () => {
  const size = { outer: 1, V: 3, N: 4, inner: 1 };

  test("take, write and chain by index, counted from the end where negative", () => {
    const ids = [2, -3, 7, -1];
    expect([...gatherReference([5, 6, 7], ids, size, "shared")]).toEqual([7, 5, 0, 7]);
    const write = (reduction: "none" | "add" | "mul" | "min" | "max") =>
      scatterReference([1, 2, 3], ids, [4, 5, 6, 2], size, { layout: "elements", reduction });
    expect(write("none")).toEqual({ out: Float64Array.of(5, 2, 2), source: Float64Array.of(2, 0, 4) });
    expect([...write("add").out]).toEqual([6, 2, 9]);
    expect([...write("mul").out]).toEqual([5, 2, 24]);
    expect(write("min")).toEqual({ out: Float64Array.of(1, 2, 2), source: Float64Array.of(0, 0, 4) });
    expect(write("max")).toEqual({ out: Float64Array.of(5, 2, 4), source: Float64Array.of(2, 0, 1) });
    expect(chainsReference(ids, size, "shared")).toEqual({ first: [1, 4, 0], next: [3, 4, 4, 4] });
    expect(flatIndicesReference([1, 2, -1, -3, 2, 0], [2, 3], 99)).toEqual([5, 3, 99]);
  });

  test("sum and sort", () => {
    const size = { outer: 1, N: 3, inner: 1 };
    const sums = (exclusive: boolean, reverse: boolean) => [
      ...cumSumReference([1, 2, 4], size, { exclusive, reverse }),
    ];
    expect([sums(false, false), sums(true, false), sums(false, true), sums(true, true)]).toEqual([
      [1, 3, 7],
      [0, 1, 3],
      [7, 6, 4],
      [6, 4, 0],
    ]);
    const x = [1, 3, 3, 2];
    expect(topKReference(x, { R: 1, V: 4, K: 3 })).toEqual({ values: [3, 3, 2], indices: [1, 2, 3] });
    expect(topKReference(x, { R: 1, V: 4, K: 2 }, true)).toEqual({ values: [1, 2], indices: [0, 3] });
  });

  test.each(["shared", "rows", "elements"] as const)("the gradient of a gather by %s is a scattered sum", (layout) => {
    const size = { outer: 2, V: 4, N: 3, inner: 2 };
    const ids = [1, -1, 1, 0, 9, 2, 3, 3, 3, 1, 0, 2];
    const { worst, where } = gradcheck(
      {
        forward: ({ x }) => ({ out: float64([2, 3, 2], gatherReference(x.data, ids, size, layout)) }),
        backward: (_, { out }) => {
          const zeros = new Float64Array(16);
          const sums = scatterReference(zeros, ids, out.data, size, { layout, reduction: "add" }).out;
          return { x: float64([2, 4, 2], sums) };
        },
      },
      { x: normal([2, 4, 2], { seed: 1 }) },
    );
    expect(worst, where).toBeLessThan(1e-6); // linear: cancellation 1e-10 only, over gradients above 1e-3
  });

  test("the gradient of running sums is the same sums the other way round", () => {
    const size = { outer: 2, N: 5, inner: 3 };
    for (const exclusive of [false, true]) {
      const { worst, where } = gradcheck(
        {
          forward: ({ x }) => ({ out: float64([2, 5, 3], cumSumReference(x.data, size, { exclusive })) }),
          backward: (_, { out }) => ({
            x: float64([2, 5, 3], cumSumReference(out.data, size, { exclusive, reverse: true })),
          }),
        },
        { x: normal([2, 5, 3], { seed: 2 }) },
      );
      expect(worst, where).toBeLessThan(1e-6);
    }
  });
});

describe("plans", () => {
  const all = (kernel: AnyKernel, ...without: string[]) =>
    Object.keys(kernel.bindings).filter((name) => !without.includes(name));

  test("another size compiles nothing", () => {
    const cases: [AnyKernel, DimValues, readonly string[]][] = [
      [gather, { outer: 3, V: 5, N: 7, inner: 2 }, all(gather)],
      [indexChains, { outer: 3, V: 5, N: 7 }, all(indexChains)],
      [scatter, { outer: 3, V: 5, N: 7, inner: 2 }, all(scatter, "first", "next")],
      [flatIndices, { N: 7, E0: 1, E1: 1, E2: 1, E3: 1, E4: 1, E5: 1 }, all(flatIndices)],
      [cumSum, { outer: 3, N: 7, inner: 2 }, all(cumSum)],
      [topK, { R: 3, V: 70, K: 2 }, all(topK)],
      [iota, { n: 5 }, all(iota)],
    ];
    for (const [kernel, dims, bindings] of cases) {
      const larger = Object.fromEntries(Object.entries(dims).map(([name, value]) => [name, 13 * value]));
      const code = (of: DimValues) => specialise(kernel, { dims: of, bindings }, DEFAULT_LIMITS).code;
      expect(code(larger), kernel.name).toBe(code(dims));
    }
  });

  test("rows are found alone on a software adapter, if there are some", () => {
    const chosen = (isSoftware: boolean, R: number) => {
      const adapter = { ...describeAdapter({}), isSoftware };
      const call = { dims: { R, V: 100, K: 5 }, options: {}, has: {} };
      return candidates(topK, call, { adapter, limits: DEFAULT_LIMITS, features: new Set() })[0]?.kernel.name;
    };
    expect([chosen(true, 32), chosen(true, 1), chosen(false, 32)]).toEqual(["top_k_alone", "top_k", "top_k"]);
  });

  test("what cannot be computed is refused", () => {
    const dims = { outer: 1, V: 3, N: 2, inner: 1 };
    const without = (bindings: string[], ids: "rows" | "elements") => () =>
      specialise(scatter, { dims, options: { ids }, bindings }, DEFAULT_LIMITS);
    expect(without(["updates", "out"], "elements")).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: scatter: binding "ids" should be given for indices of the layout elements but is missing.]`,
    );
    expect(without(["updates", "out", "ids"], "rows")).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: scatter: bindings "first" and "next" should be given for indices of the layout rows but is missing. Pass what indexChains wrote.]`,
    );
    expect(() =>
      specialise(topK, { dims: { R: 1, V: 3, K: 4 }, bindings: all(topK) }, DEFAULT_LIMITS),
    ).toThrowErrorMatchingInlineSnapshot(`[ValueError: top_k: K should be at most V = 3 but is 4.]`);
    expect(() =>
      specialise(
        flatIndices,
        { dims: { N: 1, E0: 1, E1: 1, E2: 1, E3: 1, E4: 1, E5: 1 }, options: { depth: 7 }, bindings: all(flatIndices) },
        DEFAULT_LIMITS,
      ),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: flat_indices: a tuple of indices should be of 1 to 6 but is of 7.]`,
    );
    expect(() =>
      specialise(indexChains, { dims: { outer: 1, V: 2 ** 31, N: 0 }, bindings: all(indexChains) }, DEFAULT_LIMITS),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: index_chains: the axis should be of fewer than 2147483647 elements but is 2147483648.]`,
    );
  });
});
