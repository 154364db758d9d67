import { DeviceLimitError } from "@unroll/kernels";
import { expect, test, vi } from "vitest";
import { add, detach, evaluate, mul, parameter, SGD, sum, tensor } from "..";
import { useTestDevice } from "../test-support/device";

const gpu = useTestDevice();

/** A sum over more elements than one binding holds. */
function tooLarge() {
  const n = gpu.device.limits.maxStorageBufferBindingSize / 4;
  const column = tensor(new Float32Array(1024).fill(1), { shape: [1024, 1] });
  const row = tensor(new Float32Array(n / 512).fill(1), { shape: [1, n / 512] });
  return sum(add(column, row), { axes: [1] });
}

test("a result that could not be computed is never used as a number", async () => {
  const ok = tensor([1, 2]);
  await mul(ok, 2).data(); // the plan that the failed tensor would find
  const failed = tooLarge();
  await expect(evaluate([failed])).rejects.toThrow(DeviceLimitError);
  await expect(failed.data()).rejects.toThrow(DeviceLimitError);
  await expect(evaluate([mul(failed, 2)])).rejects.toThrow(DeviceLimitError);
});

test("what was asked for beside a result that could not be computed is computed when it is asked for again", async () => {
  const [ok, failed] = [mul(tensor([1, 2]), 2), tooLarge()];
  const together = evaluate([ok, failed]);
  const [user, kept] = [mul(ok, 3), detach(ok)]; // asked for before it is known that it failed
  const after = evaluate([user]);
  await expect(together).rejects.toThrow(DeviceLimitError);
  await expect(after).rejects.toThrow(DeviceLimitError);
  await expect(kept.data()).rejects.toThrow(DeviceLimitError); // values of that attempt, of which there are none
  expect([...(await ok.data()), ...(await user.data())]).toEqual([2, 4, 6, 12]);

  const p = parameter({ data: Float32Array.of(3), shape: [1] });
  const optimizer = new SGD([p], { lr: 0.1 });
  const [loss, beside] = [sum(p), mul(p, 2)];
  await expect(optimizer.minimize(loss, { evaluate: [beside, tooLarge()] })).rejects.toThrow(DeviceLimitError);
  expect(await beside.item()).toBe(6);
  await optimizer.minimize(loss); // it is not computed yet
  expect(await p.item()).toBeCloseTo(2.9, 6);
  optimizer.dispose();
});

test("an update that failed leaves its parameters as they were, also for what was recorded before", async () => {
  const p = parameter({ data: Float32Array.of(3), shape: [1] });
  const doubled = mul(p, 2);
  const optimizer = new SGD([p], { lr: 0.1 });
  await expect(optimizer.minimize(sum(mul(tooLarge(), p)))).rejects.toThrow(DeviceLimitError);
  expect([...(await doubled.data()), ...(await p.data()), optimizer.updates]).toEqual([6, 3, 0]);
});

test("an update does not take a gradient that failed for one that was accumulated", async () => {
  const p = parameter({ data: Float32Array.of(3), shape: [1] });
  const optimizer = new SGD([p], { lr: 0.1 });
  const gradients = [sum(mul(p, 1)), sum(mul(tooLarge(), p)), sum(mul(p, 3))].map((loss) => optimizer.accumulate(loss));
  const step = optimizer.step(); // before it is known that one fails
  await Promise.all([gradients[0], gradients[2]]);
  await expect(gradients[1]).rejects.toThrow(DeviceLimitError);
  await expect(step).rejects.toThrow(DeviceLimitError);
  expect([optimizer.accumulated, optimizer.updates, await p.item()]).toEqual([2, 0, 3]);
  await optimizer.step();
  expect([optimizer.accumulated, optimizer.updates]).toEqual([0, 1]);
  expect(await p.item()).toBeCloseTo(3 - 0.1 * 2, 6); // the mean of the two others
  await optimizer.minimize(sum(p));
  optimizer.dispose();
});

/** The next work that is handed over is refused. */
function refuseNext(): void {
  vi.spyOn(gpu.device.gpu.queue, "submit").mockImplementationOnce(() => {
    throw new Error("refused");
  });
}

test("an update with accumulated gradients that failed is done with the next", async () => {
  const p = parameter({ data: Float32Array.of(3), shape: [1] });
  const optimizer = new SGD([p], { lr: 0.1 });
  for (const factor of [1, 3]) await optimizer.accumulate(sum(mul(p, factor)));
  refuseNext();
  await expect(optimizer.step()).rejects.toThrow("refused");
  expect([optimizer.accumulated, optimizer.updates]).toEqual([2, 0]);
  await optimizer.step();
  expect([optimizer.accumulated, optimizer.updates]).toEqual([0, 1]);
  expect(await p.item()).toBeCloseTo(3 - 0.1 * 2, 6); // the mean of both gradients
  refuseNext();
  await expect(Promise.resolve().then(() => optimizer.accumulate(sum(mul(p, 1))))).rejects.toThrow("refused");
  expect(optimizer.accumulated).toBe(0);
});

test("an exchange with the average that failed leaves the weights in place", async () => {
  const p = parameter({ data: Float32Array.of(3), shape: [1] });
  const optimizer = new SGD([p], { lr: 1, average: { kind: "ema", decay: 0.5 } });
  for (let step = 0; step < 2; step++) await optimizer.minimize(sum(p)); // 2 and 1, of which the average is 1.5
  refuseNext();
  await expect(optimizer.swapAverage()).rejects.toThrow("refused");
  await optimizer.minimize(sum(p)); // which throws while they are swapped
  await optimizer.swapAverage();
  expect(await p.item()).toBe(0.75);
});
