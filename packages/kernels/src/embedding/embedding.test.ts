import { float64, gradcheck, normal } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { candidates, DEFAULT_LIMITS, describeAdapter, specialise } from "../core";
import { embedding, embeddingBackward, embeddingKernels } from "./embedding";
import { embeddingReference, embeddingReferenceBackward } from "./embedding.reference";

describe("embedding reference", () => {
  test("takes rows by id, and sends gradients back to them", () => {
    const table = Float64Array.of(1, 2, 3, 4, 5, 6);
    expect([...embeddingReference(table, [2, 0, 2, 7], 2)]).toEqual([5, 6, 1, 2, 5, 6, 0, 0]);
    const dOut = Float64Array.of(1, 1, 2, 2, 4, 8, 9, 9);
    expect([...embeddingReferenceBackward(dOut, [2, 0, 2, 7], { V: 3, D: 2 })]).toEqual([2, 2, 0, 0, 5, 9]);
    expect([...embeddingReferenceBackward(dOut, [2, 0, 2, 7], { V: 3, D: 2, paddingId: 2 })]).toEqual([
      2, 2, 0, 0, 0, 0,
    ]);
  });

  test("gradients equal central differences", () => {
    const [V, D, ids] = [4, 3, [1, 3, 1, 0, 1]];
    const { worst, where } = gradcheck(
      {
        forward: ({ table }) => ({ out: float64([5, D], embeddingReference(table.data, ids, D)) }),
        backward: (_, { out }) => ({ table: float64([V, D], embeddingReferenceBackward(out.data, ids, { V, D })) }),
      },
      { table: normal([V, D], { seed: 1 }) },
    );
    expect(worst, where).toBeLessThan(1e-6); // linear: cancellation 1e-10 only, over gradients above 1e-3
  });
});

describe("embedding plan", () => {
  test("another batch size compiles nothing", () => {
    for (const kernel of [embedding, embeddingBackward]) {
      const code = (N: number) =>
        specialise(kernel, { dims: { N, V: 57, D: 64 }, bindings: Object.keys(kernel.bindings) }, DEFAULT_LIMITS).code;
      expect(code(3000)).toBe(code(7));
    }
  });

  test("rows of whole fours are read by fours", () => {
    expect(embeddingKernels(64)).toMatchObject({ forward: { name: "embedding_fours" }, D: 16 });
    expect(embeddingKernels(66)).toMatchObject({ backward: { name: "embedding_backward" }, D: 66 });
  });

  test("a software adapter gets few workgroups of few lanes, a GPU many", () => {
    const plans = [embeddingBackward, ...embeddingBackward.variants.map(({ kernel }) => kernel)].map(
      (kernel) =>
        specialise(kernel, { dims: { N: 9, V: 10_000, D: 64 }, bindings: Object.keys(kernel.bindings) }, DEFAULT_LIMITS)
          .plan,
    );
    expect(plans).toMatchObject([
      { workgroupSize: 32, grid: [1000, 1, 1] },
      { workgroupSize: 4, grid: [16, 1, 1] },
    ]);
    const chosen = (isSoftware: boolean) => {
      const adapter = { ...describeAdapter({}), isSoftware };
      const call = { dims: { N: 9, V: 10_000, D: 64 }, options: {}, has: {} };
      return candidates(embeddingBackward, call, { adapter, limits: DEFAULT_LIMITS, features: new Set() })[0]?.kernel
        .name;
    };
    expect(chosen(true)).toBe("embedding_backward_narrow");
    expect(chosen(false)).toBe("embedding_backward");
  });

  test("a table larger than a device can bind is refused", () => {
    const call = { dims: { N: 1, V: 1_000_000, D: 64 }, bindings: ["table", "ids", "out"] };
    expect(() => specialise(embedding, call, DEFAULT_LIMITS)).toThrowErrorMatchingInlineSnapshot(
      `[DeviceLimitError: embedding: the array "table" should be at most 134217728 bytes on this device but is 256000000 bytes. Use a smaller batch or fewer steps, or a device with a larger maxStorageBufferBindingSize.]`,
    );
  });
});
