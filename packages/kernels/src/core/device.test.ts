import { describe, expect, test } from "vitest";
import { fakeDevice, fakeGPU } from "../test-support/fake-gpu";
import type { Device } from "./device";
import { DeviceLostError, DisposedError } from "./errors";
import { open, wrap } from "./open";

async function opened() {
  const fake = fakeDevice();
  const device = await open({ gpu: fakeGPU({ device: async () => fake.gpu }).gpu });
  return { fake, device };
}

/** Everything that uses the GPU or trusts a number that came from it. */
function uses(device: Device): Record<string, () => Promise<unknown>> {
  const buffer = { size: 256 } as GPUBuffer;
  const range = { buffer, offset: 0, size: 4 };
  return {
    submit: async () => device.submit("step", () => undefined),
    upload: async () => device.upload(range, new Float32Array(1)),
    read: () => device.read(range),
    idle: () => device.idle(),
    acquire: async () => device.pool.acquire(4, "array"),
  };
}

const USES = Object.keys(uses(wrap(fakeDevice().gpu)));

describe("a lost device", () => {
  test("tells those who listen once, and those who come later at once", async () => {
    const { fake, device } = await opened();
    const heard: DeviceLostError[] = [];
    device.onLost((error) => heard.push(error));
    const stop = device.onLost(() => heard.push(new DeviceLostError({ where: "a listener that stopped" })));
    stop();
    expect(device.lost).toBe(null);
    fake.lose("unknown", "the GPU process crashed");
    await device.gpu.lost;
    expect(heard).toHaveLength(1);
    expect(heard[0]).toBe(device.lost);
    expect(heard[0]?.message).toMatchInlineSnapshot(
      `"GPU: the device was lost (unknown: the GPU process crashed). Call open() again, make the model anew and load what was saved last."`,
    );
    device.onLost((error) => heard.push(error));
    expect(heard).toHaveLength(2);
  });

  test.each(USES)("%s throws what was told", async (name) => {
    const { fake, device } = await opened();
    fake.lose("unknown", "");
    await device.gpu.lost;
    await expect(uses(device)[name]?.()).rejects.toBe(device.lost);
  });

  test("creates no buffer", async () => {
    const { fake, device } = await opened();
    fake.lose("unknown", "");
    await device.gpu.lost;
    await expect(uses(device).read?.()).rejects.toThrow();
    expect(fake.created).toEqual([]);
  });
});

describe("an error that no scope caught", () => {
  test.each(USES)("makes %s throw: some work did not happen", async (name) => {
    const { fake, device } = await opened();
    fake.fault("[Buffer] is used twice");
    await device.pool.settled();
    await expect(uses(device)[name]?.()).rejects.toMatchObject({ name: "DeviceLostError" });
  });

  test("says the first such error and what to do", async () => {
    const { fake, device } = await opened();
    fake.fault("[Buffer] is used twice");
    fake.fault("a consequence of it");
    await device.pool.settled();
    expect(() => device.assertAlive("matmul")).toThrowErrorMatchingInlineSnapshot(
      `[DeviceLostError: matmul: the device refused earlier work, so what it holds cannot be trusted: [Buffer] is used twice. Call open() again, make the model anew and load what was saved last.]`,
    );
  });

  test("is not ours to judge on a device that the caller had", async () => {
    const fake = fakeDevice();
    const device = wrap(fake.gpu);
    fake.fault("the caller's own mistake");
    await device.pool.settled();
    device.assertAlive("matmul");
    await device.idle();
  });
});

describe("a disposed device", () => {
  test.each(USES)("%s throws", async (name) => {
    const { device } = await opened();
    device.dispose();
    await expect(uses(device)[name]?.()).rejects.toBeInstanceOf(DisposedError);
  });

  test("says so", async () => {
    const { device } = await opened();
    device.dispose();
    expect(device.disposed).toBe(true);
    expect(() => device.assertAlive("matmul")).toThrowErrorMatchingInlineSnapshot(
      `[DisposedError: matmul: the device is disposed of. Call open() for a new one.]`,
    );
  });

  test("was destroyed if we opened it, and that is no loss to report", async () => {
    const { fake, device } = await opened();
    const heard: unknown[] = [];
    device.onLost((error) => heard.push(error));
    device.dispose();
    device.dispose();
    await device.gpu.lost;
    expect(fake.isDestroyed).toBe(true);
    expect(heard).toEqual([]);
  });

  test("lives on if the caller had it, without our buffers", async () => {
    const fake = fakeDevice();
    const device = wrap(fake.gpu);
    const held = device.pool.acquire(4, "held");
    device.pool.release(device.pool.acquire(4, "free"));
    device.dispose();
    expect(fake.isDestroyed).toBe(false);
    expect(fake.destroyed).toEqual(["free"]);
    device.pool.release(held);
    expect(fake.destroyed).toEqual(["free", "held"]);
    expect(device.counters).toMatchObject({ liveBuffers: 0, liveBytes: 0 });
  });

  test("using disposes", async () => {
    const { fake, device } = await opened();
    {
      using scoped = device;
      expect(scoped.disposed).toBe(false);
    }
    expect(fake.isDestroyed).toBe(true);
  });
});

test("a read that ends with a loss gives no numbers", async () => {
  const { fake, device } = await opened();
  const reading = device.read({ buffer: device.pool.acquire(4, "x"), offset: 0, size: 4 });
  fake.lose("unknown", "driver reset");
  await expect(reading).rejects.toMatchObject({ name: "DeviceLostError" });
});

test("reading again and again makes one staging buffer", async () => {
  const { fake, device } = await opened();
  const range = { buffer: device.pool.acquire(64, "x"), offset: 0, size: 64 };
  for (let i = 0; i < 5; i++) expect((await device.read(range)).byteLength).toBe(64);
  expect(fake.created).toEqual(["x", "readback"]);
  expect(device.counters).toMatchObject({ readbacks: 5, submissions: 5, liveBuffers: 2 });
  device.trim();
  expect(device.counters).toMatchObject({ liveBuffers: 1 });
});
