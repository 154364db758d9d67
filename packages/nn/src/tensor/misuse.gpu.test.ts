import { open, useDevice, ValueError } from "@unroll/kernels";
import { beforeEach, describe, expect, test } from "vitest";
import {
  Adam,
  add,
  assign,
  evaluate,
  full,
  Linear,
  mean,
  mseLoss,
  mul,
  RNN,
  random,
  SGD,
  square,
  sum,
  tensor,
} from "..";
import { bitsOf, modelBits } from "../test-support/bits";
import { useTestDevice } from "../test-support/device";

const gpu = useTestDevice();
const quiet = { limits: "default", onWarning: () => undefined } as const;

/** The error with which something asynchronous, or its call, fails. */
async function failure(call: () => unknown): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    return error;
  }
  return "no error";
}

beforeEach(() => useDevice(gpu.device));

const linear = () => new Linear(3, 2, { rng: random(5) });
const ones = () => tensor(new Float32Array(6).fill(1), { shape: [2, 3] });
const lossOf = (model: Linear, x = ones()) => mean(square(model.forward(x)));

describe("two devices", () => {
  test("tensors of both cannot meet, in operations or assignments", async () => {
    const model = linear();
    await lossOf(model).item(); // its parameters are on the first device now
    const before = await modelBits(model);
    using other = await open(quiet);
    const x = mul(ones(), 2);
    x.name = "x";
    await x.data();
    expect(await failure(() => model.forward(x).data())).toMatchInlineSnapshot(
      `[DeviceMismatchError: evaluate: weight should be on the same device as the rest of the graph but is on another. Read its values with data() and make it again on this device.]`,
    );
    const weight = mul(full([2, 3], 1), 2);
    await weight.data();
    expect(await failure(() => assign([[model.weight, weight]]))).toMatchInlineSnapshot(
      `[DeviceMismatchError: evaluate: Tensor f32 [2, 3] should be on the same device as the rest of the graph but is on another. Read its values with data() and make it again on this device.]`,
    );
    await other.idle();
    useDevice(gpu.device);
    expect(await modelBits(model)).toEqual(before);
  });

  test("an optimizer leaves alone what is on another device than its loss", async () => {
    const model = linear();
    await lossOf(model).item();
    const before = await modelBits(model);
    const optimizer = new Adam(model.parameters(), { lr: 0.1 });
    using other = await open(quiet);
    const x = mul(ones(), 2);
    await x.data();
    const w = mul(full([3, 1], 1), 1);
    await w.data();
    expect(await failure(() => optimizer.minimize(lossOf(model, x)))).toMatchInlineSnapshot(
      `[DeviceMismatchError: Adam.minimize: weight should be on the same device as the rest of the graph but is on another. Read its values with data() and make it again on this device.]`,
    );
    expect(await failure(() => optimizer.minimize(mean(square(w))))).toMatchInlineSnapshot(
      `[DeviceMismatchError: Adam.minimize: weight should be on the same device as the rest of the graph but is on another. Read its values with data() and make it again on this device.]`,
    );
    await other.idle();
    await gpu.device.idle();
    expect(await modelBits(model)).toEqual(before);
    expect(optimizer.updates).toBe(0);
    useDevice(gpu.device);
    await optimizer.minimize(lossOf(model));
    expect(await modelBits(model)).not.toEqual(before);
    optimizer.dispose();
  });
});

