import { evaluate, grad, mul, parameter, sum, type Tensor, tensor } from "@unroll/nn";
import { expect, test } from "vitest";
import { appendSteps, emptyCache } from "./key-value-cache";
import { useTestDevice } from "./test-support/device";
import { draws } from "./test-support/tensors";

useTestDevice();

test("new steps stand after those of their row, and gradients go back to where each number came from", async () => {
  const cache = parameter({ data: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8), shape: [2, 4, 1] });
  const fresh = parameter({ data: Float32Array.of(10, 20, 30, 40), shape: [2, 2, 1] });
  const out = appendSteps(cache, fresh, tensor(Uint32Array.of(1, 3)));
  const weights = tensor(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8), { shape: [2, 4, 1] });
  const [dCache, dFresh] = grad(sum(mul(out, weights)), [cache, fresh]) as [Tensor, Tensor];
  await evaluate([out, dCache, dFresh]);
  expect([...(await out.data())]).toEqual([1, 10, 20, 4, 5, 6, 7, 30]); // the row's second new step has no room
  expect([...(await dCache.data())]).toEqual([1, 0, 0, 4, 5, 6, 7, 0]);
  expect([...(await dFresh.data())]).toEqual([2, 3, 8, 0]);
});

test("what does not fit says what to do", () => {
  const lengths = tensor(Uint32Array.of(0, 0));
  expect(() => appendSteps(draws([2, 4, 3], 1), draws([2, 1, 2], 2), lengths)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: appendSteps: fresh should be [2, T, 3] but is [2, 1, 2].]`,
  );
  expect(() => emptyCache(2, 0, [])).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: emptyCache: capacity should be a positive whole number but is 0.]`,
  );
});
