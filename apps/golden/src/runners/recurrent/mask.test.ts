import { expect, test } from "vitest";
import { planMask } from "./mask";

const sizes = { B: 1, T: 4 };

test("kept steps come to the front; a masked step outputs what was processed before it", async () => {
  const plan = planMask({ ...sizes, mask: [0, 1, 0, 1], backwards: false, zeroOutput: false });
  expect(plan.lengths).toEqual([2]);
  expect([...(await plan.gather.data())]).toEqual([0, 1, 0, 0, 0, 0, 0, 1]);
  expect([...(await plan.scatter.data())]).toEqual([0, 0, 1, 0, 1, 0, 0, 1]);
  expect([...(await plan.last.data())]).toEqual([0, 1]);
});

test("backwards, outputs lie in the order of processing", async () => {
  const plan = planMask({ ...sizes, mask: [1, 1, 0, 0], backwards: true, zeroOutput: false });
  expect([...(await plan.scatter.data())]).toEqual([0, 0, 0, 0, 0, 1, 1, 0]);
});

test("a masked step outputs zeros where that is asked for, and a row without steps always", async () => {
  const plan = planMask({ ...sizes, mask: [1, 0, 1, 0], backwards: false, zeroOutput: true });
  expect([...(await plan.scatter.data())]).toEqual([1, 0, 0, 0, 0, 1, 0, 0]);
  expect([...(await plan.last.data())]).toEqual([0, 0]);
  const empty = planMask({ ...sizes, mask: [0, 0, 0, 0], backwards: false, zeroOutput: false });
  expect(empty.lengths).toEqual([0]);
  expect([...(await empty.scatter.data())]).toEqual([0, 0, 0, 0]);
});
