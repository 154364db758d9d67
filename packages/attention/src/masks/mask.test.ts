import { type Tensor, tensor } from "@unroll/nn";
import { describe, expect, test } from "vitest";
import { scaledDotProductAttention } from "../dot-product/fused";
import { alibi, alibiSlopes } from "../positions/alibi";
import { draws } from "../test-support/tensors";
import { TransformerDecoder } from "../transformer/decoder";
import { TransformerEncoder } from "../transformer/encoder";
import { additiveMask, and, booleanMask, causalMask, paddingMask } from "./mask";

test("masks combine part by part", () => {
  const lengths = tensor(Uint32Array.of(3, 2));
  const all = and(causalMask({ offset: 2 }), paddingMask(lengths), alibi(4));
  expect(all).toMatchObject({ causal: true, offset: 2, lengths, allowed: undefined, bias: undefined });
  expect(all.slopes?.shape).toEqual([4]);
  expect(and()).toMatchObject({ causal: false, lengths: undefined });
});

test("slopes are the published sequences", () => {
  expect(alibiSlopes(8)).toEqual([0.5, 0.25, 0.125, 0.0625, 0.03125, 0.015625, 0.0078125, 0.00390625]);
  expect(alibiSlopes(2)).toEqual([2 ** -4, 2 ** -8]);
  expect(alibiSlopes(3)).toEqual([2 ** -4, 2 ** -8, 2 ** -2]);
});

