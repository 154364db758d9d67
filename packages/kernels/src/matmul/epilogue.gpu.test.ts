import { normal } from "@unroll/testing";
import { expect, test } from "vitest";
import { runKernel } from "../core";
import { elementwiseKernel } from "../elementwise";
import { checkKernel } from "../test-support/check-kernel";
import { useTestDevice } from "../test-support/device";
import { type MatmulSize, matmulLayout } from "../test-support/matmul-layout";
import { options } from "./definition";
import type { Epilogue } from "./epilogue";
import { matmul } from "./matmul";
import { matmulReference } from "./matmul.reference";

const gpu = useTestDevice();

/** dz = (x·Wᵀ + e0)·(1 − e1²): ids are 0 the product, 1 and 2 the arrays, 3 the sum. */
const SLOPE: Epilogue = [
  { op: "add", args: [0, 1] },
  { op: "tanhGrad", args: [2, 3] },
];

const problem = (size: MatmulSize) => {
  const { dims, rowsA, colsA, rowsB, colsB } = matmulLayout(size, { ...options, transposeB: true });
  const a = normal([rowsA, colsA], { seed: 1 }).data;
  const b = normal([rowsB, colsB], { seed: 2 }).data;
  const e0 = normal([size.M, size.N], { seed: 3 }).data;
  const e1 = normal([size.M, size.N], { seed: 4, scale: 0.3 }).data;
  return { dims: { ...dims }, inputs: { a, b, e0, e1 } };
};

test.each([
  { M: 3, N: 2, K: 5, why: "smallest" },
  { M: 35, N: 17, K: 29, why: "a multiple of no tile" },
  { M: 67, N: 130, K: 33, why: "several tiles" },
])("[$M, $K] x [$K, $N]: $why", async (size) => {
  const { dims, inputs } = problem(size);
  const { c } = matmulReference(dims, { ...options, transposeB: true }, inputs);
  const expected = c.map((value, n) => (value + (inputs.e0[n] ?? 0)) * (1 - (inputs.e1[n] ?? 0) ** 2));
  // a sum of K products and one more of size up to 4·4 each, then three roundings
  const tolerance = { absolute: (size.K + 6) * 16 * (size.K + 1) * 2 ** -24 };
  const call = { transposeB: true, epilogue: SLOPE };
  await checkKernel(gpu.device, matmul, { dims, options: call, inputs, expected: { c: expected }, tolerance });
});

test("the bits are those of the product and of a kernel of the same operations after it", async () => {
  const { dims, inputs } = problem({ M: 35, N: 17, K: 29 });
  const floats = Object.fromEntries(Object.entries(inputs).map(([name, values]) => [name, Float32Array.from(values)]));
  const { a, b, e0, e1 } = floats as Record<"a" | "b" | "e0" | "e1", Float32Array<ArrayBuffer>>;
  const inOne = await runKernel(gpu.device, matmul, {
    ...{ dims, options: { transposeB: true, epilogue: SLOPE }, inputs: { a, b, e0, e1 } },
  });
  const { c } = await runKernel(gpu.device, matmul, { dims, options: { transposeB: true }, inputs: { a, b } });
  const shape = [35, 17];
  const after = elementwiseKernel({
    shape,
    inputs: [0, 1, 2].map(() => ({ dtype: "f32" as const, shape })),
    scalars: [],
    instructions: SLOPE,
    outputs: [4],
  });
  const { out0 } = await runKernel(gpu.device, after.kernel, {
    dims: after.dims,
    inputs: { in0: c as Float32Array<ArrayBuffer>, in1: e0, in2: e1 },
  });
  expect(inOne.c).toEqual(out0);
});
