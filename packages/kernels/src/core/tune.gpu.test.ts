import { afterEach, describe, expect, test } from "vitest";
import { type Device, indexedDBStore, open, Program, tune, type Variant, withVariants } from ".";
import { defineKernel, perCall, read, write } from "./define-kernel";
import { flatPlan } from "./plan";
import { wgsl } from "./wgsl";

/** y = gain·x, after `waits` turns of a loop that compilers cannot leave out. */
const scaleAfter = (name: string, waits: number) =>
  defineKernel({
    name,
    dims: { n: perCall("numbers") },
    scalars: { gain: "f32" },
    bindings: { x: read("f32", "n"), y: write("f32", "n") },
    plan: ({ n }, limits) => flatPlan(n, limits),
    cost: ({ n }) => ({ flops: n, bytes: 8 * n }),
    wgsl: (plan) => wgsl`
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let n = id.x + id.y * ${plan.width}u;
      if (n >= dims.n) { return; }
      var spent = 0.0;
      for (var turn = 0u; turn < ${waits}u; turn++) { spent += sin(x[n] + f32(turn)); }
      y[n] = dims.gain * x[n] + 1e-30 * spent;
    }`,
  });
const expectedBest = (kernel: Variant["kernel"]): Variant => ({ kernel, why: "is thought well of", speed: () => 1.2 });

/** Slow, but thought to be fast. */
const slow = scaleAfter("scale_slow", 4_000);
const scale = withVariants(scaleAfter("scale", 1), [expectedBest(slow)]);

const n = 4096;
const x = Float32Array.from({ length: n }, (_, index) => (index + 1) / 7);
const opened: Device[] = [];

async function openDevice(choices: NonNullable<Parameters<typeof open>[0]>["choices"] = {}): Promise<Device> {
  const device = await open({ onWarning: () => undefined, choices: { policy: "measured", ...choices } });
  opened.push(device);
  return device;
}

async function program(device: Device) {
  const range = () => ({ buffer: device.pool.acquire(n * 4, "test"), offset: 0, size: n * 4 });
  const [from, to] = [range(), range()];
  device.upload(from, x);
  const bindings = { x: from, y: to };
  const made = await Program.compile(device, [{ kernel: scale, dims: { n }, scalars: { gain: 2 }, bindings }]);
  const result = async (of = to): Promise<Float32Array> => {
    made.run();
    return new Float32Array(await device.read(of));
  };
  return { made, result, range };
}

const nameOf = (made: Program): string | undefined => made.specialisations[0]?.kernel.name;

afterEach(() => {
  for (const device of opened.splice(0)) device.dispose();
});

describe("tuning", () => {
  test("puts the kernel that was measured fastest in place of the one expected to be, and no bit changes", async () => {
    const { made, result } = await program(await openDevice());
    expect(nameOf(made)).toBe("scale_slow");
    const before = await result();
    expect(before[6]).toBe(2);
    await tune(opened[0] as Device, made);
    expect(nameOf(made)).toBe("scale");
    expect(made.reasons[0]).toMatch(/^measured: fastest of 2, .* against .* of scale_slow$/);
    expect(await result()).toEqual(before);
    expect(made.undecided).toEqual([]);
  });

  test("keeps the scalars and ranges that were set before it and while it ran", async () => {
    const device = await openDevice();
    const { made, result, range } = await program(device);
    made.setScalar(0, "gain", 3);
    const tuning = tune(device, made);
    const elsewhere = range();
    made.rebind(0, "y", elsewhere);
    await tuning;
    expect((await result(elsewhere))[6]).toBe(3);
  });

  test("is asked of one program at a time, and what one found holds for the next", async () => {
    const device = await openDevice();
    const [first, second] = [await program(device), await program(device)];
    const before = device.counters.pipelines;
    await Promise.all([tune(device, first.made), tune(device, second.made)]);
    expect([nameOf(first.made), nameOf(second.made)]).toEqual(["scale", "scale"]);
    expect(device.counters.pipelines - before).toBe(1); // the plain kernel, once; the other was compiled already
  });

  test("gives back all memory that it measured in", async () => {
    const device = await openDevice();
    const { made } = await program(device);
    const before = device.counters.liveBytes;
    await tune(device, made);
    device.trim();
    expect(device.counters.liveBytes).toBeLessThanOrEqual(before);
  });

  test("is not wanted where the policy is to go by what is expected", async () => {
    const device = await openDevice({ policy: "expected" });
    const { made } = await program(device);
    expect(made.undecided).toEqual([]);
    await tune(device, made);
    expect(nameOf(made)).toBe("scale_slow");
  });

  test("stays with what is expected where there is no memory to measure in", async () => {
    const device = await open({
      onWarning: () => undefined,
      memoryBudget: 4 * n * 4,
      choices: { policy: "measured" },
    });
    opened.push(device);
    const { made, result } = await program(device);
    await tune(device, made);
    expect(nameOf(made)).toBe("scale_slow");
    expect((await result())[6]).toBe(2);
  });

  test("holds where the store takes nothing, and says so", async () => {
    const cause = new Error("no room");
    const device = await openDevice({ store: { load: async () => null, save: () => Promise.reject(cause) } });
    const { made, result } = await program(device);
    await expect(tune(device, made)).rejects.toBe(cause);
    expect(nameOf(made)).toBe("scale");
    expect((await result())[6]).toBe(2);
    await tune(device, made); // nothing is left to be measured, nor to be kept
  });

  test("of a program that was disposed of meanwhile does nothing to it", async () => {
    const device = await openDevice();
    const { made } = await program(device);
    const tuning = tune(device, made);
    made.dispose();
    await tuning;
    expect(() => made.run()).toThrow("disposed");
  });
});

test("software adapters are not measured unless that is asked for", async () => {
  const device = await open({ onWarning: () => undefined });
  opened.push(device);
  expect(device.choices.policy).toBe(device.adapter.isSoftware ? "expected" : "measured");
  expect((await program(device)).made.undecided.length).toBe(device.adapter.isSoftware ? 0 : 1);
});

test("a choice kept in IndexedDB is there for the next device, before anything is measured", async () => {
  const store = indexedDBStore(`unroll-test-${Math.round(performance.timeOrigin)}`);
  expect(await store.load()).toBeNull();
  const first = await openDevice({ store });
  const { made } = await program(first);
  await tune(first, made);
  const { made: next } = await program(await openDevice({ store }));
  expect(nameOf(next)).toBe("scale");
  expect(next.undecided).toEqual([]);
});
