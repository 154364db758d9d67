import { describe, expect, test } from "vitest";
import { useTestDevice } from "../test-support/device";
import { countSteps, scale } from "../test-support/kernels";
import type { BufferRange } from "./buffer-pool";
import { defineKernel, perCall, update } from "./define-kernel";
import type { Device } from "./device";
import { DisposedError } from "./errors";
import { open } from "./open";
import { flatPlan } from "./plan";
import { type CallTime, profile } from "./profile";
import { type Call, Program } from "./program";
import { wgsl } from "./wgsl";

const gpu = useTestDevice();

/** A long chain of dependent operations, so that more of them take longer on any device. */
const spin = defineKernel({
  name: "spin",
  dims: { n: perCall("elements"), rounds: perCall("operations of each") },
  bindings: { x: update("u32", "n") },
  plan: ({ n }, limits) => flatPlan(n, limits),
  cost: ({ n, rounds }) => ({ flops: 2 * n * rounds, bytes: 8 * n }),
  wgsl: (plan) => wgsl`
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      if (id.x >= dims.n) { return; }
      var value = x[id.x] + id.x;
      for (var i = 0u; i < dims.rounds; i++) { value = value * 1664525u + 1013904223u; }
      x[id.x] = value;
    }`,
});

function array(device: Device, words: number): BufferRange {
  const range = { buffer: device.pool.acquire(words * 4, "test"), offset: 0, size: words * 4 };
  device.upload(range, new Uint32Array(words));
  return range;
}

function spinning(device: Device, rounds: number): Call {
  return { kernel: spin, dims: { n: 4096, rounds }, bindings: { x: array(device, 4096) } };
}

function check(times: readonly CallTime[], clock: CallTime["clock"]): void {
  expect(times.map(({ kernel }) => kernel)).toEqual(["spin", "count_steps", "spin"]);
  for (const time of times) expect(time.clock).toBe(clock);
  const [short, , long] = times.map(({ nanoseconds }) => nanoseconds);
  expect(short).toBeGreaterThanOrEqual(0);
  expect(long).toBeGreaterThan(0);
  // 400 times the work; a tenth of that is asked for, as starting a pass has a cost of its own
  expect(long).toBeGreaterThan(3 * (short ?? Number.NaN));
}

async function program(device: Device) {
  const total = array(device, 1);
  const steps = { kernel: countSteps, dims: { T: 3 }, bindings: { total, order: array(device, 3) } };
  return { total, made: await Program.compile(device, [spinning(device, 100), steps, spinning(device, 40_000)]) };
}

describe("profile", () => {
  test("times each call by the GPU's clock where there is one, else by the wall's", async () => {
    const { made, total } = await program(gpu.device);
    const times = await profile(gpu.device, made, { repeats: 5 });
    check(times, gpu.device.features.has("timestamp-query") ? "gpu" : "wall");
    // it ran for real, five times: each adds 0 + 1 + 2
    expect([...new Uint32Array(await gpu.device.read(total))]).toEqual([15]);
  });

  test("by the wall's clock on a device without timestamps", async () => {
    const device = await open({ features: [], onWarning: () => undefined });
    const { made, total } = await program(device);
    check(await profile(device, made, { repeats: 5 }), "wall");
    expect([...new Uint32Array(await device.read(total))]).toEqual([15]);
    device.dispose();
  });

  test("more calls than one query set has room for", async () => {
    const x = array(gpu.device, 1);
    const calls = Array.from(
      { length: 2100 },
      (_, i): Call =>
        i === 2099
          ? spinning(gpu.device, 4000)
          : { kernel: scale, dims: { n: 0 }, bindings: { x, y: array(gpu.device, 1) } },
    );
    const times = await profile(gpu.device, await Program.compile(gpu.device, calls), { repeats: 1 });
    expect(times).toHaveLength(2100);
    expect(times[2098]?.kernel).toBe("scale");
    expect(times[2099]?.kernel).toBe("spin");
    expect(times[2099]?.nanoseconds).toBeGreaterThan(0);
  });

  test("again and again leaves no buffer behind", async () => {
    const { made } = await program(gpu.device);
    await profile(gpu.device, made, { repeats: 1 });
    const before = gpu.device.counters.snapshot();
    await profile(gpu.device, made, { repeats: 2 });
    expect(gpu.device.counters.since(before)).toMatchObject({ buffers: 0, liveBuffers: 0, bindGroups: 0 });
  });

  test("of no calls is empty, and of a disposed program an error", async () => {
    const none = await Program.compile(gpu.device, []);
    expect(await profile(gpu.device, none)).toEqual([]);
    none.dispose();
    await expect(profile(gpu.device, none)).rejects.toBeInstanceOf(DisposedError);
  });
});
