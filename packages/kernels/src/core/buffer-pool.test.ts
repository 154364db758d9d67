import { seededRandom } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { type FakeDeviceOptions, fakeDevice } from "../test-support/fake-gpu";
import { sizeClass } from "./buffer-pool";
import type { DeviceOptions } from "./device";
import { OutOfMemoryError } from "./errors";
import { wrap } from "./open";

function pooled(fakeOptions: FakeDeviceOptions = {}, options: DeviceOptions = {}) {
  const fake = fakeDevice(fakeOptions);
  const device = wrap(fake.gpu, options);
  return { fake, device, pool: device.pool, counters: device.counters };
}

describe("size classes", () => {
  const random = seededRandom(1);
  const sizes = [0, 1, 255, 256, 257, 2047, 2048, 2049, 2 ** 20, 2 ** 20 + 1, 2 ** 32 - 1, 2 ** 32];
  for (let i = 0; i < 2000; i++) sizes.push(Math.floor(2 ** (33 * random())));

  test("hold what was asked for, waste at most an eighth, and are their own class", () => {
    for (const bytes of sizes) {
      const size = sizeClass(bytes);
      expect(size, `${bytes}`).toBeGreaterThanOrEqual(Math.max(1, bytes));
      expect(size - bytes, `${bytes}`).toBeLessThan(Math.max(257, bytes / 8 + 1));
      expect(size % 256, `${bytes}`).toBe(0);
      expect(sizeClass(size), `${bytes}`).toBe(size);
    }
  });

  test("never shrink as sizes grow", () => {
    const sorted = [...sizes].sort((a, b) => a - b).map(sizeClass);
    for (let i = 1; i < sorted.length; i++) expect(sorted[i]).toBeGreaterThanOrEqual(sorted[i - 1] ?? 0);
  });

  test("are eight to an octave", () => {
    const classes = new Set(Array.from({ length: 65536 - 32768 }, (_, i) => sizeClass(32769 + i)));
    expect(classes.size).toBe(8);
  });
});

describe("reuse", () => {
  test("a released buffer serves the next of its class, and no other", () => {
    const { pool, counters } = pooled();
    const first = pool.acquire(1000, "a");
    pool.release(first);
    expect(pool.acquire(900, "b")).toBe(first);
    expect(pool.acquire(900, "c")).not.toBe(first);
    expect(pool.acquire(5000, "d").size).toBe(sizeClass(5000));
    expect(counters).toMatchObject({ buffers: 3, liveBuffers: 3, liveBytes: 1024 * 2 + sizeClass(5000) });
  });

  test("a buffer of another usage is not handed out", () => {
    const { pool } = pooled();
    const staging = pool.acquire(256, "staging", 0x9);
    pool.release(staging);
    expect(pool.acquire(256, "array")).not.toBe(staging);
    expect(pool.acquire(256, "staging again", 0x9)).toBe(staging);
  });

  test("trim destroys what nobody uses, and only that", () => {
    const { fake, pool, counters } = pooled();
    pool.acquire(256, "used");
    pool.release(pool.acquire(512, "free"));
    pool.trim();
    pool.trim();
    expect(fake.destroyed).toEqual(["free"]);
    expect(counters).toMatchObject({ buffers: 2, liveBuffers: 1, liveBytes: 256 });
    pool.acquire(512, "anew");
    expect(fake.created).toEqual(["used", "free", "anew"]);
  });

  test("in a steady state nothing is created, whatever the order", () => {
    const { pool, counters } = pooled();
    const random = seededRandom(2);
    const step = (): void => {
      const taken = [300, 5000, 5001, 70_000].sort(() => random() - 0.5).map((bytes) => pool.acquire(bytes, "x"));
      for (const buffer of taken) pool.release(buffer);
    };
    step();
    const before = counters.snapshot();
    for (let i = 0; i < 100; i++) step();
    expect(counters.since(before)).toMatchObject({ buffers: 0, liveBuffers: 0, liveBytes: 0 });
  });
});

