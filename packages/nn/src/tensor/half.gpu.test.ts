import { DeviceLimitError, open, roundToHalf, useDevice } from "@unroll/kernels";
import { normal } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import {
  add,
  cast,
  concat,
  dropout,
  evaluate,
  grad,
  mul,
  ones,
  permute,
  random,
  reshape,
  slice,
  sum,
  tensor,
} from "..";
import { useTestDevice } from "../test-support/device";
import { withHalves } from "../test-support/halves";

const gpu = useTestDevice();
const values = (n: number) => Float32Array.from(normal([n], { seed: n }).data, roundToHalf);

describe("a tensor of halves", () => {
  test("rounds the numbers it is made of, and refuses those that no half is near to", async () => {
    const x = tensor([1 / 3, 2049, 1e-9], { dtype: "f16" });
    expect(x.dtype).toBe("f16");
    expect(await x.data()).toEqual(Float32Array.of(0.333251953125, 2048, 0));
    expect(() => tensor([1, 70_000], { dtype: "f16" })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: tensor: data[1] should be a finite number, less than 65,520 in size as f16 has but is Infinity. Clean the data, or pass allowNonFinite: true if this is meant.]`,
    );
  });

  test.each([1, 2, 3, 255, 4097])("of %i elements comes back from the device as it went", async (n) => {
    await withHalves(gpu.device, async () => {
      const x = tensor(values(n), { dtype: "f16" });
      const same = mul(x, 1);
      expect(same.dtype).toBe("f16");
      expect(await same.data()).toEqual(values(n));
      expect(await add(same, 0).data()).toEqual(values(n)); // evaluated: read where it lies
    });
  });

  test.each([
    { start: 128, why: "where a device can bind" },
    { start: 64, why: "where it could if the elements were f32" },
    { start: 3, why: "in the middle of a word" },
  ])("is looked at from element $start on: $why", async ({ start }) => {
    await withHalves(gpu.device, async () => {
      const x = mul(tensor(values(301), { dtype: "f16" }), 1);
      const part = slice(x, 0, start, start + 33);
      const doubled = mul(part, 2);
      await evaluate([part, doubled]);
      expect(await part.data()).toEqual(values(301).slice(start, start + 33));
      expect(await doubled.data()).toEqual(
        values(301)
          .slice(start, start + 33)
          .map((v) => 2 * v),
      );
    });
  });

  test("is permuted, cut, joined and padded without a change", async () => {
    await withHalves(gpu.device, async () => {
      const x = tensor(values(15), { dtype: "f16", shape: [3, 5] });
      const turned = permute(x, [1, 0]);
      const both = concat([slice(x, 1, 0, 2), slice(x, 1, 2, 5)], 1);
      const [dx] = grad(cast(sum(slice(x, 1, 1, 3)), "f32"), [x]);
      await evaluate([turned, both, ...(dx ? [dx] : [])]);
      expect(await turned.data()).toEqual(
        Float32Array.from(values(15), (_, i, all = values(15)) => all[(i % 3) * 5 + Math.floor(i / 3)] as number),
      );
      expect(await both.data()).toEqual(values(15));
      expect(dx?.dtype).toBe("f16");
      expect(await dx?.data()).toEqual(Float32Array.of(0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0));
    });
  });

  test("meets f32 in f32, and a number in halves", async () => {
    await withHalves(gpu.device, async () => {
      const [x, y] = [tensor([0.1], { dtype: "f16" }), tensor([1e-6])];
      expect([add(x, y).dtype, add(x, 1e-6).dtype]).toEqual(["f32", "f16"]);
      expect(await add(x, y).item()).toBe(Math.fround(roundToHalf(0.1) + Math.fround(1e-6)));
      expect(await add(x, 1e-6).item()).toBe(roundToHalf(0.1));
    });
  });

  test("is dropped from as its like in f32 is", async () => {
    await withHalves(gpu.device, async () => {
      const x = ones([5, 41]);
      const halved = dropout(cast(x, "f16"), 0.5, { rng: random(2) });
      expect(halved.dtype).toBe("f16");
      expect(await halved.data()).toEqual(await dropout(x, 0.5, { rng: random(2) }).data());
    });
  });
});

describe("cast between f32 and f16", () => {
  test("rounds to the nearest half, beyond the largest to infinity, and back without a change", async () => {
    await withHalves(gpu.device, async () => {
      const numbers = [1 / 3, -2049, 2 ** -24, 2 ** -26, 65_504, 1e6];
      const half = cast(tensor(numbers), "f16");
      const back = cast(half, "f32");
      await evaluate([half, back]);
      expect([half.dtype, back.dtype]).toEqual(["f16", "f32"]);
      expect(await half.data()).toEqual(Float32Array.from(numbers, roundToHalf));
      expect(await back.data()).toEqual(Float32Array.from(numbers, roundToHalf));
    });
  });

  test("passes the gradient on in the dtype of its input", async () => {
    await withHalves(gpu.device, async () => {
      const x = tensor([1, 2, 3]);
      const y = cast(x, "f16");
      const loss = cast(sum(mul(y, y)), "f32");
      const [dx, dy] = grad(loss, [x, y]);
      expect([dx?.dtype, dy?.dtype]).toEqual(["f32", "f16"]);
      await evaluate(dx && dy ? [dx, dy] : []);
      expect(await dx?.data()).toEqual(Float32Array.of(2, 4, 6));
      expect(await dy?.data()).toEqual(Float32Array.of(2, 4, 6));
    });
  });

  test("whole numbers and conditions become halves too", async () => {
    await withHalves(gpu.device, async () => {
      expect(await cast(tensor([-7, 2049], { dtype: "i32" }), "f16").data()).toEqual(Float32Array.of(-7, 2048));
      expect(await cast(tensor([1.5, -2.5], { dtype: "f16" }), "i32").data()).toEqual(Int32Array.of(1, -2));
    });
  });
});

test("a device without halves refuses them before it does anything", async () => {
  const plain = await open({ features: [], onWarning: () => undefined });
  const before = plain.counters.snapshot();
  const half = reshape(mul(tensor([1, 2], { dtype: "f16" }), 2), [2, 1]);
  const refusal = (async () => evaluate([half]))();
  await expect(refusal).rejects.toBeInstanceOf(DeviceLimitError);
  await expect(refusal).rejects.toThrowErrorMatchingInlineSnapshot(
    `[DeviceLimitError: evaluate: the device should be with the feature shader-f16, for tensors of half precision, but is without it. Compute in f32: call float() on the model, or make the tensors f32.]`,
  );
  const { buffers, submissions } = plain.counters.since(before);
  expect({ buffers, submissions }).toEqual({ buffers: 0, submissions: 0 });
  plain.dispose();
  useDevice(gpu.device);
  expect(await mul(tensor([1, 2]), 2).data()).toEqual(Float32Array.of(2, 4));
});
