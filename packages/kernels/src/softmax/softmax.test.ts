import { type Float64Tensor, gradcheck, normal } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { type AnyKernel, candidates, DEFAULT_LIMITS, describeAdapter, specialise } from "../core";
import { softmax } from "./softmax";
import {
  logSoftmaxBackwardReference,
  logSoftmaxReference,
  softmaxBackwardReference,
  softmaxReference,
} from "./softmax.reference";

const V = 7;
const shaped = (data: Float64Array): Float64Tensor => ({ shape: [data.length / V, V], data });

describe("reference gradients equal central differences (float64)", () => {
  // truncation step²·|f'''|/6 ≈ 1e-10 and rounding ε·|L|/step ≈ 1e-10, over gradients of at least the floor 1e-3
  test("softmax", () => {
    const reference = {
      forward: ({ x }: { x: Float64Tensor }) => ({ y: shaped(softmaxReference(x.data, V)) }),
      backward: ({ x }: { x: Float64Tensor }, { y: dy }: { y: Float64Tensor }) => ({
        x: shaped(softmaxBackwardReference(softmaxReference(x.data, V), dy.data, V)),
      }),
    };
    const { worst, where } = gradcheck(reference, { x: normal([3, V], { seed: 1, scale: 2 }) });
    expect(worst, where).toBeLessThan(1e-6);
  });

  test("its logarithm", () => {
    const reference = {
      forward: ({ x }: { x: Float64Tensor }) => ({ y: shaped(logSoftmaxReference(x.data, V)) }),
      backward: ({ x }: { x: Float64Tensor }, { y: dy }: { y: Float64Tensor }) => ({
        x: shaped(logSoftmaxBackwardReference(logSoftmaxReference(x.data, V), dy.data, V)),
      }),
    };
    const { worst, where } = gradcheck(reference, { x: normal([3, V], { seed: 1, scale: 2 }) });
    expect(worst, where).toBeLessThan(1e-6);
  });
});

test("the reference ignores a shift and sums to 1", () => {
  const x = normal([1, V], { seed: 2 }).data;
  const y = softmaxReference(x, V);
  const shifted = softmaxReference(
    x.map((value) => value + 1000),
    V,
  );
  expect(y.reduce((a, b) => a + b)).toBeCloseTo(1, 14);
  for (const [v, p] of y.entries()) expect(shifted[v]).toBeCloseTo(p, 12);
  expect(logSoftmaxReference(x, V)[3]).toBeCloseTo(Math.log(y[3] ?? 0), 14);
});

test("a masked element is as good as absent", () => {
  const x = normal([1, V], { seed: 4 }).data;
  const dy = normal([1, V + 1], { seed: 5 }).data;
  const more = Float64Array.of(...x, -1e30);
  expect([...softmaxReference(more, V + 1)]).toEqual([...softmaxReference(x, V), 0]);
  expect([...logSoftmaxReference(more, V + 1)]).toEqual([...logSoftmaxReference(x, V), -1e30]);
  const dx = logSoftmaxBackwardReference(logSoftmaxReference(x, V), dy.subarray(0, V), V);
  expect([...logSoftmaxBackwardReference(logSoftmaxReference(more, V + 1), dy, V + 1)]).toEqual([...dx, 0]);
});

test("two codes serve every length, three where an invocation has a row to itself", () => {
  const codes = (kernel: AnyKernel, lengths: readonly number[]) =>
    new Set(
      lengths.map(
        (V) => specialise(kernel, { dims: { R: 1 + (V % 5), V }, bindings: ["x", "y"] }, DEFAULT_LIMITS).code,
      ),
    ).size;
  expect(codes(softmax, [1, 2, 18, 1024])).toBe(1);
  expect(codes(softmax, [1025, 50_000])).toBe(1);
  expect(codes(softmax, [1024, 1025])).toBe(2);
  const alone = softmax.variants.find(({ kernel }) => kernel.name === "softmax_alone")?.kernel ?? softmax;
  expect(codes(alone, [1, 2, 18, 256])).toBe(1);
  expect(codes(alone, [257, 1024])).toBe(1);
  expect(codes(alone, [256, 1024, 50_000])).toBe(3);
});

test("a software adapter gives each row an invocation, a GPU a workgroup, and fours are read where rows have them", () => {
  const chosen = (isSoftware: boolean, dims: { R: number; V: number }) => {
    const adapter = { ...describeAdapter({}), isSoftware };
    const call = { dims, options: {}, has: { x: true, y: true } };
    return candidates(softmax, call, { adapter, limits: DEFAULT_LIMITS, features: new Set() })[0]?.kernel.name;
  };
  expect(chosen(true, { R: 1024, V: 10_000 })).toBe("softmax_alone_fours");
  expect(chosen(true, { R: 64, V: 18 })).toBe("softmax_alone");
  expect(chosen(true, { R: 1, V: 50_001 })).toBe("softmax");
  expect(chosen(false, { R: 1024, V: 10_000 })).toBe("softmax_fours");
  expect(chosen(false, { R: 1024, V: 10_001 })).toBe("softmax");
  expect(chosen(false, { R: 1024, V: 18 })).toBe("softmax_alone");
});