describe("the largest buffer", () => {
  const limits = { maxBufferSize: 10_000 };

  test("may be asked for to the last byte, though its class is larger", () => {
    const { pool } = pooled({ limits });
    expect(sizeClass(9_500)).toBeGreaterThan(10_000);
    const largest = pool.acquire(9_500, "largest");
    expect(largest.size).toBe(10_000);
    pool.release(largest);
    expect(pool.acquire(9_999, "again")).toBe(largest);
  });

  test("is not passed", () => {
    const { fake, pool } = pooled({ limits });
    expect(() => pool.acquire(10_001, "logits")).toThrowErrorMatchingInlineSnapshot(
      `[DeviceLimitError: logits: a buffer should be at most 10000 bytes on this device but is 10001 bytes. Use a smaller batch, fewer steps or a smaller model.]`,
    );
    expect(fake.created).toEqual([]);
  });
});

describe("the memory budget", () => {
  test("is refused before any GPU work", () => {
    const { fake, pool, counters } = pooled({}, { memoryBudget: 1024 });
    pool.acquire(512, "a");
    expect(() => pool.acquire(1024, "b")).toThrowErrorMatchingInlineSnapshot(
      `[OutOfMemoryError: b: a buffer of 1024 bytes is more than the memoryBudget of 1024 bytes allows, with 512 bytes in use. Use a smaller batch, dispose of tensors no longer needed, or call device.trim().]`,
    );
    expect(fake.created).toEqual(["a"]);
    expect(counters).toMatchObject({ buffers: 1, liveBytes: 512 });
  });

  test("counts what is free only until the room is needed", () => {
    const { fake, pool } = pooled({}, { memoryBudget: 1024 });
    pool.release(pool.acquire(512, "old"));
    pool.acquire(1024, "new");
    expect(fake.destroyed).toEqual(["old"]);
  });

  test("may be used to its last byte", () => {
    const { pool } = pooled({}, { memoryBudget: 1024 });
    pool.acquire(512, "a");
    pool.acquire(512, "b");
    expect(() => pool.acquire(1, "c")).toThrow(OutOfMemoryError);
  });
});

describe("a device without room", () => {
  test("settled throws until the refused buffer is released", async () => {
    const { fake, pool, counters } = pooled({ memory: 4096 });
    const good = pool.acquire(4096, "good");
    const bad = pool.acquire(8192, "scores");
    await expect(pool.settled()).rejects.toThrowErrorMatchingInlineSnapshot(
      `[OutOfMemoryError: scores: a buffer of 8192 bytes is more than the device has room for, with 4096 bytes in use. Use a smaller batch, dispose of tensors no longer needed, or call device.trim().]`,
    );
    await expect(pool.settled()).rejects.toBeInstanceOf(OutOfMemoryError);
    expect(pool.isRefused(bad)).toBe(true);
    expect(pool.isRefused(good)).toBe(false);
    pool.release(bad);
    await pool.settled();
    expect(fake.destroyed).toEqual(["scores"]);
    expect(counters).toMatchObject({ liveBuffers: 1, liveBytes: 4096 });
    expect(pool.acquire(8192, "next")).not.toBe(bad);
  });

  test("loses what is free, to make room for another attempt", async () => {
    const { fake, pool } = pooled({ memory: 4096 });
    pool.release(pool.acquire(4096, "free"));
    pool.acquire(8192, "scores");
    await expect(pool.settled()).rejects.toBeInstanceOf(OutOfMemoryError);
    expect(fake.destroyed).toEqual(["free"]);
  });

  test("gives no number while a refused buffer is in use, and works again afterwards", async () => {
    const { fake, device, pool } = pooled({ memory: 4096 });
    const good = { buffer: pool.acquire(256, "good"), offset: 0, size: 4 };
    const bad = pool.acquire(8192, "scores");
    fake.fault("[Buffer scores] is invalid");
    await expect(device.read(good)).rejects.toBeInstanceOf(OutOfMemoryError);
    await expect(device.idle()).rejects.toBeInstanceOf(OutOfMemoryError);
    pool.release(bad);
    expect((await device.read(good)).byteLength).toBe(4);
    await device.idle();
  });
});