describe("what does not fit says what to do", () => {
  const qkv = [draws([2, 3, 8], 1), draws([2, 5, 8], 2), draws([2, 5, 8], 3)] as const;
  const bool = (shape: readonly number[]) => {
    const count = shape.reduce((a, b) => a * b, 1);
    return tensor(new Uint32Array(count), { shape, dtype: "bool" });
  };
  test("a mask of other keys", () => {
    expect(() =>
      scaledDotProductAttention(...qkv, { heads: 2, mask: booleanMask(bool([3, 4])) }),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: scaledDotProductAttention: mask.allowed should be [2, 2, 3, 5], rows, heads, queries and keys, or 1 in place of any but is [1, 1, 3, 4].]`,
    );
  });
  test("lengths of other rows", () => {
    expect(() =>
      scaledDotProductAttention(...qkv, { heads: 2, mask: paddingMask([5]) }),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: scaledDotProductAttention: mask.lengths should be [2] but is [1]. One length for each row of the batch.]`,
    );
  });
  test("a bias of other queries", () => {
    expect(() =>
      scaledDotProductAttention(...qkv, { heads: 2, mask: additiveMask(draws([2, 2, 4, 5], 4)) }),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: scaledDotProductAttention: mask.bias should be [2, 2, 3, 5], rows, heads, queries and keys, or 1 in place of any but is [2, 2, 4, 5].]`,
    );
    expect(() => additiveMask(draws([5], 4))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: additiveMask: bias should be [T, S], [B, T, S] or [B, N, T, S] but is [5]. Put an axis of extent 1 where it is the same for all.]`,
    );
  });
  test("offsets of other rows", () => {
    const offset = tensor(Uint32Array.of(1, 2, 3));
    expect(() =>
      scaledDotProductAttention(...qkv, { heads: 2, mask: causalMask({ offset }) }),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: scaledDotProductAttention: mask.offset should be [2] but is [3]. One offset for each row of the batch.]`,
    );
  });
  test("in a Transformer", () => {
    const mask = booleanMask(bool([2, 1, 3, 4]));
    expect(() =>
      new TransformerEncoder(8, 2, { layers: 1 }).forward(qkv[0], { mask }),
    ).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: scaledDotProductAttention: mask.allowed should be [2, 2, 3, 3], rows, heads, queries and keys, or 1 in place of any but is [2, 1, 3, 4].]`,
    );
    const decoder = new TransformerDecoder(8, 2, { layers: 1 });
    expect(() => decoder.forward(qkv[0], qkv[1], { memoryMask: mask })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: scaledDotProductAttention: mask.allowed should be [2, 2, 3, 5], rows, heads, queries and keys, or 1 in place of any but is [2, 1, 3, 4].]`,
    );
    const step = () =>
      decoder.step(qkv[0], decoder.prepare(qkv[1]), decoder.emptyCache(2, 4), { memoryMask: paddingMask([5, 5, 5]) });
    expect(step).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: scaledDotProductAttention: mask.lengths should be [2] but is [3]. One length for each row of the batch.]`,
    );
    expect(() => decoder.forward(qkv[0], draws([2, 0, 8], 1))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: scaledDotProductAttention: q and v should be of at least one step and feature but is [2, 3, 8] and [2, 0, 8].]`,
    );
  });
  test("slopes of other heads", () => {
    expect(() => scaledDotProductAttention(...qkv, { heads: 2, mask: alibi(4) })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: scaledDotProductAttention: mask.slopes should be [2] but is [4]. One slope for each head of the queries.]`,
    );
  });
  test("heads that do not divide", () => {
    expect(() => scaledDotProductAttention(...qkv, { heads: 3 })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: scaledDotProductAttention: q should be [B, T, a multiple of heads, 3] but is [2, 3, 8]. Features of all heads lie side by side.]`,
    );
  });
  test("groups that do not divide", () => {
    expect(() => scaledDotProductAttention(...qkv, { heads: 4, keyHeads: 3 })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: scaledDotProductAttention: keyHeads should be a divisor of heads, 4, but is 3.]`,
    );
  });
  test("keys of other features", () => {
    expect(() => scaledDotProductAttention(...qkv, { heads: 4, keyHeads: 2 })).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: scaledDotProductAttention: k should be [2, S, 4] but is [2, 5, 8]. A key has as many features as a query: 2 heads of 2.]`,
    );
  });
  test("a mask of one axis", () => {
    expect(() => booleanMask(bool([5]))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: booleanMask: allowed should be [T, S], [B, T, S] or [B, N, T, S] but is [5]. Put an axis of extent 1 where it is the same for all.]`,
    );
  });
  test("a mask of numbers", () => {
    expect(() => booleanMask(draws([3, 5], 1))).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: booleanMask: allowed should be bool, i32 or u32 but is f32. Numbers that are added to the scores are an additiveMask.]`,
    );
  });
  test("a bias of whole numbers", () => {
    expect(() => additiveMask(bool([3, 5]))).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: additiveMask: bias should be f32 but is bool.]`,
    );
  });
  test("half a length", () => {
    expect(() => paddingMask([2, 1.5])).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: paddingMask: lengths[1] should be a whole number of at least 0 but is 1.5.]`,
    );
  });
  test("half a place", () => {
    expect(() => causalMask({ offset: 0.5 })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: causalMask: offset should be a whole number from −2^30 to 2^30, or u32 or i32 [B] but is 0.5.]`,
    );
  });
  test("a place that no i32 counts on from", () => {
    expect(() => causalMask({ offset: 2 ** 31 - 1 })).toThrow("−2^30 to 2^30, or u32 or i32 [B] but is 2147483647.");
    expect(() => causalMask({ offset: Number.MAX_SAFE_INTEGER })).toThrow("but is 9007199254740991.");
    expect(causalMask({ offset: -(2 ** 30) }).offset).toBe(-(2 ** 30));
  });
  test("slopes that are no numbers of a tensor", () => {
    expect(() => alibi([0.5, 0.25] as never)).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: alibi: slopes should be a Tensor but is an Array.]`,
    );
    expect(() => alibi(tensor(Int32Array.of(1, 2)))).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: alibi: slopes should be f32 or f16 but is i32. Make it with tensor(values, { dtype: "f32" }), or cast it.]`,
    );
  });
  test("no queries, or no features", () => {
    const [q, k, v] = qkv;
    const call = (...of: Parameters<typeof draws>[0][]) =>
      scaledDotProductAttention(...(of.map((shape) => draws(shape, 1)) as [Tensor, Tensor, Tensor]), { heads: 2 });
    expect(() => call([2, 0, 8], k.shape, v.shape)).toThrow("feature but is [2, 0, 8] and [2, 5, 8].");
    expect(() => call([2, 3, 0], [2, 5, 0], v.shape)).toThrow("feature but is [2, 3, 0] and [2, 5, 8].");
    expect(() => call(q.shape, k.shape, [2, 5, 0])).toThrow("feature but is [2, 3, 8] and [2, 5, 0].");
  });
  test("no mask at all", () => {
    expect(() => and(null as never)).toThrow("and: mask should be made by causalMask, say but is null.");
  });
  test("two places", () => {
    expect(() => and(causalMask({ offset: 1 }), alibi(2, { offset: 2 }))).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: and: offset should be the same in all masks that have one but is 1 and 2.]`,
    );
  });
  test("two slopes", () => {
    expect(() => and(alibi(2), alibi(2))).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: and: the masks should be one alibi at most but is two masks with slopes.]`,
    );
  });
  test("numbers out of their range", () => {
    const run = (options: object) => () => scaledDotProductAttention(...qkv, { heads: 2, ...options });
    expect(run({ dropout: "0.5" })).toThrow("dropout should be at least 0 and less than 1 but is 0.5.");
    expect(run({ dropout: 1 })).toThrow("dropout should be at least 0 and less than 1 but is 1.");
    expect(run({ softcap: -1 })).toThrow("softcap should be finite, 0 or more but is -1.");
    expect(run({ scale: Number.NaN })).toThrow("scale should be a finite number but is NaN.");
  });
});
