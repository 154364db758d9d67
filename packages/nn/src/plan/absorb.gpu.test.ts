import { expect, test } from "vitest";
import { add, evaluate, explain, grad, linear, random, square, stack, sum, type Tensor, tanh, tensor } from "..";
import { useTestDevice } from "../test-support/device";

useTestDevice();
const [B, H, R] = [3, 7, 5];
const numbers = (seed: number, ...shape: number[]): Tensor =>
  tensor(random(seed).normal(shape.reduce((a, b) => a * b, 1)), { shape });

/** h_t = tanh(x_t + W·h_{t−1}): a product, a sum and an activation each step. */
function network(T: number) {
  const weight = numbers(1, H, H);
  const xs = Array.from({ length: T }, (_, t) => numbers(2 + t, B, H));
  const sums: Tensor[] = [];
  let h = numbers(99, B, H);
  for (const x of xs) {
    const product = linear(h, weight);
    sums.push(product);
    h = tanh(add(x, product));
  }
  const [dWeight, dFirst] = grad(sum(square(h)), [weight, xs[0] as Tensor]) as [Tensor, Tensor];
  return { h, sums, dWeight, dFirst };
}

test("a step of a loop is one dispatch forward and one backward: its product does what follows it", async () => {
  const [short, long] = [network(8), network(16)];
  const of = async (tensor: Tensor): Promise<number> => (await explain(tensor)).dispatches;
  expect((await of(long.h)) - (await of(short.h))).toBe(8);
  const both = (await of(long.dFirst)) - (await of(short.dFirst));
  expect(both).toBe(2 * 8);
});

test("values and gradients have the bits that they have where products are kept by themselves", async () => {
  const [fused, apart] = [network(6), network(6)];
  await evaluate([fused.h, fused.dWeight, fused.dFirst]);
  await evaluate([apart.h, apart.dWeight, apart.dFirst, ...apart.sums]);
  for (const name of ["h", "dWeight", "dFirst"] as const) {
    expect(await fused[name].data(), name).toEqual(await apart[name].data());
  }
  expect((await fused.h.data()).some((x) => Math.abs(x) > 0.01)).toBe(true);
});

test("few products are left as they are: a pipeline more costs more than a dispatch", async () => {
  const weight = numbers(1, R, H);
  const [x, residual] = [numbers(2, B, H), numbers(3, B, R)];
  const { calls } = await explain(tanh(add(residual, linear(x, weight))));
  expect(calls.map(({ kernel }) => kernel.replace(/_lanes_\d$/, ""))).toEqual(["matmul", "elementwise_add_tanh"]);
});

test("a product that others read, and one that is asked for, are made by themselves", async () => {
  const weight = numbers(1, H, H);
  let h = numbers(2, B, H);
  const kept: Tensor[] = [];
  for (let t = 0; t < 5; t++) {
    const product = linear(h, weight);
    kept.push(add(product, 1));
    h = tanh(add(product, h));
  }
  const { calls } = await explain(stack([h, ...kept], 0));
  expect(calls.filter(({ kernel }) => kernel.startsWith("elementwise")).length).toBeGreaterThanOrEqual(5);
});
