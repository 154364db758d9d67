import { expect, test } from "vitest";
import { evaluate, mul, parameter, SGD, sum, type Tensor, tensor } from "..";
import { useTestDevice } from "../test-support/device";

useTestDevice();

const SIZES = { "small, in a common buffer": 2, "in a buffer of its own": 4096 };
const all = (n: number, value: number): Tensor => tensor(new Float32Array(n).fill(value));

test.each(Object.entries(SIZES))("what was asked of a tensor is told though it is disposed of: %s", async (_, n) => {
  await evaluate([mul(all(n, 1), 2)]); // the plan that the next ones run at once
  const first = mul(all(n, 1), 2);
  await evaluate([first]);
  const reading = first.data();
  first.dispose();
  const second = mul(all(n, 7), 2); // may lie where the first one lay
  await evaluate([second]);
  expect([(await reading)[0], (await second.data())[0]]).toEqual([2, 14]);
});

test("what was asked of a tensor is told though it is disposed of while its plan is made", async () => {
  const value = mul(all(3, 1.5), 2.25);
  const reading = value.data();
  value.dispose();
  expect([...(await reading)]).toEqual([3.375, 3.375, 3.375]);
});

test("a parameter's values are those after what was asked for before, and before what is asked for later", async () => {
  const p = parameter({ data: Float32Array.of(1, 2), shape: [2] });
  const optimizer = new SGD([p], { lr: 1 });
  const told: ReturnType<Tensor["data"]>[] = [];
  for (let round = 0; round < 2; round++) {
    // in the first round all wait for a plan to be made, in the second nothing does
    for (let step = 0; step < 3; step++) {
      told.push(p.data());
      const update = optimizer.minimize(sum(p));
      if (round > 0) await update;
    }
    await Promise.all(told);
  }
  expect((await Promise.all(told)).map(([first]) => first)).toEqual([1, 0, -1, -2, -3, -4]);
  optimizer.dispose();
});