describe("disposed", () => {
  test("tensors, parameters and optimizers", async () => {
    const model = linear();
    const y = model.forward(ones());
    await y.data();
    y.dispose();
    expect(() => add(y, 1)).toThrowErrorMatchingInlineSnapshot(`[DisposedError: add: a tensor [2, 2] is disposed of.]`);
    expect(await failure(() => y.data())).toMatchInlineSnapshot(
      `[DisposedError: Tensor.data: a tensor [2, 2] is disposed of.]`,
    );
    const optimizer = new SGD(model.parameters(), { lr: 0.1 });
    await optimizer.minimize(lossOf(model));
    const before = await modelBits(model);
    optimizer.dispose();
    expect(await failure(() => optimizer.minimize(lossOf(model)))).toMatchInlineSnapshot(
      `[DisposedError: SGD: the optimizer is disposed of.]`,
    );
    expect(await modelBits(model)).toEqual(before);
    model.dispose();
    expect(() => model.forward(ones())).toThrowErrorMatchingInlineSnapshot(
      `[DisposedError: matmul: weight is disposed of.]`,
    );
    expect(await failure(() => assign([[model.weight, new Float32Array(6)]]))).toMatchInlineSnapshot(
      `[DisposedError: assign: weight is disposed of.]`,
    );
  });

  test("what was recorded before: a result is computed again, a parameter is gone", async () => {
    const x = mul(ones(), 3);
    await x.data();
    const y = add(x, 1);
    x.dispose();
    expect([...(await y.data())]).toEqual([4, 4, 4, 4, 4, 4]);
    const model = linear();
    const z = model.forward(ones());
    model.dispose();
    expect(await failure(() => evaluate([z]))).toMatchInlineSnapshot(
      `[DisposedError: evaluate: weight is disposed of.]`,
    );
  });

  test("a tensor of a disposed device", async () => {
    const other = await open(quiet);
    const x = mul(ones(), 2);
    await x.data();
    other.dispose();
    expect(await failure(() => x.data())).toMatchInlineSnapshot(
      `[DisposedError: Tensor.data: a tensor [2, 3] is on a device that was disposed of. Make it again on the open device.]`,
    );
    expect(() => add(x, 1)).toThrowErrorMatchingInlineSnapshot(
      `[DisposedError: add: a tensor [2, 3] is on a device that was disposed of. Make it again on the open device.]`,
    );
    expect(
      await failure(() =>
        ones()
          .data()
          .then(() => mul(ones(), 2).data()),
      ),
    ).toMatchInlineSnapshot(`[DisposedError: evaluate: the device is disposed of. Call open() for a new one.]`);
  });
});

test("assign refuses other shapes and dtypes, and then writes nothing at all", async () => {
  const model = linear();
  const before = await modelBits(model);
  const good = [model.bias ?? model.weight, Float32Array.of(7, 7)] as const;
  expect(await failure(() => assign([good, [model.weight, new Float32Array(5)]]))).toMatchInlineSnapshot(
    `[ShapeError: assign: the values for weight should be 6, of shape [2, 3] but is 5.]`,
  );
  expect(await failure(() => assign([good, [model.weight, full([3, 2], 1)]]))).toMatchInlineSnapshot(
    `[ShapeError: assign: the value for weight should be [2, 3] but is [3, 2].]`,
  );
  const integers = tensor(new Int32Array(6), { shape: [2, 3] });
  expect(await failure(() => assign([good, [model.weight, integers]]))).toMatchInlineSnapshot(
    `[DTypeError: assign: weight should be f32 but is i32. Make it with tensor(values, { dtype: "f32" }), or cast it.]`,
  );
  expect(await modelBits(model)).toEqual(before);
});

test("assign takes numbers and tensors in one call, the tensors from the values before it", async () => {
  const model = new Linear(1, 1, { rng: random(1) });
  const bias = model.bias ?? model.weight;
  await assign([[model.weight, Float32Array.of(3)]]);
  await assign([
    [model.weight, Float32Array.of(5)],
    [bias, sum(mul(model.weight, 2), { axes: [1] })],
  ]);
  expect([await model.weight.item(), await bias.item()]).toEqual([5, 6]);
});

test("minimize refuses a loss of several elements, of integers, or computed already, and a lr that is no number", async () => {
  const model = linear();
  const optimizer = new SGD(model.parameters(), { lr: 0.1 });
  const before = await modelBits(model);
  expect(await failure(() => optimizer.minimize(model.forward(ones())))).toMatchInlineSnapshot(
    `[ShapeError: SGD.minimize: the loss should be of one element but is [2, 2]. Reduce it with sum or mean first.]`,
  );
  expect(await failure(() => optimizer.minimize(tensor([1], { dtype: "i32" })))).toMatchInlineSnapshot(
    `[DTypeError: SGD.minimize: loss should be f32 but is i32. Make it with tensor(values, { dtype: "f32" }), or cast it.]`,
  );
  const loss = lossOf(model);
  await loss.item();
  expect(await failure(() => optimizer.minimize(loss))).toMatchInlineSnapshot(
    `[ValueError: SGD.minimize: the loss should be not computed yet but is evaluated already. Call minimize before asking for the loss: it computes it too.]`,
  );
  optimizer.lr = Number.NaN;
  expect(await failure(() => optimizer.minimize(lossOf(model)))).toMatchInlineSnapshot(
    `[ValueError: SGD: lr should be a finite number, at least 0 but is NaN.]`,
  );
  expect(await modelBits(model)).toEqual(before);
  expect(optimizer.updates).toBe(0);
  optimizer.dispose();
});

