import { describe, expect, test } from "vitest";
import { LoaderError } from "../errors";
import { collect } from "../test-support/outcomes";
import { prefetch } from "./prefetch";

const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 1));

function source(length: number, failAt = -1) {
  const state = { made: 0, running: 0, most: 0, closed: false };
  async function* items() {
    try {
      for (let n = 0; n < length; n++) {
        state.running++;
        state.most = Math.max(state.most, state.running);
        await pause();
        state.running--;
        if (n === failAt) throw new Error(`item ${n}`);
        state.made++;
        yield n;
      }
    } finally {
      state.closed = true;
    }
  }
  return { items: items(), state };
}

describe("prefetch", () => {
  test.each([1, 2, 5, 100])("gives the items in their order, %i ahead", async (ahead) => {
    const { items, state } = source(7);
    expect(await collect(prefetch(items, ahead))).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(state).toMatchObject({ made: 7, most: 1, closed: true });
  });

  test("takes plain iterables, and ones that are empty", async () => {
    expect(await collect(prefetch([1, 2, 3]))).toEqual([1, 2, 3]);
    expect(await collect(prefetch([]))).toEqual([]);
  });

  test("makes the next items while one is worked on, and no more", async () => {
    const { items, state } = source(20);
    for await (const item of prefetch(items, 3)) {
      if (item === 0) {
        for (let wait = 0; wait < 20; wait++) await pause();
        expect(state.made).toBe(1 + 3);
        break;
      }
    }
    expect(state.closed).toBe(true);
  });

  test("reads nothing before it is asked for", async () => {
    const { items, state } = source(3);
    const reading = prefetch(items);
    await pause();
    expect(state.made).toBe(0);
    await reading.return();
  });

  test("gives an error in its place", async () => {
    const { items } = source(5, 2);
    const got: number[] = [];
    const reading = async () => {
      for await (const item of prefetch(items, 4)) got.push(item);
    };
    await expect(reading()).rejects.toThrow("item 2");
    expect(got).toEqual([0, 1]);
  });

  test("refuses to be no item ahead", () => {
    expect(() => prefetch([1], 0)).toThrowErrorMatchingInlineSnapshot(
      `[LoaderError: prefetch: expected ahead to be a whole number of at least 1 but got 0. Pass ahead as such a number.]`,
    );
    expect(() => prefetch([1], 1.5)).toThrow(LoaderError);
  });
});
