import { normal } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { runKernel } from "../core";
import { stepsReference } from "../rnn/pack.reference";
import { checkKernel } from "../test-support/check-kernel";
import { useTestDevice } from "../test-support/device";
import { type MatmulSize, matmulLayout } from "../test-support/matmul-layout";
import type { ActivationName } from "../wgsl/activation";
import { options as linear, type MatmulOptions } from "./definition";
import { matmul } from "./matmul";
import { matmulReference } from "./matmul.reference";

const gpu = useTestDevice();

/** Random matrices of the layout asked for, and the largest Σ|a·b| + |bias| of an element, which rounding scales with. */
function problem(size: MatmulSize, options: MatmulOptions) {
  const { dims, rowsA, colsA, rowsB, colsB } = matmulLayout(size, options);
  const { Z, N, lda, ldb, strideA, strideB } = dims;
  const a = spaced(Z, rowsA, colsA, lda, strideA, 1);
  const b = spaced(size.sharedB ? 1 : Z, rowsB, colsB, ldb, strideB, 2);
  const bias = normal([N], { seed: 3 }).data;
  const plain = { ...options, activation: { name: "linear" } } as const;
  const magnitude = matmulReference(dims, plain, { a: a.map(Math.abs), b: b.map(Math.abs), bias: bias.map(Math.abs) });
  return { dims, a, b, bias, magnitude: Math.max(...magnitude.c, ...magnitude.sumA, 1) };
}

function spaced(Z: number, rows: number, cols: number, ld: number, stride: number, seed: number): Float64Array {
  const used = Z * rows * cols === 0 ? 0 : (Z - 1) * stride + (rows - 1) * ld + cols;
  const data = new Float64Array(used).fill(1e30);
  const values = normal([Z, rows, cols], { seed }).data;
  values.forEach((value, n) => {
    data[Math.floor(n / (rows * cols)) * stride + (Math.floor(n / cols) % rows) * ld + (n % cols)] = value;
  });
  return data;
}

/** A sum of K products, one rounding each, is off by at most K·2⁻²⁴·Σ|a·b|; bias and activation add 2 and 16·2⁻²⁴. */
const tolerance = (K: number, magnitude: number) => ({ absolute: ((K + 2) * magnitude + 16) * 2 ** -24 });

async function check(size: MatmulSize, options: MatmulOptions): Promise<void> {
  const { dims, a, b, bias, magnitude } = problem(size, options);
  await checkKernel(gpu.device, matmul, {
    dims: { ...dims },
    options,
    inputs: { a, b, bias },
    outputs: ["sumA"],
    expected: matmulReference(dims, options, { a, b, bias }),
    tolerance: tolerance(size.K, magnitude),
  });
}

const sizes: (MatmulSize & { why: string })[] = [
  { M: 1, N: 1, K: 1, why: "smallest" },
  { M: 3, N: 131, K: 5, why: "a few rows, three tiles wide" },
  { M: 515, N: 3, K: 9, why: "a few columns, two tiles deep" },
  { M: 35, N: 17, K: 29, why: "a multiple of no tile" },
  { M: 67, N: 130, K: 33, why: "several square tiles, all overhanging" },
  { Z: 3, M: 34, N: 41, K: 7, gap: 3, why: "batched, with gaps between rows and matrices" },
  { Z: 4, M: 5, N: 6, K: 8, gap: 1, sharedB: true, why: "one b for all of a batch" },
  { M: 128, N: 192, K: 1024, why: "large" },
];

describe.each([
  { transposeA: false, transposeB: false },
  { transposeA: true, transposeB: false },
  { transposeA: false, transposeB: true },
  { transposeA: true, transposeB: true },
])("matmul with transposeA $transposeA, transposeB $transposeB equals the reference", (transposes) => {
  test.each(sizes)("[$M, $K] x [$K, $N]: $why", (size) => check(size, { ...linear, ...transposes }));
});

test.each<ActivationName>(["sigmoid", "tanh", "relu"])("%s is applied after the bias", async (name) => {
  for (const size of [
    { M: 2, N: 9, K: 5 },
    { M: 40, N: 2, K: 5 },
    { M: 40, N: 45, K: 5 },
  ]) {
    await check(size, { ...linear, activation: { name } });
  }
});

test("without bias and sumA nothing is added", async () => {
  const { dims, a, b, magnitude } = problem({ M: 9, N: 10, K: 11 }, linear);
  const { c } = matmulReference(dims, linear, { a, b });
  const expected = { c };
  await checkKernel(gpu.device, matmul, {
    dims: { ...dims },
    inputs: { a, b },
    expected,
    tolerance: tolerance(11, magnitude),
  });
});

