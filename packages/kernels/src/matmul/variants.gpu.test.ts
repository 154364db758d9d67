import { normal } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { type AnyKernel, DeviceLimitError, type HostArray, runKernel } from "../core";
import { stepsReference } from "../rnn/pack.reference";
import { useTestDevice } from "../test-support/device";
import { type MatmulSize, matmulLayout } from "../test-support/matmul-layout";
import { options as defaults, isInFours, type MatmulDims, type MatmulOptions } from "./definition";
import { lanesVariants } from "./lanes";
import { matmul, plainMatmul } from "./matmul";
import { stagedVariants } from "./staged";

const gpu = useTestDevice();
const GUARD_WORDS = 32;

interface Call {
  readonly dims: MatmulDims;
  readonly options: MatmulOptions;
  readonly inputs: Readonly<Record<string, HostArray>>;
  readonly outputs: readonly string[];
}

function callOf(size: MatmulSize, of: Partial<MatmulOptions>): Call {
  const options: MatmulOptions = { ...defaults, ...of };
  const { dims } = matmulLayout(size, options);
  const { Z, N } = dims;
  const numbers = (length: number, seed: number) => Float32Array.from(normal([length], { seed }).data);
  const inputs = { a: numbers(Z * dims.strideA, 1), b: numbers(Z * dims.strideB, 2), bias: numbers(N, 3) };
  return { dims, options, inputs, outputs: ["sumA"] };
}

/** The words of everything that a kernel writes, guard words included. */
async function words(kernel: AnyKernel, call: Call): Promise<Record<string, Uint32Array>> {
  const results = await runKernel(gpu.device, kernel, { ...call, dims: { ...call.dims }, guardWords: GUARD_WORDS });
  return Object.fromEntries(Object.entries(results).map(([name, { buffer }]) => [name, new Uint32Array(buffer)]));
}

/** Checks that a kernel writes exactly what another wrote. */
async function expectBits(kernel: AnyKernel, call: Call, expected: Record<string, Uint32Array>): Promise<void> {
  const results = await words(kernel, call);
  expect(Object.keys(results)).toEqual(Object.keys(expected));
  for (const [name, array] of Object.entries(expected)) {
    expect(results[name]?.length).toBe(array.length);
    expect(
      results[name]?.findIndex((word, n) => word !== array[n]),
      `${kernel.name}.${name}: first that differs`,
    ).toBe(-1);
  }
}

/** The kernels that can run a call on this device, whether or not they would be chosen there. */
function able({ dims, options }: Call): readonly AnyKernel[] {
  const { features, adapter } = gpu.device;
  const lanes = adapter.subgroupMinSize === adapter.subgroupMaxSize && features.has("subgroups");
  const [inFours, anyhow] = stagedVariants.map(({ kernel }) => kernel) as [AnyKernel, AnyKernel];
  return [
    ...lanesVariants
      .map(({ kernel }) => kernel)
      .filter(({ name }) => lanes && name.endsWith(`_${adapter.subgroupMinSize}`)),
    ...(isInFours(dims, options) ? [inFours] : []),
    anyhow,
  ];
}

const sizes: readonly (MatmulSize & { why: string })[] = [
  { M: 1, N: 1, K: 1, why: "smallest" },
  { M: 4, N: 8, K: 12, why: "less than a tile, in fours" },
  { M: 3, N: 131, K: 5, why: "a few rows" },
  { M: 515, N: 3, K: 9, why: "a few columns" },
  { M: 67, N: 130, K: 33, why: "several tiles, all overhanging" },
  { M: 68, N: 132, K: 36, why: "several tiles in fours, all overhanging" },
  { Z: 3, M: 34, N: 41, K: 7, gap: 3, why: "batched, with gaps" },
  { Z: 3, M: 36, N: 44, K: 8, gap: 4, why: "batched, with gaps, in fours" },
  { Z: 32, M: 68, N: 72, K: 4, why: "enough tiles for the large ones" },
];

describe.each([
  { transposeA: false, transposeB: false },
  { transposeA: true, transposeB: false },
  { transposeA: false, transposeB: true },
  { transposeA: true, transposeB: true },
])("every variant gives the bits of the plain kernel: transposeA $transposeA, transposeB $transposeB", (transposes) => {
  test.each(sizes)("[$M, $K] x [$K, $N]: $why", async (size) => {
    const call = callOf(size, { ...transposes, activation: { name: "tanh" } });
    const expected = await words(plainMatmul, call);
    expect(Object.keys(expected)).toEqual(["c", "sumA"]);
    for (const kernel of able(call)) await expectBits(kernel, call, expected);
  });
});

test("without bias, activation and sumA too", async () => {
  const { inputs, ...call } = callOf({ M: 36, N: 40, K: 24 }, {});
  const bare = { ...call, inputs: { a: inputs.a as HostArray, b: inputs.b as HostArray }, outputs: [] };
  const expected = await words(plainMatmul, bare);
  expect(Object.keys(expected)).toEqual(["c"]);
  for (const kernel of able(bare)) await expectBits(kernel, bare, expected);
});