describe("a device that is lost in mid-training", () => {
  test("is an error for every use that follows, and none hangs", async () => {
    const device = await open(quiet);
    const model = new RNN(3, 4, { rng: random(2) });
    const optimizer = new Adam(model.parameters(), { lr: 0.01 });
    const step = () => {
      const loss = mean(square(model.forward(tensor(new Float32Array(30).fill(0.5), { shape: [2, 5, 3] })).output));
      return { loss, done: optimizer.minimize(loss) };
    };
    const first = step();
    await first.done;
    expect(await first.loss.item()).toBeGreaterThan(0);
    let heard: unknown;
    device.onLost((error) => {
      heard = error;
    });
    const flying = step();
    device.gpu.destroy();
    expect(await failure(() => flying.done.then(() => flying.loss.item()))).toMatchObject({ name: "DeviceLostError" });
    await device.gpu.lost;
    expect(await failure(() => step().done)).toMatchObject({ name: "DeviceLostError" });
    expect(await failure(() => model.weightHh[0]?.data())).toMatchObject({
      name: "DeviceLostError",
      remedy: "Call open() again, make the model anew and load what was saved last.",
    });
    expect(await failure(() => optimizer.report())).toMatchObject({ name: "DeviceLostError" });
    expect(heard).toMatchObject({ name: "DeviceLostError" });
    device.dispose();
  });
});

describe("too large", () => {
  test("more memory than the budget: an error, the model as it was, and a smaller batch works", async () => {
    using device = await open({ ...quiet, memoryBudget: 6 * 2 ** 20 });
    const model = linear();
    const optimizer = new Adam(model.parameters(), { lr: 0.1 });
    const step = (rows: number) => {
      const loss = lossOf(model, tensor(new Float32Array(rows * 3).fill(0.1), { shape: [rows, 3] }));
      return optimizer.minimize(loss);
    };
    await step(64);
    const before = await modelBits(model);
    const large = 2 ** 19; // 6 MiB of inputs
    expect(await failure(() => step(large))).toMatchObject({ name: "OutOfMemoryError" });
    expect(await modelBits(model)).toEqual(before);
    expect(optimizer.updates).toBe(1);
    expect(device.counters.liveBytes).toBeLessThan(6 * 2 ** 20);
    for (const rows of [2 ** 16, 2 ** 15, 3000, 64]) await step(rows); // 2^16: 0.75 MiB of inputs
    expect(optimizer.updates).toBe(5);
    expect(await modelBits(model)).not.toEqual(before);
    expect((await optimizer.report()).skipped).toBe(0);
  });

  test("a result beyond the budget leaves what there is usable", async () => {
    using _device = await open({ ...quiet, memoryBudget: 2 ** 20 });
    const large = mul(full([2 ** 19], 1), 2);
    expect(await failure(() => large.data())).toMatchInlineSnapshot(
      `[OutOfMemoryError: result: a buffer of 2097152 bytes is more than the memoryBudget of 1048576 bytes allows, with 0 bytes in use. Use a smaller batch, dispose of tensors no longer needed, or call device.trim().]`,
    );
    expect(large.storage).toBeNull();
    expect(await sum(mul(full([2 ** 10], 1), 2)).item()).toBe(2 ** 11);
  });

  test("a tensor larger than a binding, or than any buffer", async () => {
    using device = await open(quiet);
    const { maxStorageBufferBindingSize, maxBufferSize } = device.limits;
    const words = maxStorageBufferBindingSize / 4 + 64;
    expect(await failure(() => evaluate([mul(full([words], 1), 2)]))).toMatchInlineSnapshot(
      `[DeviceLimitError: elementwise_mul: the array "out0" should be at most 134217728 bytes on this device but is 134217984 bytes. Use a smaller batch or fewer steps, or a device with a larger maxStorageBufferBindingSize.]`,
    );
    expect(await failure(() => evaluate([mul(full([maxBufferSize / 4 + 64], 1), 2)]))).toMatchInlineSnapshot(
      `[DeviceLimitError: result: a buffer should be at most 268435456 bytes on this device but is 268435712 bytes. Use a smaller batch, fewer steps or a smaller model.]`,
    );
    expect([...(await bitsOf(add(tensor([1]), tensor([2]))))]).toEqual([0x40400000]);
  });
});

test("a loss that none of the parameters has a part in is refused, and counts as no update", async () => {
  const model = linear();
  const optimizer = new SGD(model.parameters(), { lr: 1 });
  const before = await modelBits(model);
  expect(() => optimizer.minimize(mseLoss(mul(tensor([1, 2]), 1), tensor([3, 4])))).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: SGD.minimize: the loss should be made with at least one of the optimizer's parameters but is made with none of them. Make it of what the model gives, and give the optimizer that model's parameters().]`,
  );
  const another = linear();
  expect(() => optimizer.minimize(lossOf(another))).toThrow(ValueError);
  expect(optimizer.updates).toBe(0);
  expect(await modelBits(model)).toEqual(before);
  optimizer.dispose();
});
