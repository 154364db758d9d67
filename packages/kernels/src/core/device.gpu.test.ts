import { describe, expect, test } from "vitest";
import { useTestDevice } from "../test-support/device";
import { scale } from "../test-support/kernels";
import type { BufferRange } from "./buffer-pool";
import { Device } from "./device";
import { DeviceLostError, DisposedError, OutOfMemoryError, ShapeError } from "./errors";
import { type OpenOptions, open, wrap } from "./open";
import { Program } from "./program";
import { runKernel } from "./run-kernel";

const gpu = useTestDevice(); // for the check that this file used a GPU, and that no fault of a test here reached it

const openOne = (options: OpenOptions = {}): Promise<Device> =>
  open({
    limits: import.meta.env.UNROLL_LIMITS === "default" ? "default" : "raised",
    onWarning: () => undefined,
    ...options,
  });

async function prepared(device: Device) {
  const range = (label: string): BufferRange => ({ buffer: device.pool.acquire(12, label), offset: 0, size: 12 });
  const [x, y] = [range("x"), range("y")];
  device.upload(x, Float32Array.of(1, 2, 3));
  const call = { kernel: scale, dims: { n: 3 }, scalars: { gain: 2 }, bindings: { x, y } };
  return { x, y, call, program: await Program.compile(device, [call]) };
}

type Prepared = Awaited<ReturnType<typeof prepared>>;

/** Everything that uses the GPU or trusts a number that came from it. */
const USES: Record<string, (device: Device, before: Prepared) => unknown> = {
  submit: (device) => device.submit("step", () => undefined),
  upload: (device, { x }) => device.upload(x, new Float32Array(3)),
  read: (device, { y }) => device.read(y),
  idle: (device) => device.idle(),
  "pool.acquire": (device) => device.pool.acquire(4, "array"),
  "Program.compile": (device, { call }) => Program.compile(device, [call]),
  "Program.run": (_, { program }) => program.run(),
  runKernel: (device) =>
    runKernel(device, scale, { dims: { n: 1 }, scalars: { gain: 1 }, inputs: { x: Float32Array.of(1) } }),
};

test("the device of this file works", async () => {
  const { program, y } = await prepared(gpu.device);
  program.run();
  expect([...new Float32Array(await gpu.device.read(y))]).toEqual([2, 4, 6]);
});

describe("open", () => {
  test("takes limits no larger than the adapter's, no smaller than the defaults", async () => {
    const device = await openOne({ limits: "raised" });
    const adapter = await navigator.gpu.requestAdapter();
    if (!adapter) throw new Error("There is no adapter.");
    expect(device.limits.maxBufferSize).toBe(adapter.limits.maxBufferSize);
    expect(device.limits.maxStorageBuffersPerShaderStage).toBe(adapter.limits.maxStorageBuffersPerShaderStage);
    device.dispose();
  });

  test("with limits: default takes WebGPU's own", async () => {
    const device = await openOne({ limits: "default", features: [] });
    expect(device.limits).toMatchObject({ maxBufferSize: 2 ** 28, maxStorageBuffersPerShaderStage: 8 });
    expect(device.features.has("timestamp-query")).toBe(false);
    device.dispose();
  });

  test("tells of a software adapter", async () => {
    const warnings: string[] = [];
    const device = await openOne({ onWarning: (message) => warnings.push(message) });
    expect(warnings).toHaveLength(device.adapter.isSoftware ? 1 : 0);
    device.dispose();
  });
});

describe("a destroyed device", () => {
  test("is told as an event and by its flag", async () => {
    const device = await openOne();
    const heard: DeviceLostError[] = [];
    device.onLost((error) => heard.push(error));
    device.gpu.destroy();
    await device.gpu.lost;
    expect(heard).toEqual([device.lost]);
    expect(device.lost?.message).toMatch(/^GPU: the device was lost \(destroyed.*\)\. Call open\(\) again/s);
  });

  test.each(Object.keys(USES))("%s does not pretend", async (name) => {
    const device = await openOne();
    const before = await prepared(device);
    device.gpu.destroy();
    await device.gpu.lost;
    await expect(async () => USES[name]?.(device, before)).rejects.toBe(device.lost);
  });

  test.each(["read", "idle", "Program.compile", "runKernel"])(
    "%s does not pretend even if asked at once, before the loss is told",
    async (name) => {
      const device = await openOne();
      const before = await prepared(device);
      device.gpu.destroy();
      await expect(async () => USES[name]?.(device, before)).rejects.toBeInstanceOf(DeviceLostError);
    },
  );

  test("settles what was pending", async () => {
    const device = await openOne();
    const { program, y, call } = await prepared(device);
    program.run();
    const pending = [device.read(y), device.read(y), device.idle(), Program.compile(device, [call])];
    device.gpu.destroy();
    const results = await Promise.allSettled(pending);
    expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected", "rejected"]);
    for (const result of results) {
      if (result.status === "rejected") expect(result.reason).toBeInstanceOf(DeviceLostError);
    }
  });

  test("can be followed by a new one", async () => {
    const device = await openOne();
    device.gpu.destroy();
    await device.gpu.lost;
    const next = await openOne();
    const { program, y } = await prepared(next);
    program.run();
    expect([...new Float32Array(await next.read(y))]).toEqual([2, 4, 6]);
    next.dispose();
  });
});