test("a contraction over nothing gives the bias, a result of no rows gives nothing", async () => {
  const dims = { Z: 1, M: 2, N: 3, K: 0, lda: 0, ldb: 3, strideA: 0, strideB: 0 };
  const inputs = { a: [], b: [], bias: [1, 2, 3] };
  const exact = { absolute: Number.MIN_VALUE };
  await checkKernel(gpu.device, matmul, { dims, inputs, expected: { c: [1, 2, 3, 1, 2, 3] }, tolerance: exact });
  await checkKernel(gpu.device, matmul, { dims: { ...dims, M: 0 }, inputs, expected: { c: [] }, tolerance: exact });
});

describe("padding changes no bit", () => {
  /** The first `rows` x `cols` of a result whose rows have N elements. */
  const corner = (c: ArrayLike<number>, N: number, rows: number, cols: number): number[] =>
    Array.from({ length: rows * cols }, (_, n) => c[Math.floor(n / cols) * N + (n % cols)] ?? Number.NaN);

  const run = async (M: number, N: number, a: Float32Array<ArrayBuffer>, b: Float32Array<ArrayBuffer>, K: number) => {
    const dims = { Z: 1, M, N, K, lda: K, ldb: K, strideA: 0, strideB: 0 };
    const { c } = await runKernel(gpu.device, matmul, { dims, options: { transposeB: true }, inputs: { a, b } });
    return corner(c ?? [], N, 3, 3);
  };

  test("more rows and columns, through every tile", async () => {
    const K = 301;
    const a = Float32Array.from(normal([70, K], { seed: 4 }).data);
    const b = Float32Array.from(normal([70, K], { seed: 5 }).data);
    const alone = await run(3, 3, a.slice(0, 3 * K), b.slice(0, 3 * K), K);
    for (const [M, N] of [
      [3, 70],
      [70, 3],
      [20, 20],
      [70, 70],
    ] as const) {
      expect(await run(M, N, a.slice(0, M * K), b.slice(0, N * K), K)).toEqual(alone);
    }
  });

  test("zeros among and after the contracted elements", async () => {
    const K = 150;
    const a = Float32Array.from(normal([3, K], { seed: 6 }).data);
    const b = Float32Array.from(normal([3, K], { seed: 7 }).data);
    // every group of 10 padded to 16, as a batch of sequences of 10 steps would be
    const padded = (x: Float32Array) =>
      Float32Array.from({ length: 3 * 240 }, (_, n) =>
        n % 16 < 10 ? (x[Math.floor(n / 16) * 10 + (n % 16)] ?? 0) : 0,
      );
    expect(await run(3, 3, padded(a), padded(b), 240)).toEqual(await run(3, 3, a, b, K));
  });
});

describe("steps that are padding are left out", () => {
  const [B, T] = [7, 9];
  const lengths = [9, 0, 3, 1, 9, 5, 2];
  const steps = stepsReference(lengths, T);
  const isWithin = (step: number): boolean => step % T < (lengths[Math.floor(step / T)] ?? 0);

  test.each([5, 40])("rows of a: the result is that of rows of zeros, to %d columns", async (N) => {
    const { dims, a, b, bias, magnitude } = problem({ M: B * T, N, K: 13 }, { ...linear, transposeB: true });
    const options = { ...linear, transposeB: true, packed: "rows" as const };
    const zeroed = a.map((value, n) => (isWithin(Math.floor(n / 13)) ? value : 0));
    const { c } = matmulReference(dims, options, { a: zeroed, b, bias });
    const inputs = { a, b, bias, steps };
    await checkKernel(gpu.device, matmul, {
      ...{ dims: { ...dims }, options, inputs },
      expected: { c },
      tolerance: tolerance(13, magnitude),
    });
  });

  test.each([3, 40])(
    "terms of the sums: what was made with them as zeros has the same bits, to %d columns",
    async (N) => {
      const { dims, a, b, magnitude } = problem({ M: 34, N, K: B * T }, { ...linear, transposeA: true });
      const options = { ...linear, transposeA: true, packed: "depth" as const };
      const zeroed = a.map((value, n) => (isWithin(Math.floor(n / 34)) ? value : 0));
      const { c, sumA } = matmulReference(dims, options, { a: zeroed, b });
      const call = { dims: { ...dims }, options, outputs: ["sumA"] };
      await checkKernel(gpu.device, matmul, {
        ...{ ...call, inputs: { a, b, steps } },
        expected: { c, sumA },
        tolerance: tolerance(B * T, magnitude),
      });
      const floats = { b: Float32Array.from(b) };
      const skipped = await runKernel(gpu.device, matmul, {
        ...{ ...call, inputs: { ...floats, a: Float32Array.from(a), steps: Uint32Array.from(steps) } },
      });
      const added = await runKernel(gpu.device, matmul, {
        ...{ ...call, inputs: { ...floats, a: Float32Array.from(zeroed) } },
      });
      expect(skipped).toEqual(added);
    },
  );
});
