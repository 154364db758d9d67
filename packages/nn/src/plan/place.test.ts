import { softmax } from "@unroll/kernels";
import { seededRandom } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { Tensor } from "../tensor/tensor";
import { type Item, type Value, whole } from "./lower";
import { type ArenaDevice, place } from "./place";

/** A device that hands out buffers which are nothing but a size, and counts them. */
function fakeDevice(): { device: ArenaDevice; made: GPUBuffer[] } {
  const made: GPUBuffer[] = [];
  const acquire = (size: number, label: string): GPUBuffer => {
    const buffer = { size, label } as GPUBuffer;
    made.push(buffer);
    return buffer;
  };
  const onDispose = (listener: () => void): void => void listener;
  const pool = { acquire, release: () => undefined, isRefused: () => false };
  return { device: { pool, onDispose }, made };
}

const value = (size: number): Tensor => new Tensor({ kind: "device" }, [size], "f32");

function item(reads: readonly Tensor[], writes: readonly Tensor[]): Item {
  const named = <V>(values: readonly V[]): Record<string, V> =>
    Object.fromEntries(values.map((one, index) => [String(index), one]));
  return {
    kernel: softmax,
    dims: {},
    options: {},
    scalars: {},
    reads: named(reads.map(whole)),
    writes: named(writes),
  };
}

/** A program of some hundred items of several sizes, each reading what was made before. */
function program(seed: number): { items: Item[]; loaded: Tensor[]; kept: Set<Tensor> } {
  const random = seededRandom(seed);
  const pick = (of: readonly Tensor[]): Tensor => of[Math.floor(random() * of.length)] as Tensor;
  const size = (): number => 2 ** Math.floor(random() * 12) * 64;
  const loaded = [value(64), value(size())];
  const values = [...loaded];
  const items: Item[] = [];
  for (let n = 0; n < 150; n++) {
    const writes = Array.from({ length: 1 + Math.floor(random() * 3) }, () => value(size()));
    items.push(item([pick(values.slice(-6)), pick(values.slice(-20))], writes));
    values.push(...writes);
  }
  return { items, loaded, kept: new Set([pick(values), pick(values), values.at(-1) as Tensor]) };
}

describe("placing intermediates", () => {
  test.each([1, 2, 3, 4, 5, 6])("no two values that live at once share a buffer: seed %i", (seed) => {
    const { items, loaded, kept } = program(seed);
    const { device } = fakeDevice();
    const places = place(device, items, new Map(), loaded, kept);
    const firstUse = new Map<Value, number>(loaded.map((tensor) => [tensor, -1]));
    const lastUse = new Map<Value, number>(loaded.map((tensor) => [tensor, -1]));
    for (const [index, { reads, writes }] of items.entries()) {
      for (const output of Object.values(writes)) firstUse.set(output, index);
      for (const tensor of [...Object.values(writes), ...Object.values(reads).map(({ base }) => base)]) {
        lastUse.set(tensor, index);
      }
    }
    for (const tensor of kept) lastUse.set(tensor, items.length);
    const lives = [...firstUse].map(([tensor, from]) => ({ tensor, from, to: lastUse.get(tensor) as number }));
    for (const { tensor } of lives) expect(places.get(tensor)?.size).toBeGreaterThanOrEqual(tensor.size * 4);
    let shared = 0;
    for (const [k, a] of lives.entries()) {
      for (const b of lives.slice(k + 1)) {
        if (places.get(a.tensor)?.buffer !== places.get(b.tensor)?.buffer) continue;
        shared++;
        // Lives that only touch overlap too: a dispatch may not read and write one buffer.
        expect(a.to < b.from || b.to < a.from, `[${a.from}, ${a.to}] and [${b.from}, ${b.to}]`).toBe(true);
      }
    }
    expect(shared).toBeGreaterThan(100);
  });

  test("a chain of any length needs two buffers", () => {
    for (const length of [3, 30, 300]) {
      const { device, made } = fakeDevice();
      const values = Array.from({ length }, () => value(1000));
      const items = values.slice(1).map((output, index) => item([values[index] as Tensor], [output]));
      place(device, items, new Map(), values.slice(0, 1), new Set(values.slice(-1)));
      expect(made).toHaveLength(2);
    }
  });

  test("plans of one device share the arena, those of two devices do not", () => {
    const [first, second] = [fakeDevice(), fakeDevice()];
    const run = ({ device }: typeof first): void => {
      const [a, b] = [value(100), value(100)];
      place(device, [item([a], [b])], new Map(), [a], new Set([b]));
    };
    run(first);
    run(first);
    run(second);
    expect(first.made).toHaveLength(2);
    expect(second.made).toHaveLength(2);
  });

  test("a place that was given stays, and its buffer is never lent to another value", () => {
    const { device, made } = fakeDevice();
    const [a, b, c] = [value(10), value(10), value(10)];
    const given = { buffer: { size: 40 } as GPUBuffer, offset: 0, size: 40 };
    const places = place(device, [item([a], [b]), item([b], [c])], new Map([[b, given]]), [a], new Set([c]));
    expect(places.get(b)).toBe(given);
    expect(made).not.toContain(given.buffer);
    expect(places.get(c)?.buffer).not.toBe(given.buffer);
  });

  test("a value nobody reads still has a place of its own while it is written", () => {
    const { device } = fakeDevice();
    const [a, unused, b] = [value(10), value(10), value(10)];
    const places = place(device, [item([a], [unused, b])], new Map(), [a], new Set([b]));
    expect(new Set([a, unused, b].map((tensor) => places.get(tensor)?.buffer)).size).toBe(3);
  });
});
