import { expect, test } from "vitest";
import { batchesFrom } from "./worker";

// No GPU is needed, but a page: here a real worker makes the batches.
test("a worker of the page makes batches, and tells its errors", async () => {
  const worker = new Worker(new URL("./batch-worker.test-support.ts", import.meta.url), { type: "module" });
  const got: number[][] = [];
  const reading = async () => {
    for await (const { ids } of batchesFrom<{ ids: Int32Array }>(worker)) got.push([...ids]);
  };
  await expect(reading()).rejects.toThrow(/Error: the well is dry/);
  expect(got).toEqual([
    [0, 0],
    [1, 1],
    [2, 4],
  ]);
  worker.terminate();
});

test("a worker that cannot be loaded is an error", async () => {
  const worker = new Worker(URL.createObjectURL(new Blob(["throw new Error('at once')"])));
  await expect(batchesFrom(worker).next()).rejects.toThrow(/^batchesFrom: expected batches from the worker/);
  worker.terminate();
});
