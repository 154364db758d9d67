import { type AttentionMask, additiveMask, and, causalMask, scaledDotProductAttention } from "@unroll/attention";
import { add, concat, matmul, reshape, slice, split, stack, type Tensor, tensor } from "@unroll/nn";
import type { GoldenTensor } from "@unroll/testing";
import { UnsupportedCase } from "../../compare";
import type { OnnxOperator } from "../onnx/node";
import { fromHeads, toHeads } from "./onnx-attention";

/** What ONNX Runtime adds to masked scores unless it is told otherwise: a row with no key left attends to all alike. */
const FILTER = -10_000;

/** ONNX Runtime's Attention: one product for queries, keys and values, then attention of N heads. */
export const ortAttention: OnnxOperator = (node) => {
  const { attributes } = node;
  attributes.only("num_heads", "unidirectional", "scale", "mask_filter_value");
  for (const [position, what] of [
    [5, "attention_bias"],
    [6, "past_sequence_length"],
  ] as const) {
    if (node.optional(position)) throw new UnsupportedCase(`Attention with ${what}`);
  }
  const heads = attributes.number("num_heads");
  const x = node.float(0);
  const [B, T] = x.shape as [number, number, number];
  const [q, k, v] = split(add(matmul(x, node.float(1)), node.float(2)), 3) as [Tensor, Tensor, Tensor];
  const past = node.optionalFloat(4);
  const [keys, values] = [k, v].map((fresh, index) => joined(past, index, toHeads(fresh, heads))) as [Tensor, Tensor];
  const S = keys.shape[2] as number;
  const own = node.optional(3);
  const masks: AttentionMask[] = [
    ...(own ? [additiveMask(maskBias(own, { B, T, S }, attributes.number("mask_filter_value", FILTER)))] : []),
    ...(attributes.flag("unidirectional", false) ? [causalMask({ offset: S - T })] : []),
  ];
  const options = {
    heads,
    mask: and(...masks),
    ...(attributes.has("scale") ? { scale: attributes.number("scale") } : {}),
  };
  const output = scaledDotProductAttention(q, fromHeads(keys), fromHeads(values), options);
  return [output, stack([keys, values])];
};

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
  if (shape.length === 2) return bias([B, 1, 1, S], isGiven);
  if (shape.length === 3) return bias([B, 1, T, S], isGiven);
  throw new UnsupportedCase(`mask_index of ${shape.length} axes`);
}