describe("a disposed device", () => {
  test.each(Object.keys(USES))("%s throws DisposedError", async (name) => {
    const device = await openOne();
    const before = await prepared(device);
    device.dispose();
    await expect(async () => USES[name]?.(device, before)).rejects.toBeInstanceOf(DisposedError);
  });

  test("settles a pending read", async () => {
    const device = await openOne();
    const { y } = await prepared(device);
    const reading = device.read(y);
    device.dispose();
    await expect(reading).rejects.toBeInstanceOf(DisposedError);
  });

  test("ends the GPU device, with no loss reported", async () => {
    const device = await openOne();
    const heard: unknown[] = [];
    device.onLost((error) => heard.push(error));
    device.dispose();
    expect((await device.gpu.lost).reason).toBe("destroyed");
    expect(heard).toEqual([]);
  });
});

describe("work that the device refuses", () => {
  test.each(["opened", "wrapped"])("makes the next number an error on a device that was %s", async (made) => {
    const opened = await openOne();
    const device = made === "opened" ? opened : wrap(opened.gpu);
    const { x, y } = await prepared(device);
    device.submit("copy", (encoder) => encoder.copyBufferToBuffer(x.buffer, 0, y.buffer, 8192, 4));
    await expect(device.read(y)).rejects.toThrow(/^Device.read: the device refused earlier work/);
    expect(() => device.submit("step", () => undefined)).toThrow(DeviceLostError);
    opened.dispose();
  });

  test("is told by idle too", async () => {
    const device = await openOne();
    const { x, y } = await prepared(device);
    device.submit("copy", (encoder) => encoder.copyBufferToBuffer(x.buffer, 0, y.buffer, 8192, 4));
    await expect(device.idle()).rejects.toThrow(/^Device.idle: the device refused earlier work/);
    device.dispose();
  });

  test("outside submissions ends trust as soon as it is told", async () => {
    const device = await openOne();
    const told = new Promise((resolve) => device.gpu.addEventListener("uncapturederror", resolve));
    device.gpu.queue.writeBuffer(device.gpu.createBuffer({ size: 4, usage: 8 }), 256, new Uint32Array(1));
    await told;
    await expect(device.idle()).rejects.toThrow(/^Device.idle: the device refused earlier work/);
    device.dispose();
  });

  test("cannot be an upload or a read that is not of words within its buffer: that is refused at once", async () => {
    const { device } = gpu;
    const { x, program, y } = await prepared(device);
    expect(() => device.upload({ ...x, offset: 252 }, new Float32Array(2))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: Device.upload: x should be words of 4 bytes within its buffer of 256 bytes but is bytes 252 to 260.]`,
    );
    for (const offset of [-4, 2, Number.NaN]) {
      expect(() => device.upload({ ...x, offset }, new Float32Array(1))).toThrow(ShapeError);
      await expect(device.read({ ...x, offset, size: 4 })).rejects.toThrow(ShapeError);
    }
    expect(() => device.upload(x, new Uint8Array(5))).toThrow(ShapeError);
    for (const size of [6, 260, Number.NaN]) await expect(device.read({ ...x, size })).rejects.toThrow(ShapeError);
    program.run();
    expect([...new Float32Array(await device.read(y))]).toEqual([2, 4, 6]);
  });

  test("cannot be a call that reads and writes one buffer, or takes no words of it: that is refused at once", async () => {
    const { device } = gpu;
    const { x, call, program, y } = await prepared(device);
    const inPlace = Program.compile(device, [{ ...call, bindings: { x, y: x } }]);
    await expect(inPlace).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ValueError: scale: the array "x" should be in another buffer but is in one that the call writes.]`,
    );
    for (const [name, range] of Object.entries({ x: y, y: x })) program.rebind(0, name, range); // one and then the other may
    for (const [name, range] of Object.entries({ x, y })) program.rebind(0, name, range);
    for (const wrong of [{ size: 17 }, { size: Number.NaN }, { offset: -256 }]) {
      const compiling = Program.compile(device, [{ ...call, bindings: { x: { ...x, ...wrong }, y } }]);
      await expect(compiling).rejects.toThrow(ShapeError);
    }
    program.run();
    expect([...new Float32Array(await device.read(y))]).toEqual([2, 4, 6]);
  });

  test("a recording that throws leaves the device as it was", async () => {
    const { program, y } = await prepared(gpu.device);
    const failing = () =>
      gpu.device.submit("step", () => {
        throw new RangeError("no such step");
      });
    expect(failing).toThrow(RangeError);
    program.run();
    expect([...new Float32Array(await gpu.device.read(y))]).toEqual([2, 4, 6]);
  });
});

