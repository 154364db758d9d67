import { describe, expect, test } from "vitest";
import { useTestDevice } from "../test-support/device";
import { scale } from "../test-support/kernels";
import { defineKernel, optional, perCall, read, write } from "./define-kernel";
import { DEFAULT_LIMITS } from "./limits";
import { flatPlan } from "./plan";
import { GUARD_WORD, runKernel } from "./run-kernel";
import { wgsl } from "./wgsl";

const gpu = useTestDevice();
const x = Float32Array.of(1, 2, 3);

describe("runKernel", () => {
  test("brings back what was written, and nothing else", async () => {
    const call = { dims: { n: 3 }, scalars: { gain: 2 }, inputs: { x } };
    expect(await runKernel(gpu.device, scale, call)).toEqual({ y: Float32Array.of(2, 4, 6) });
  });

  test("with guard words after every output", async () => {
    const call = { dims: { n: 3 }, scalars: { gain: 2 }, inputs: { x }, guardWords: 2 };
    const { y } = await runKernel(gpu.device, scale, call);
    expect(y).toHaveLength(5);
    expect([...new Uint32Array((y as Float32Array<ArrayBuffer>).buffer).slice(3)]).toEqual([GUARD_WORD, GUARD_WORD]);
  });

  test("an empty output is empty", async () => {
    const call = { dims: { n: 0 }, scalars: { gain: 2 }, inputs: { x: new Float32Array(0) } };
    expect(await runKernel(gpu.device, scale, call)).toEqual({ y: new Float32Array(0) });
  });

  test("an optional output comes only if wanted, each in its own type", async () => {
    const kernel = defineKernel({
      name: "split",
      dims: { n: perCall("elements") },
      bindings: { x: read("i32", "n"), low: optional(write("u32", "n")), high: optional(write("i32", "n")) },
      plan: ({ n }, limits) => flatPlan(n, limits),
      cost: () => ({ flops: 0, bytes: 0 }),
      wgsl: (plan, { has }) => wgsl`
      @compute @workgroup_size(${plan.workgroupSize})
      fn main(@builtin(global_invocation_id) id: vec3u) {
        if (id.x >= dims.n) { return; }
        let value = x[id.x];
        ${has.low ? "low[id.x] = bitcast<u32>(value);" : ""}
        ${has.high ? "high[id.x] = value;" : ""}
      }`,
    });
    const call = { dims: { n: 2 }, inputs: { x: Int32Array.of(-1, 5) } };
    const both = await runKernel(gpu.device, kernel, { ...call, outputs: ["high", "low"] });
    expect(both).toEqual({ low: Uint32Array.of(2 ** 32 - 1, 5), high: Int32Array.of(-1, 5) });
    expect(await runKernel(gpu.device, kernel, { ...call, outputs: ["high"] })).toEqual({ high: Int32Array.of(-1, 5) });
  });

  test("leaves no buffer in use behind, whether it ends well or not", async () => {
    const call = { dims: { n: 3 }, scalars: { gain: 2 }, inputs: { x } };
    await runKernel(gpu.device, scale, call);
    const before = gpu.device.counters.snapshot();
    await runKernel(gpu.device, scale, call);
    await expect(
      runKernel(gpu.device, defineKernel({ ...scale, name: "broken", wgsl: () => "fn main(" }), call),
    ).rejects.toThrow("broken");
    expect(gpu.device.counters.since(before)).toMatchObject({ liveBuffers: 0, liveBytes: 0 });
  });

  test.each([
    [
      { inputs: { x: Float32Array.of(1, 2) } },
      'scale: the input "x" should be of at least 3 4-byte words but is of 2.',
    ],
    [{ inputs: { x: Uint32Array.of(1, 2, 3) } }, 'scale: the input "x" should be a Float32Array but is a Uint32Array.'],
    [{ inputs: { x, z: x } }, 'scale: binding "z" should be one of x, bias, y but is not one of them.'],
    [{ inputs: {} }, 'scale: binding "x" should be given but is missing.'],
    [{ inputs: { x }, outputs: ["q"] }, 'scale: binding "q" should be one of x, bias, y but is not one of them.'],
    [
      { inputs: { x }, dims: { n: Number.NaN } },
      "scale: dim n (elements) should be a whole number from 0 to 2^32 - 1 but is NaN.",
    ],
  ])("refuses %o before any GPU work", async (change, message) => {
    const before = gpu.device.counters.snapshot();
    const call = { dims: { n: 3 }, scalars: { gain: 2 }, ...change };
    await expect(runKernel(gpu.device, scale, call)).rejects.toThrow(message);
    expect(gpu.device.counters.since(before)).toMatchObject({ buffers: 0, pipelines: 0, submissions: 0 });
  });
});

test.each([0, 63])("a grid folded into y reaches every one of 65535 · 64 + %i elements", async (more) => {
  const n = DEFAULT_LIMITS.maxComputeWorkgroupsPerDimension * 64 + more;
  const index = defineKernel({
    name: "index",
    dims: { n: perCall("elements") },
    bindings: { out: write("u32", "n") },
    plan: ({ n }, limits) => flatPlan(n, limits),
    cost: ({ n }) => ({ flops: 0, bytes: 4 * n }),
    wgsl: (plan) => wgsl`
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let i = id.x + id.y * ${plan.width}u;
      if (i >= dims.n) { return; }
      out[i] = i;
    }`,
  });
  const { out } = await runKernel(gpu.device, index, { dims: { n }, inputs: {}, guardWords: 64 });
  expect(out?.subarray(0, n).findIndex((value, i) => value !== i)).toBe(-1);
  expect(out?.subarray(n).every((word) => word === GUARD_WORD)).toBe(true);
});
