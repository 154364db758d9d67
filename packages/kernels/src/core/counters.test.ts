import { expect, test } from "vitest";
import { Counters } from "./counters";

test("since counts from a snapshot, which later counting leaves alone", () => {
  const counters = new Counters();
  counters.dispatches = 3;
  counters.liveBytes = 100;
  const before = counters.snapshot();
  counters.dispatches += 2;
  counters.liveBytes -= 60;
  expect(before).toMatchObject({ dispatches: 3, liveBytes: 100 });
  expect(counters.since(before)).toEqual({
    dispatches: 2,
    submissions: 0,
    buffers: 0,
    liveBuffers: 0,
    liveBytes: -60,
    bindGroups: 0,
    pipelines: 0,
    uploadedBytes: 0,
    readbacks: 0,
  });
  expect(counters.dispatches).toBe(5);
});
