import { float64, gradcheck, normal } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { candidates, DEFAULT_LIMITS, type DeviceFacts, describeAdapter, specialise } from "../core";
import { options as linear, type MatmulDims, type MatmulOptions } from "./definition";
import { chooseLanesTile } from "./lanes";
import { matmul } from "./matmul";
import { matmulReference, matmulReferenceBackward } from "./matmul.reference";
import { matmulParts } from "./parts";
import { chooseStagedTile } from "./staged";
import { chooseTile } from "./tile";

const square: MatmulDims = { Z: 1, M: 64, N: 64, K: 64, lda: 64, ldb: 64, strideA: 0, strideB: 0 };

/** Words that the kernel binds for each array. */
function words(dims: MatmulDims, options: Partial<MatmulOptions> = {}) {
  const { bindings } = specialise(matmul, { dims: { ...dims }, options, bindings: ["a", "b", "c"] }, DEFAULT_LIMITS);
  return Object.fromEntries(bindings.map((binding) => [binding.name, binding.words]));
}

describe("matmul reference", () => {
  test("multiplies two matrices as written on paper", () => {
    const dims = { Z: 1, M: 2, N: 2, K: 3, lda: 3, ldb: 2, strideA: 0, strideB: 0 };
    const a = Float64Array.of(1, 2, 3, 4, 5, 6);
    const b = Float64Array.of(7, 8, 9, 10, 11, 12);
    const { c, sumA } = matmulReference(dims, linear, { a, b, bias: Float64Array.of(100, 200) });
    expect([...c]).toEqual([158, 264, 239, 354]);
    expect([...sumA]).toEqual([6, 15]);
  });

  test.each([
    { transposeA: false, transposeB: false, name: "linear" },
    { transposeA: true, transposeB: false, name: "tanh" },
    { transposeA: false, transposeB: true, name: "sigmoid" },
    { transposeA: true, transposeB: true, name: "softplus" },
  ] as const)("gradients equal central differences: $transposeA $transposeB $name", ({ name, ...transposes }) => {
    const options = { ...transposes, activation: { name } };
    const [M, N, K] = [3, 4, 5];
    const lda = (options.transposeA ? M : K) + 1;
    const ldb = (options.transposeB ? K : N) + 2;
    const rowsA = options.transposeA ? K : M;
    const dims = { Z: 2, M, N, K, lda, ldb, strideA: rowsA * lda, strideB: 0 };
    const shapes = { c: [2, M, N], sumA: [2, M] };
    const { worst, where } = gradcheck(
      {
        forward: ({ a, b, bias }) => {
          const { c, sumA } = matmulReference(dims, options, { a: a.data, b: b.data, bias: bias.data });
          return { c: float64(shapes.c, c), sumA: float64(shapes.sumA, sumA) };
        },
        backward: ({ a, b, bias }, { c, sumA }) => {
          const inputs = { a: a.data, b: b.data, bias: bias.data };
          const grads = matmulReferenceBackward(dims, options, inputs, { dc: c.data, dSumA: sumA.data });
          return {
            a: float64(a.shape, grads.da),
            b: float64(b.shape, grads.db),
            bias: float64(bias.shape, grads.dBias),
          };
        },
      },
      {
        a: normal([2, rowsA, lda], { seed: 1 }),
        b: normal([options.transposeB ? N : K, ldb], { seed: 2 }),
        bias: normal([N], { seed: 3 }),
      },
      { step: 1e-5 },
    );
    // truncation step² = 1e-10 and cancellation ε·|L|/step = 1e-10, over gradients no smaller than 1e-3
    expect(worst, where).toBeLessThan(1e-6);
  });
});

describe("matmul plan", () => {
  test("another batch size compiles nothing", () => {
    const code = (M: number) =>
      specialise(matmul, { dims: { ...square, M }, bindings: ["a", "b", "c"] }, DEFAULT_LIMITS).code;
    expect(code(64)).toBe(code(6400));
  });

  test("all sizes share four tiles", () => {
    const sizes = [1, 3, 5, 33, 100, 5000];
    expect(new Set(sizes.flatMap((M) => sizes.map((N) => chooseTile(M, N)))).size).toBe(4);
  });

  test("strided arrays are as long as their last element, shared ones count once", () => {
    expect(words({ Z: 3, M: 2, N: 4, K: 5, lda: 7, ldb: 6, strideA: 20, strideB: 0 })).toEqual({ a: 52, b: 28, c: 24 });
    const transposed = { transposeA: true, transposeB: true };
    const dims = { Z: 2, M: 2, N: 4, K: 5, lda: 3, ldb: 8, strideA: 15, strideB: 32 };
    expect(words(dims, transposed)).toEqual({ a: 15 + 4 * 3 + 2, b: 32 + 3 * 8 + 5, c: 16 });
    expect(words({ ...square, K: 0 })).toEqual({ a: 0, b: 0, c: 4096 });
  });

  test("a product of more tiles than one axis of the grid holds folds into the next", () => {
    const dims = { ...square, Z: 70000, M: 1, N: 8, K: 1, lda: 1, ldb: 8 };
    const { plan } = specialise(matmul, { dims, bindings: ["a", "b", "c"] }, DEFAULT_LIMITS);
    expect(plan.grid).toEqual([65535, 2, 1]);
  });

  test("an array larger than a device can bind is refused", () => {
    const dims = { ...square, M: 1024 * 1024 };
    expect(() =>
      specialise(matmul, { dims, bindings: ["a", "b", "c"] }, DEFAULT_LIMITS),
    ).toThrowErrorMatchingInlineSnapshot(
      `[DeviceLimitError: matmul: the array "a" should be at most 134217728 bytes on this device but is 268435456 bytes. Use a smaller batch or fewer steps, or a device with a larger maxStorageBufferBindingSize.]`,
    );
  });
});

