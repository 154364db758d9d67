import { type AttentionMask, additiveMask, and, causalMask, scaledDotProductAttention } from "@unroll/attention";
import { add, concat, matmul, reshape, slice, stack, type Tensor, tensor } from "@unroll/nn";
import type { GoldenTensor } from "@unroll/testing";
import { UnsupportedCase } from "../../compare";
import type { OnnxOperator } from "../onnx/node";
import { fromHeads, toHeads } from "./onnx-attention";

/** What ONNX Runtime adds to masked scores unless it is told otherwise: a row with no key left attends to all alike. */
const FILTER = -10_000;

/**
 * ONNX Runtime's Attention: one product for queries, keys and values, then attention of N heads. Values may be wider than
 * keys (`qkv_hidden_sizes`), and `attention_bias` [B or 1, N or 1, T, S] is added to the scores.
 */
export const ortAttention: OnnxOperator = (node) => {
  const { attributes } = node;
  attributes.only("num_heads", "unidirectional", "scale", "mask_filter_value", "qkv_hidden_sizes");
  if (node.optional(6)) throw new UnsupportedCase("Attention with past_sequence_length");
  const heads = attributes.number("num_heads");
  const x = node.float(0);
  const [B, T] = x.shape as [number, number, number];
  const product = add(matmul(x, node.float(1)), node.float(2));
  const third = (product.shape[2] as number) / 3;
  const [q, k, v] = cut(product, attributes.numbers("qkv_hidden_sizes", [third, third, third]));
  const past = node.optionalFloat(4);
  const [keys, values] = [k, v].map((fresh, index) => joined(past, index, toHeads(fresh, heads))) as [Tensor, Tensor];
  const S = keys.shape[2] as number;
  const [own, bias] = [node.optional(3), node.optionalFloat(5)];
  const masks: AttentionMask[] = [
    ...(own ? [additiveMask(maskBias(own, { B, T, S }, attributes.number("mask_filter_value", FILTER)))] : []),
    ...(bias ? [additiveMask(bias)] : []),
    ...(attributes.flag("unidirectional", false) ? [causalMask({ offset: S - T })] : []),
  ];
  const options = {
    heads,
    mask: and(...masks),
    ...(attributes.has("scale") ? { scale: attributes.number("scale") } : {}),
  };
  const output = scaledDotProductAttention(q, fromHeads(keys), fromHeads(values), options);
  return [output, ...(keys.shape[3] === values.shape[3] ? [stack([keys, values])] : [])];
};

/** Queries, keys and values, of so many features each. */
function cut(product: Tensor, sizes: readonly number[]): [q: Tensor, k: Tensor, v: Tensor] {
  let end = 0;
  return sizes.map((size) => {
    end += size;
    return slice(product, 2, end - size, end);
  }) as [Tensor, Tensor, Tensor];
}

function joined(past: Tensor | undefined, index: number, fresh: Tensor): Tensor {
  if (!past) return fresh;
  return concat([reshape(slice(past, 0, index, index + 1), past.shape.slice(1)), fresh], 2);
}

/** What is added to the scores: `mask_index` is 0/1 by key or by query and key, or ends of rows, with or without starts. */
function maskBias(
  { shape, data }: GoldenTensor,
  { B, T, S }: { B: number; T: number; S: number },
  filter: number,
): Tensor {
  const bias = (extents: readonly number[], isKept: (place: number) => boolean): Tensor => {
    const count = extents.reduce((a, b) => a * b, 1);
    return tensor(
      Float32Array.from({ length: count }, (_, place) => (isKept(place) ? 0 : filter)),
      { shape: extents },
    );
  };
  if (shape.length === 1) {
    const [ends, starts] = [data.slice(0, B), data.length === 2 * B ? data.slice(B) : undefined];
    return bias([B, 1, 1, S], (place) => {
      const [row, s] = [Math.floor(place / S), place % S];
      return s < (ends[row] as number) && s >= (starts?.[row] ?? 0);
    });
  }
  const isGiven = (place: number): boolean => (data[place] as number) > 0;
  if (shape.length === 2) return bias([B, 1, 1, shape[1] as number], isGiven); // one for each key, or one for all
  if (shape.length === 3) return bias([B, 1, T, S], isGiven);
  throw new UnsupportedCase(`mask_index of ${shape.length} axes`);
}