describe("wrap", () => {
  async function callersDevice(): Promise<GPUDevice> {
    const adapter = await navigator.gpu.requestAdapter();
    if (!adapter) throw new Error("There is no adapter.");
    return adapter.requestDevice();
  }

  test("works on the caller's device, and leaves it alive", async () => {
    const own = await callersDevice();
    const device = wrap(own);
    expect(device).toBeInstanceOf(Device);
    expect(device.gpu).toBe(own);
    const { program, x, y } = await prepared(device);
    const encoder = own.createCommandEncoder();
    const pass = encoder.beginComputePass();
    program.uploadScalars();
    program.encode(pass);
    pass.end();
    const result = own.createBuffer({ size: 12, usage: 0x1 | 0x8 });
    encoder.copyBufferToBuffer(y.buffer, 0, result, 0, 12);
    own.queue.submit([encoder.finish()]);
    program.dispose();
    device.pool.release(x.buffer);
    device.pool.release(y.buffer);
    device.dispose();
    expect(device.counters.liveBuffers).toBe(0);
    await result.mapAsync(0x1); // GPUMapMode.READ; a destroyed device would refuse
    expect([...new Float32Array(result.getMappedRange())]).toEqual([2, 4, 6]);
    own.destroy();
  });

  test("tells when the caller's device is lost", async () => {
    const own = await callersDevice();
    const device = wrap(own);
    own.destroy();
    await own.lost;
    expect(device.lost).toBeInstanceOf(DeviceLostError);
    expect(() => device.submit("step", () => undefined)).toThrow(DeviceLostError);
  });

  test("does not take the caller's mistakes for its own", async () => {
    const own = await callersDevice();
    const device = wrap(own);
    own.queue.writeBuffer(own.createBuffer({ size: 4, usage: 8 }), 256, new Uint32Array(1));
    const { program, y } = await prepared(device);
    program.run();
    expect([...new Float32Array(await device.read(y))]).toEqual([2, 4, 6]);
    own.destroy();
  });
});

describe("out of memory", () => {
  /** Takes the largest buffers there are until the device refuses one, or 3 GiB are taken: more could end the browser. */
  async function fill(device: Device): Promise<{ taken: GPUBuffer[]; error: unknown }> {
    const taken: GPUBuffer[] = [];
    const size = device.limits.maxBufferSize;
    for (let bytes = 0; bytes < 3 * 2 ** 30; bytes += size) {
      taken.push(device.pool.acquire(size, `filling ${taken.length}`));
      const error = await device.pool.settled().then(
        () => null,
        (reason: unknown) => reason,
      );
      if (error) return { taken, error };
    }
    return { taken, error: null };
  }

  test("is a typed error from compile and read, not a lost device, and is over when the buffer is released", async () => {
    const device = await openOne();
    const { call, y, program } = await prepared(device);
    const { taken, error } = await fill(device);
    const last = taken.at(-1) as GPUBuffer;
    if (error) {
      expect(error).toBeInstanceOf(OutOfMemoryError);
      expect(device.pool.isRefused(last)).toBe(true);
      const x = { buffer: last, offset: 0, size: 12 };
      await expect(Program.compile(device, [{ ...call, bindings: { ...call.bindings, x } }])).rejects.toBe(error);
      device.upload(x, new Float32Array(3)); // a consequence, not a fault
      await expect(device.read(y)).rejects.toBe(error);
    } else {
      // this adapter promises what it does not hold yet: all that it took works
      expect(taken.some((buffer) => device.pool.isRefused(buffer))).toBe(false);
    }
    for (const buffer of taken) device.pool.release(buffer);
    device.trim();
    program.run();
    expect([...new Float32Array(await device.read(y))]).toEqual([2, 4, 6]);
    device.dispose();
  });

  test("of the budget stops runKernel before any GPU work, and leaves nothing behind", async () => {
    const device = await openOne({ memoryBudget: 2 ** 20 });
    const before = device.counters.snapshot();
    const call = { dims: { n: 2 ** 18 }, scalars: { gain: 1 }, inputs: { x: new Float32Array(2 ** 18) } };
    await expect(runKernel(device, scale, call)).rejects.toBeInstanceOf(OutOfMemoryError);
    device.trim();
    expect(device.counters.since(before)).toMatchObject({
      dispatches: 0,
      submissions: 0,
      liveBuffers: 0,
      liveBytes: 0,
    });
    device.dispose();
  });
});