describe("matmul variants", () => {
  const device = (info: object, features: string[] = []): DeviceFacts => ({
    adapter: describeAdapter(info),
    limits: DEFAULT_LIMITS,
    features: new Set(features),
  });
  const software = (lanes: number) => ({
    isFallbackAdapter: true,
    subgroupMinSize: lanes,
    subgroupMaxSize: lanes,
  });
  const order = (dims: Partial<MatmulDims>, on: DeviceFacts, options: Partial<MatmulOptions> = {}) =>
    candidates(matmul, { dims: { ...square, ...dims }, options: { ...linear, ...options }, has: {} }, on).map(
      ({ kernel }) => kernel.name,
    );

  test("software adapters whose subgroups have one size share loads among the lanes", () => {
    expect(order({}, device(software(4), ["subgroups"]))).toEqual(["matmul_lanes_4", "matmul"]);
    expect(order({}, device(software(8), ["subgroups"]))).toEqual(["matmul_lanes_8", "matmul"]);
    expect(order({}, device(software(8)))).toEqual(["matmul"]);
    expect(order({}, device({ ...software(4), subgroupMaxSize: 8 }, ["subgroups"]))).toEqual(["matmul"]);
  });

  test("one row, or one or two columns, share too little", () => {
    for (const dims of [{ M: 1 }, { N: 1 }, { N: 2 }]) {
      expect(order(dims, device(software(8), ["subgroups"]))[0]).toBe("matmul");
    }
  });

  test("GPUs stage tiles, in fours where rows consist of fours", () => {
    const real = device({ vendor: "some" }, ["subgroups"]);
    expect(order({}, real)).toEqual(["matmul_staged_fours", "matmul_staged", "matmul"]);
    for (const dims of [{ lda: 65 }, { ldb: 66 }, { K: 63 }, { N: 62 }, { strideA: 1 }, { strideB: 2 }]) {
      expect(order(dims, real), JSON.stringify(dims)).toEqual(["matmul_staged", "matmul"]);
    }
    expect(order({ M: 61 }, real)).toContain("matmul_staged_fours");
    expect(order({ M: 61 }, real, { transposeA: true })).not.toContain("matmul_staged_fours");
    expect(order({ N: 62 }, real, { transposeB: true })).toContain("matmul_staged_fours");
    expect(order({ M: 4 }, real)[0]).toBe("matmul");
  });

  test("lanes hold the block that covers the result in the least time", () => {
    const block = (lanes: number, M: number, N: number) => {
      const { rows, cols } = chooseLanesTile(lanes, M, N);
      return [rows, cols];
    };
    for (const lanes of [4, 8]) {
      expect(block(lanes, 16, 1000)).toEqual([16, 8]);
      expect(block(lanes, 8, 1000)).toEqual([8, 8]);
      expect(block(lanes, 1000, 5)).toEqual([16, 2]);
    }
    expect([block(4, 1024, 512), block(8, 1024, 512)]).toEqual([
      [16, 8],
      [32, 8],
    ]);
    expect(block(4, 4, 1000)).toEqual([4, 8]);
  });

  test("tiles are staged small where large ones would be too few to keep a GPU busy", () => {
    expect(chooseStagedTile({ Z: 1, M: 512, N: 128 }).rows).toBe(4);
    expect(chooseStagedTile({ Z: 8, M: 512, N: 128 }).rows).toBe(8);
    expect(chooseStagedTile({ Z: 1, M: 1024, N: 512 }).rows).toBe(8);
  });
});

describe("parts of the contracted axis", () => {
  const real = describeAdapter({ vendor: "some" });

  test("are enough to keep a GPU busy, and divide the rows of the batch", () => {
    expect(matmulParts({ M: 512, N: 128, periods: 16 }, real)).toBe(16);
    expect(matmulParts({ M: 1024, N: 256, periods: 32 }, real)).toBe(4);
    expect(matmulParts({ M: 512, N: 128, periods: 18 }, real)).toBe(9);
    expect(matmulParts({ M: 512, N: 128, periods: 17 }, real)).toBe(1);
    expect(matmulParts({ M: 4096, N: 1024, periods: 16 }, real)).toBe(1);
    expect(matmulParts({ M: 0, N: 128, periods: 16 }, real)).toBe(1);
  });

  test("are one on a software adapter", () => {
    expect(matmulParts({ M: 512, N: 128, periods: 16 }, describeAdapter({ isFallbackAdapter: true }))).toBe(1);
  });
});