describe("where steps that are padding are left out", () => {
  const [B, T] = [12, 11];
  const steps = Uint32Array.from(
    stepsReference(
      Array.from({ length: B }, (_, b) => (b * 5) % (T + 1)),
      T,
    ),
  );
  test.each([
    { packed: "rows", transposeA: false, size: { M: B * T, N: 36, K: 20 } },
    { packed: "depth", transposeA: true, size: { M: 36, N: 44, K: B * T } },
  ] as const)("packed $packed", async ({ packed, transposeA, size }) => {
    const { inputs, ...rest } = callOf(size, { packed, transposeA });
    const call = { ...rest, outputs: packed === "depth" ? ["sumA"] : [] };
    const listed = { ...call, inputs: { ...inputs, steps } };
    const expected = await words(plainMatmul, listed);
    expect(expected).not.toEqual(await words(plainMatmul, { ...call, inputs }));
    for (const kernel of able(listed)) await expectBits(kernel, listed, expected);
  });
});

test("a contraction over nothing, and a result of nothing", async () => {
  for (const size of [
    { M: 20, N: 24, K: 0 },
    { M: 0, N: 24, K: 8 },
  ]) {
    const call = callOf(size, {});
    const expected = await words(plainMatmul, call);
    for (const kernel of able(call)) await expectBits(kernel, call, expected);
  }
});

test("where all subgroups have one size that a kernel is written for, that kernel is among those tested", () => {
  const { adapter, features } = gpu.device;
  const names = able(callOf({ M: 4, N: 4, K: 4 }, {})).map(({ name }) => name);
  const isWritten = features.has("subgroups") && [4, 8].includes(adapter.subgroupMinSize ?? 0);
  expect(names).toEqual([
    ...(isWritten ? [`matmul_lanes_${adapter.subgroupMinSize}`] : []),
    "matmul_staged_fours",
    "matmul_staged",
  ]);
});

describe("half precision", () => {
  /** Small whole numbers as halves, two to a word: 0, 1, …, 8 are these bits. */
  const HALVES = [0, 0x3c00, 0x4000, 0x4200, 0x4400, 0x4500, 0x4600, 0x4700, 0x4800];
  const packed = (values: readonly number[]): Uint32Array<ArrayBuffer> => {
    const halves = new Uint16Array(Math.ceil(values.length / 2) * 2);
    values.forEach((value, n) => {
      halves[n] = HALVES[value] ?? 0;
    });
    return new Uint32Array(halves.buffer);
  };
  const half = { halves: ["a", "b", "c"] } as const;

  test.each([
    { transposeA: false, transposeB: false },
    { transposeA: true, transposeB: false },
    { transposeA: false, transposeB: true },
    { transposeA: true, transposeB: true },
  ])("is read, summed in f32, and written: $transposeA $transposeB", async (transposes) => {
    const [M, N, K] = [20, 24, 8];
    const digits = Array.from({ length: M * K }, (_, n) => (n * 7) % 3);
    const bits = Array.from({ length: K * N }, (_, n) => (n % 5 === 0 ? 1 : 0));
    const a = (m: number, k: number) => digits[transposes.transposeA ? k * M + m : m * K + k] ?? Number.NaN;
    const b = (k: number, n: number) => bits[transposes.transposeB ? n * K + k : k * N + n] ?? Number.NaN;
    const [lda, ldb] = [transposes.transposeA ? M : K, transposes.transposeB ? K : N];
    const call: Call = {
      dims: { Z: 1, M, N, K, lda, ldb, strideA: 0, strideB: 0 },
      options: { ...defaults, ...transposes, ...half },
      inputs: { a: packed(digits), b: packed(bits) },
      outputs: ["sumA"],
    };
    if (!gpu.device.features.has("shader-f16")) {
      await expect(words(matmul, call)).rejects.toThrow(DeviceLimitError);
      return;
    }
    const range = (length: number) => Array.from({ length }, (_, i) => i);
    const c = range(M * N).map((i) => range(K).reduce((sum, k) => sum + a(Math.floor(i / N), k) * b(k, i % N), 0));
    const sums = range(M).map((m) => range(K).reduce((sum, k) => sum + a(m, k), 0));
    expect(Math.max(...c)).toBeLessThan(HALVES.length);
    for (const kernel of [plainMatmul, ...able(call)]) {
      const results = await words(kernel, call);
      expect([...(results.c as Uint32Array).subarray(0, -GUARD_WORDS)], kernel.name).toEqual([...packed(c)]);
      const sumA = new Float32Array((results.sumA as Uint32Array).buffer).subarray(0, M);
      expect([...sumA], kernel.name).toEqual(sums);
    }
  });
});
