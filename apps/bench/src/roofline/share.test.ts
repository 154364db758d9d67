import { expect, test } from "vitest";
import { bestOf, rooflineShare } from "./share";

const device = { gflops: 1000, gbs: 100 };

test.each([
  { work: { flops: 2e9, bytes: 1e6 }, ms: 4, share: 0.5, why: "bound by arithmetic: 2 ms at the peak" },
  { work: { flops: 1e6, bytes: 2e8 }, ms: 4, share: 0.5, why: "bound by memory: 2 ms of copying" },
  { work: { flops: 1e9, bytes: 1e8 }, ms: 1, share: 1, why: "at the ridge both bind" },
  { work: { flops: 0, bytes: 1e8 }, ms: 0.5, share: 2, why: "out of caches it is more than 1" },
])("$why", ({ work, ms, share }) => {
  expect(rooflineShare(work, ms, device)).toBeCloseTo(share, 12);
});

test("of two measurements the better of each figure stands", () => {
  const one = { gflops: 10, gflopsHalf: null, gbs: 5, dispatchUs: 3, submitUs: 30, readbackUs: 200 };
  const other = { gflops: 20, gflopsHalf: 30, gbs: 4, dispatchUs: 2, submitUs: 40, readbackUs: 100 };
  expect(bestOf(one, other)).toEqual({
    gflops: 20,
    gflopsHalf: 30,
    gbs: 5,
    dispatchUs: 2,
    submitUs: 30,
    readbackUs: 100,
  });
  expect(bestOf(one, one).gflopsHalf).toBeNull();
});
