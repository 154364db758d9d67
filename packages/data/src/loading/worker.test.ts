import { describe, expect, test } from "vitest";
import { LoaderError } from "../errors";
import { buffersOf } from "./port";
import { batchesFrom, serveBatches } from "./worker";

type Batch = { ids: Int32Array; nested: { x: Float32Array }; name: string };

const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 2));

function batches(length: number, failAt = -1) {
  const state = { made: [] as Batch[], closed: false };
  function* items() {
    try {
      for (let n = 0; n < length; n++) {
        if (n === failAt) throw new RangeError(`no batch ${n}.`);
        const batch = { ids: Int32Array.of(n, n + 1), nested: { x: Float32Array.of(n / 2) }, name: `batch ${n}` };
        state.made.push(batch);
        yield batch;
      }
    } finally {
      state.closed = true;
    }
  }
  return { items: items(), state };
}

/** Both ends of a channel, closed at the end so that Node can leave. */
async function withChannel(work: (here: MessagePort, there: MessagePort) => Promise<void>): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  try {
    await work(port1, port2);
  } finally {
    port1.close();
  }
}

describe("batches of another thread", () => {
  test("come in their order, moved and not copied", () =>
    withChannel(async (here, there) => {
      const { items, state } = batches(5);
      serveBatches(items, there);
      const got: Batch[] = [];
      for await (const batch of batchesFrom<Batch>(here)) got.push(batch);
      expect(got.map(({ ids, nested, name }) => [...ids, ...nested.x, name])).toEqual(
        [0, 1, 2, 3, 4].map((n) => [n, n + 1, n / 2, `batch ${n}`]),
      );
      expect(state.made.map(({ ids, nested }) => [ids.length, nested.x.length])).toEqual(Array(5).fill([0, 0]));
    }));

  test("end at once in a second loop over a source that has ended", () =>
    withChannel(async (here, there) => {
      serveBatches(batches(3).items, there);
      const counts = [0, 0, 0];
      for (const epoch of counts.keys())
        for await (const _ of batchesFrom(here)) counts[epoch] = (counts[epoch] ?? 0) + 1;
      expect(counts).toEqual([3, 0, 0]);
    }));

  test("are made no further ahead than asked, and the source is closed when the loop is left", () =>
    withChannel(async (here, there) => {
      const { items, state } = batches(100);
      serveBatches(items, there);
      for await (const _ of batchesFrom(here, { ahead: 3 })) {
        for (let wait = 0; wait < 10; wait++) await pause();
        expect(state.made.length).toBe(1 + 3);
        break;
      }
      for (let wait = 0; wait < 10; wait++) await pause();
      expect(state).toMatchObject({ closed: true });
      expect(state.made.length).toBe(4);
    }));

  test("can be copied, for sources that use an array again", () =>
    withChannel(async (here, there) => {
      const again = Int32Array.of(0);
      function* same() {
        for (let n = 0; n < 3; n++) {
          again[0] = n;
          yield { again };
        }
      }
      serveBatches(same(), there, { transfer: false });
      const got: (number | undefined)[] = [];
      for await (const batch of batchesFrom<{ again: Int32Array }>(here, { ahead: 1 })) got.push(batch.again[0]);
      expect(got).toEqual([0, 1, 2]);
    }));

  test("end in the error of the source, in its place", () =>
    withChannel(async (here, there) => {
      serveBatches(batches(5, 2).items, there);
      const got: unknown[] = [];
      const reading = async () => {
        for await (const batch of batchesFrom(here)) got.push(batch);
      };
      await expect(reading()).rejects.toThrowErrorMatchingInlineSnapshot(
        `[LoaderError: batchesFrom: expected batches from the worker but got RangeError: no batch 2. Run the source in the page itself to see where it throws.]`,
      );
      expect(got).toHaveLength(2);
    }));

  test("pass over messages that are not theirs", () =>
    withChannel(async (here, there) => {
      serveBatches(batches(2).items, there);
      here.postMessage("hello");
      here.postMessage(null);
      there.postMessage({ progress: 1 });
      const got: unknown[] = [];
      for await (const batch of batchesFrom(here)) got.push(batch);
      expect(got).toHaveLength(2);
    }));

  test("refuse to be none ahead", () =>
    withChannel(async (here) => {
      expect(() => batchesFrom(here, { ahead: 0 })).toThrow(LoaderError);
    }));
});

test("buffersOf finds every buffer once, at any depth and in rings", () => {
  const buffer = new ArrayBuffer(16);
  const ring: Record<string, unknown> = {
    one: new Float32Array(buffer, 0, 2),
    two: [new Int32Array(buffer, 8)],
    nothing: null,
  };
  ring.self = ring;
  const other = new ArrayBuffer(1);
  expect(buffersOf([undefined, 0, { ring, other }])).toEqual(expect.arrayContaining([buffer, other]));
  expect(buffersOf([undefined, 0, { ring, other }])).toHaveLength(2);
  expect(buffersOf(undefined)).toEqual([]);
});

test("buffersOf reads lists of any length", () => {
  const { buffer } = new Float32Array(1);
  expect(buffersOf({ list: [...new Array(200_000).fill(0), buffer] })).toEqual([buffer]);
});
