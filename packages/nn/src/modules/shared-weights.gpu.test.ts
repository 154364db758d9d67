import { normal } from "@unroll/testing";
import { expect, test } from "vitest";
import {
  crossEntropy,
  Embedding,
  evaluate,
  Linear,
  load,
  loadTorch,
  Module,
  Parameter,
  random,
  SGD,
  save,
  saveTorch,
  type Tensor,
  tensor,
} from "..";
import { decodeSafetensors } from "../io";
import { useTestDevice } from "../test-support/device";

useTestDevice();

class LanguageModel extends Module {
  readonly embed = new Embedding(7, 4, { rng: random(1) });
  readonly out = new Linear(4, 7, { bias: false, weight: this.embed.weight });
  forward(ids: Tensor): Tensor {
    return this.out.forward(this.embed.forward(ids));
  }
}

const ids = tensor(Uint32Array.of(1, 5, 2), { shape: [3] });
const targets = tensor(Uint32Array.of(5, 2, 0), { shape: [3] });

test("tied weights get the gradients of both their uses, are updated once, and saved once", async () => {
  const model = new LanguageModel();
  const before = await model.embed.weight.data();
  // the same two uses with weights of their own
  const apart = [
    new Embedding(7, 4, { rng: random(1) }),
    new Linear(4, 7, { bias: false, weight: copy(before) }),
  ] as const;
  const optimizers = [
    new SGD(model.parameters(), { lr: 1 }),
    new SGD(
      apart.flatMap((part) => part.parameters()),
      { lr: 1 },
    ),
  ] as const;
  await optimizers[0].minimize(crossEntropy(model.forward(ids), targets));
  await optimizers[1].minimize(crossEntropy(apart[1].forward(apart[0].forward(ids)), targets));
  const [tied, first, second] = [
    await model.embed.weight.data(),
    await apart[0].weight.data(),
    await apart[1].weight.data(),
  ];
  for (const [n, value] of tied.entries()) {
    const start = before[n] as number;
    expect(value - start).toBeCloseTo((first[n] as number) - start + ((second[n] as number) - start), 6);
  }
  expect([...decodeSafetensors(await save(model)).tensors.keys()]).toEqual(["embed.weight"]);
  expect([...decodeSafetensors(await saveTorch(model)).tensors.keys()].sort()).toEqual(["embed.weight", "out.weight"]);
  const [own, torch] = [new LanguageModel(), new LanguageModel()];
  await load(own, await save(model));
  await loadTorch(torch, await saveTorch(model));
  for (const other of [own, torch]) expect(await other.out.weight.data()).toEqual(tied);
  for (const optimizer of optimizers) optimizer.dispose();
});

const copy = (values: ArrayLike<number>): Parameter => new Parameter(Float32Array.from(values), [7, 4]);

test("frozen vectors stay as they are while what reads them is trained, and are saved", async () => {
  const data = Float32Array.from(normal([7, 4], { seed: 1 }).data);
  class Model extends Module {
    readonly embed = Embedding.fromPretrained({ data, shape: [7, 4] });
    readonly out = new Linear(4, 7, { rng: random(2) });
    forward(of: Tensor): Tensor {
      return this.out.forward(this.embed.forward(of));
    }
  }
  const model = new Model();
  const optimizer = new SGD(model.parameters(), { lr: 1 });
  const loss = crossEntropy(model.forward(ids), targets);
  await optimizer.minimize(loss);
  const later = crossEntropy(model.forward(ids), targets);
  await evaluate([later]);
  expect(await later.item()).toBeLessThan(await loss.item());
  expect(await model.embed.weight.data()).toEqual(data);
  expect([...decodeSafetensors(await save(model)).tensors.keys()].sort()).toEqual([
    "embed.weight",
    "out.bias",
    "out.weight",
  ]);
  optimizer.dispose();
});

test("frozen vectors that are shared are saved once here, and under each of their names for PyTorch", async () => {
  class Model extends Module {
    readonly embed = Embedding.fromPretrained({ data: new Float32Array(28).fill(2), shape: [7, 4] });
    readonly out = new Linear(4, 7, { bias: false, weight: this.embed.weight });
  }
  const model = new Model();
  expect(model.parameters()).toEqual([]);
  expect([...decodeSafetensors(await save(model)).tensors.keys()]).toEqual(["embed.weight"]);
  const torch = await saveTorch(model);
  expect([...decodeSafetensors(torch).tensors.keys()].sort()).toEqual(["embed.weight", "out.weight"]);
  await loadTorch(new Model(), torch);
});

test("a time-distributed layer gives each step what it gives alone", async () => {
  const layer = new Linear(3, 2, { rng: random(1) });
  const data = Float32Array.from(normal([2, 4, 3], { seed: 2 }).data);
  const all = layer.forward(tensor(data, { shape: [2, 4, 3] }));
  const alone = layer.forward(tensor(data.slice(15, 18), { shape: [3] }));
  await evaluate([all, alone]);
  expect((await all.data()).slice(10, 12)).toEqual(await alone.data());
});
