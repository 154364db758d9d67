import { normal } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { tensor } from "..";
import { useTestDevice } from "../test-support/device";
import { gemm, gemmInParts, matrices, transposed } from "./gemm";

const gpu = useTestDevice();
type Floats = Float32Array<ArrayBuffer>;
const numbers = (shape: number[], seed: number) => Float32Array.from(normal(shape, { seed }).data);

/** dyᵀ·x and Σ dy over rows of T steps, cut into parts between them; both as the kernel gave them. */
async function weightGradient(dy: Floats, x: Floats, [M, N]: [number, number], parts: number) {
  const rows = dy.length / M;
  const [a, b] = [tensor(dy, { shape: [rows, M] }), tensor(x, { shape: [rows, N] })];
  const d = transposed(matrices(a, rows, M));
  const shapes = { shape: [M, N], sumA: [M] };
  const { c, sumA } =
    parts > 1 ? gemmInParts(d, matrices(b, rows, N), parts, shapes) : gemm(d, matrices(b, rows, N), shapes);
  return { c: await c.data(), sumA: await sumA?.data() };
}

describe("a product cut along its contracted axis", () => {
  test.each([
    { first: false, second: false },
    { first: true, second: false },
    { first: false, second: true },
    { first: true, second: true },
  ])("has the same value: transposed $first, $second", async ({ first, second }) => {
    const [M, N, K] = [5, 7, 12];
    // whole numbers, so that no order of additions rounds
    const digits = (length: number, step: number) => Float32Array.from({ length }, (_, n) => ((n * step) % 7) - 3);
    const a = first
      ? transposed(matrices(tensor(digits(M * K, 3), { shape: [K, M] }), K, M))
      : matrices(tensor(digits(M * K, 3), { shape: [M, K] }), M, K);
    const b = second
      ? transposed(matrices(tensor(digits(K * N, 5), { shape: [N, K] }), N, K))
      : matrices(tensor(digits(K * N, 5), { shape: [K, N] }), K, N);
    const whole = gemm(a, b, { sumA: [M] });
    for (const parts of [2, 3, 12]) {
      const cut = gemmInParts(a, b, parts, { sumA: [M] });
      expect(await cut.c.data()).toEqual(await whole.c.data());
      expect(await cut.sumA?.data()).toEqual(await whole.sumA?.data());
      expect(cut.c.shape).toEqual(whole.c.shape);
    }
  });

  test("padding at the end of each row of the batch changes no bit", async () => {
    const [B, T, padded, M, N] = [6, 5, 9, 11, 4];
    const dy = numbers([B, T, M], 1);
    const x = numbers([B, T, N], 2);
    const pad = (values: Floats, width: number) =>
      Float32Array.from({ length: B * padded * width }, (_, n) => {
        const [row, step] = [Math.floor(n / (padded * width)), Math.floor(n / width) % padded];
        return step < T ? (values[(row * T + step) * width + (n % width)] ?? Number.NaN) : 0;
      });
    for (const parts of [1, 2, 3, 6]) {
      const short = await weightGradient(dy, x, [M, N], parts);
      expect(await weightGradient(pad(dy, M), pad(x, N), [M, N], parts)).toEqual(short);
    }
  });
});

test("a period cuts a product with few results on a GPU, and nothing on a software adapter", () => {
  const d = transposed(matrices(tensor(numbers([64, 8], 3), { shape: [64, 8] }), 64, 8));
  const x = matrices(tensor(numbers([64, 4], 4), { shape: [64, 4] }), 64, 4);
  const kernel = ({ c: { node } }: ReturnType<typeof gemm>) => (node.kind === "kernel" ? node.kernel.name : node.kind);
  expect(kernel(gemm(d, x, { period: 4 }))).toBe(gpu.device.adapter.isSoftware ? "matmul" : "matmul_sum_parts");
  expect(kernel(gemm(d, x))).toBe("matmul");
  expect(kernel(gemmInParts(d, x, 2))).toBe("matmul_sum_parts");
});
