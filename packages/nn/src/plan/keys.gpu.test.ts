import { expect, test } from "vitest";
import {
  add,
  assign,
  crossEntropy,
  detach,
  evaluate,
  Linear,
  layerNorm,
  mean,
  mul,
  parameter,
  random,
  reshape,
  SGD,
  square,
  sum,
  tensor,
} from "..";
import { elementwise } from "../graph/run";
import { scalar } from "../tensor/scalar";
import type { Tensor } from "../tensor/tensor";
import { useTestDevice } from "../test-support/device";

useTestDevice();
const values = async (of: Tensor): Promise<number[]> => [...(await of.data())];

test("graphs whose kernels give the same words another shape have plans of their own", async () => {
  const x = tensor([
    [1, 2],
    [3, 4],
  ]);
  const nothing = tensor([
    [0, 0],
    [0, 0],
  ]);
  expect(await values(add(sum(x, { axes: [1] }), nothing))).toEqual([3, 7, 3, 7]);
  expect(await values(add(sum(x, { axes: [1], keepDims: true }), nothing))).toEqual([3, 3, 7, 7]);
});

test("graphs that use one number twice and two numbers once have plans of their own", async () => {
  const x = tensor([3, 4]);
  const [same, first, second] = [scalar(3), scalar(3), scalar(5)];
  const product = (a: typeof same, b: typeof same): Tensor => elementwise("mul", [elementwise("mul", [x, a]), b]);
  expect(await values(product(same, same))).toEqual([27, 36]);
  expect(await values(product(first, second))).toEqual([45, 60]);
  expect(await values(product(same, same))).toEqual([27, 36]);
});

test("looking at a tensor before the update changes nothing of the training", async () => {
  const losses = async (isLookedAt: boolean): Promise<number[]> => {
    const rng = random(1);
    const model = new Linear(4, 3, { rng });
    const optimizer = new SGD(model.parameters(), { lr: 0.5 });
    const x = rng.normal(8 * 4);
    const y = Int32Array.from({ length: 8 }, (_, row) => row % 3);
    const found: number[] = [];
    for (let step = 0; step < 5; step++) {
      const logits = model.forward(tensor(x, { shape: [8, 4] }));
      if (isLookedAt) await logits.data();
      const loss = crossEntropy(logits, tensor(y));
      await optimizer.minimize(loss);
      found.push(await loss.item());
    }
    return found;
  };
  expect(await losses(true)).toEqual(await losses(false));
});

test("an evaluated output keeps its values when another output of its kernel is asked for later", async () => {
  const size = 128 * 256; // too large to be copied into the arena
  const run = async (step: number): Promise<Tensor> => {
    const x = tensor(
      Float32Array.from({ length: size }, (_, i) => Math.sin(i * step)),
      { shape: [128, 256] },
    );
    const { y, mean: means } = layerNorm(x);
    await evaluate([y]);
    await add(sum(y), sum(means)).item();
    return y;
  };
  const first = await run(1);
  const before = await values(first);
  await run(1.7);
  expect(await values(first)).toEqual(before);
});

test("a parameter may be among the tensors to evaluate, and still trains", async () => {
  const p = parameter({ data: Float32Array.of(1), shape: [1] });
  const optimizer = new SGD([p], { lr: 0.1 });
  const losses: number[] = [];
  for (let step = 0; step < 3; step++) {
    const loss = mean(square(p));
    await optimizer.minimize(loss, { evaluate: [p] });
    losses.push(await loss.item());
  }
  expect(losses.map((loss) => loss.toFixed(4))).toEqual(["1.0000", "0.6400", "0.4096"]);
});

test("what was read or written after an update that nobody awaited comes after it", async () => {
  const halved = parameter({ data: Float32Array.of(1), shape: [1] });
  void new SGD([halved], { lr: 0.25 }).minimize(sum(square(halved)));
  expect(await values(halved)).toEqual([0.5]);

  const set = parameter({ data: Float32Array.of(1), shape: [1] });
  void new SGD([set], { lr: 0.25 }).minimize(sum(mul(square(set), 2)));
  await assign([[set, Float32Array.of(7)]]);
  expect(await values(set)).toEqual([7]);
});

test("a view of a parameter that is asked for with an update has the values before it", async () => {
  const p = parameter({ data: Float32Array.of(1, 2), shape: [2] });
  const optimizer = new SGD([p], { lr: 0.25 });
  for (const before of [
    [1, 2],
    [0.5, 1],
  ]) {
    const seen = [detach(p), reshape(p, [2, 1])];
    await optimizer.minimize(sum(square(p)), { evaluate: seen });
    for (const view of seen) expect(await values(view)).toEqual(before);
  }
});
