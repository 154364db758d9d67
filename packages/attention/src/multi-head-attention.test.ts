import { decodeSafetensors, encodeSafetensors, loadTorch, saveTorch, toPyTorch } from "@unroll/nn";
import { describe, expect, test } from "vitest";
import { MultiHeadAttention } from "./multi-head-attention";
import { RotaryPositions } from "./positions/rotary";
import { draws } from "./test-support/tensors";
import { TransformerDecoder } from "./transformer/decoder";
import { TransformerEncoder } from "./transformer/encoder";
import { TransformerEncoderLayer } from "./transformer/encoder-layer";

describe("PyTorch's state dicts", () => {
  test("have PyTorch's names, and come back bit for bit", async () => {
    const decoder = new TransformerDecoder(4, 2, { layers: 2, finalNorm: true, memorySize: 6 });
    const { tensors } = decodeSafetensors(await saveTorch(decoder));
    expect(
      [...tensors].filter(([name]) => !name.startsWith("layers.1")).map(([name, { shape }]) => `${name} ${shape}`),
    ).toMatchInlineSnapshot(`
      [
        "layers.0.linear1.bias 16",
        "layers.0.linear1.weight 16,4",
        "layers.0.linear2.bias 4",
        "layers.0.linear2.weight 4,16",
        "layers.0.multihead_attn.in_proj_bias 12",
        "layers.0.multihead_attn.k_proj_weight 4,6",
        "layers.0.multihead_attn.out_proj.bias 4",
        "layers.0.multihead_attn.out_proj.weight 4,4",
        "layers.0.multihead_attn.q_proj_weight 4,4",
        "layers.0.multihead_attn.v_proj_weight 4,6",
        "layers.0.norm1.bias 4",
        "layers.0.norm1.weight 4",
        "layers.0.norm2.bias 4",
        "layers.0.norm2.weight 4",
        "layers.0.norm3.bias 4",
        "layers.0.norm3.weight 4",
        "layers.0.self_attn.in_proj_bias 12",
        "layers.0.self_attn.in_proj_weight 12,4",
        "layers.0.self_attn.out_proj.bias 4",
        "layers.0.self_attn.out_proj.weight 4,4",
        "norm.bias 4",
        "norm.weight 4",
      ]
    `);
    const other = new TransformerDecoder(4, 2, { layers: 2, finalNorm: true, memorySize: 6 });
    await loadTorch(other, encodeSafetensors(tensors));
    expect(decodeSafetensors(await saveTorch(other)).tensors).toEqual(tensors);
    expect(await other.layers[1]?.selfAttention.key.weight.data()).toEqual(
      await decoder.layers[1]?.selfAttention.key.weight.data(),
    );
  });

  test("a model of its own holds attention at its path", async () => {
    const { tensors } = decodeSafetensors(await saveTorch(new TransformerEncoder(4, 2, { layers: 1, bias: false })));
    expect([...tensors.keys()]).toMatchInlineSnapshot(`
      [
        "layers.0.linear1.weight",
        "layers.0.linear2.weight",
        "layers.0.norm1.weight",
        "layers.0.norm2.weight",
        "layers.0.self_attn.in_proj_weight",
        "layers.0.self_attn.out_proj.weight",
      ]
    `);
  });

  test("what PyTorch cannot express is refused", async () => {
    await expect(saveTorch(new MultiHeadAttention(8, 4, { keyHeads: 2 }))).rejects.toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: MultiHeadAttention: PyTorch's MultiheadAttention has no grouped heads, heads of other sizes, rotary positions, bounds or scales. Save the model with save() in its own layout.]`,
    );
    const rotary = new RotaryPositions(4);
    await expect(saveTorch(new MultiHeadAttention(8, 2, { rotary }))).rejects.toThrow("PyTorch's MultiheadAttention");
  });
});

test("is not written in Python, where it would look for its weights in vain", () => {
  const attention = new MultiHeadAttention(4, 2);
  const inputs = { x: { shape: ["batch", 3, 4] } } as const;
  expect(() => toPyTorch(attention, { inputs })).toThrowErrorMatchingInlineSnapshot(
    `[UnsupportedError: toPyTorch: no Python is written for the model, a MultiHeadAttention. Build PyTorch's own module of that kind at the same path and load what saveTorch writes; its names fit there.]`,
  );
  expect(() => toPyTorch(new TransformerEncoder(4, 2), { inputs })).toThrowErrorMatchingInlineSnapshot(
    `[UnsupportedError: toPyTorch: no Python is written for layers.0, a TransformerEncoderLayer. Build PyTorch's own module of that kind at the same path and load what saveTorch writes; its names fit there.]`,
  );
});

test("what does not fit says what to do", () => {
  expect(() => new MultiHeadAttention(8, 3)).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: MultiHeadAttention: heads should be a divisor of size, 8, but is 3. Give headSize where it does not divide.]`,
  );
  expect(() => new MultiHeadAttention(8, 4, { keyHeads: 3 })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: MultiHeadAttention: keyHeads should be a divisor of heads, 4, but is 3.]`,
  );
  expect(() => new MultiHeadAttention(8, 2, { rotary: new RotaryPositions(8) })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: MultiHeadAttention: rotary should be of headSize 4 but is 8.]`,
  );
  expect(() => new MultiHeadAttention(8, 2, { softcap: -1 })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: MultiHeadAttention: softcap should be finite, 0 or more but is -1.]`,
  );
  expect(() => new MultiHeadAttention(8, 2, { scale: Number.NaN })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: MultiHeadAttention: scale should be a finite number but is NaN.]`,
  );
  expect(() => new TransformerEncoder(8, 2, { softcap: Number.NaN })).toThrow("MultiHeadAttention: softcap should be");
  const attention = new MultiHeadAttention(8, 2, { keySize: 6 });
  expect(() => attention.forward(draws([1, 2, 8], 1))).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: MultiHeadAttention.prepare: memory should be [B, S, 6] but is [1, 2, 8].]`,
  );
  expect(() =>
    attention.forward(draws([1, 2, 6], 1), { memory: draws([1, 2, 6], 1) }),
  ).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: MultiHeadAttention.attend: x should be [B, T, 8] but is [1, 2, 6]. The last axis must equal the size that the layer was built with, 8.]`,
  );
  expect(() =>
    attention.forward(draws([1, 2, 8], 1), { memory: draws([2, 2, 6], 1) }),
  ).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: scaledDotProductAttention: k should be [1, S, 8] but is [2, 2, 8]. A key has as many features as a query: 2 heads of 4.]`,
  );
  expect(() => new TransformerEncoderLayer(8, 2, { norm: "both" as "pre" })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: TransformerEncoderLayer: norm should be pre or post but is "both".]`,
  );
  expect(() => new TransformerEncoderLayer(8, 2, { activation: "sine" as "relu" })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: TransformerEncoderLayer: activation should be relu or gelu or silu but is "sine".]`,
  );
  expect(() => new TransformerEncoderLayer(8, 2).forward(draws([1, 2, 6], 1))).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: TransformerEncoderLayer.forward: x should be [B, T, 8] but is [1, 2, 6].]`,
  );
  expect(() => new TransformerEncoder(8, 2, { layers: 0 })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: TransformerEncoder: layers should be a positive whole number but is 0.]`,
  );
});
