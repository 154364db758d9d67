import { expect, test } from "vitest";
import { train } from "..";
import { modelBits } from "../test-support/bits";
import { useTestDevice } from "../test-support/device";
import { shortTraining } from "../test-support/short-training";

useTestDevice();

test("a worker trains to the same bits as the page", async () => {
  const worker = new Worker(new URL("./train.worker.ts", import.meta.url), { type: "module" });
  const answer = new Promise<unknown>((resolve, reject) => {
    worker.addEventListener("message", ({ data }) => resolve(data));
    worker.addEventListener("error", ({ message }) => reject(new Error(`the worker failed: ${message}`)));
  });
  const losses: number[] = [];
  const options = shortTraining(11);
  await train({ ...options, onProgress: ({ loss }) => losses.push(loss) });
  expect(losses).toHaveLength(12);
  expect(await answer).toEqual({ hasPage: false, losses, weights: await modelBits(options.model) });
  worker.terminate();
  options.optimizer.dispose();
});
