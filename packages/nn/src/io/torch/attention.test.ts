import { describe, expect, test } from "vitest";
import { type AttentionSizes, attentionFromTorch, attentionShapes, attentionToTorch } from "./attention";
import type { StateDict } from "./state-dict";

/** A dict whose elements all differ. */
function dictOf(
  sizes: AttentionSizes,
  prefix = "",
): Map<string, StateDict extends ReadonlyMap<string, infer T> ? T : never> {
  let next = 0;
  return new Map(
    [...attentionShapes(sizes)].map(([name, shape]) => {
      const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => next++);
      return [`${prefix}${name}`, { dtype: "f32", shape, data }];
    }),
  );
}

describe.each([
  { sizes: { size: 2 }, why: "one packed weight" },
  { sizes: { size: 2, hasBias: false }, why: "no biases" },
  { sizes: { size: 2, keySize: 3, valueSize: 1 }, why: "keys and values of their own sizes" },
])("$why", ({ sizes }) => {
  test("comes back bit for bit, names in PyTorch's order", () => {
    const dict = dictOf(sizes, "block.attention.");
    const back = attentionToTorch(sizes, attentionFromTorch(sizes, dict, "block.attention."), "block.attention.");
    expect([...back]).toEqual([...dict]);
  });
});

test("queries come first, then keys, then values", () => {
  const { query, key, value, output } = attentionFromTorch({ size: 2 }, dictOf({ size: 2 }));
  expect(query).toEqual({
    weight: { dtype: "f32", shape: [2, 2], data: Float32Array.of(0, 1, 2, 3) },
    bias: { dtype: "f32", shape: [2], data: Float32Array.of(12, 13) },
  });
  expect(key.weight.data).toEqual(Float32Array.of(4, 5, 6, 7));
  expect(value.weight.data).toEqual(Float32Array.of(8, 9, 10, 11));
  expect(value.bias?.data).toEqual(Float32Array.of(16, 17));
  expect(output.weight.data).toEqual(Float32Array.of(18, 19, 20, 21));
});

test("differences are named, all at once", () => {
  const dict = dictOf({ size: 2, keySize: 3 });
  expect(() => attentionFromTorch({ size: 2 }, dict)).toThrowErrorMatchingInlineSnapshot(
    `[StateDictError: attentionFromTorch: the state dict does not fit attention of 2 features. missing: "in_proj_weight"; unexpected: "q_proj_weight", "k_proj_weight", "v_proj_weight". Pass the sizes that the module was built with.]`,
  );
  dict.set("in_proj_bias", { dtype: "i32", shape: [6], data: new Int32Array(6) });
  expect(() => attentionFromTorch({ size: 2, keySize: 3 }, dict)).toThrowErrorMatchingInlineSnapshot(
    `[StateDictError: attentionFromTorch: the state dict does not fit attention of 2 features. wrong: "in_proj_bias" should be f32 [6] but is i32 [6]. Pass the sizes that the module was built with.]`,
  );
  const projections = attentionFromTorch({ size: 2 }, dictOf({ size: 2 }));
  expect(() => attentionToTorch({ size: 2, keySize: 3 }, projections)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: attentionToTorch: part 0 of k_proj_weight should be f32 [2, 3] but is f32 [2, 2].]`,
  );
  expect(() =>
    attentionToTorch({ size: 2 }, { ...projections, key: { weight: projections.key.weight } }),
  ).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: attentionToTorch: part 1 of in_proj_bias should be f32 [2] but is missing.]`,
  );
});
