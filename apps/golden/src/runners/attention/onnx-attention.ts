import {
  type AttentionMask,
  additiveMask,
  and,
  booleanMask,
  causalMask,
  paddingMask,
  plainDotProductAttention,
  scaledDotProductAttention,
} from "@unroll/attention";
import { concat, permute, reshape, type Tensor, tensor } from "@unroll/nn";
import type { GoldenTensor } from "@unroll/testing";
import { type Check, UnsupportedCase } from "../../compare";
import type { OnnxNode } from "../onnx/node";
import { f32 } from "../tensors";

/** What stands for −∞ in a mask. */
export const MASKED = -1e30;

/** ONNX Attention (opset 23 to 24): the fused kernels for Y, the plain path where scores are wanted. */
export async function onnxAttention(node: OnnxNode): Promise<Check[]> {
  const { attributes } = node;
  attributes.only(
    ...["is_causal", "kv_num_heads", "q_num_heads", "qk_matmul_output_mode", "scale", "softcap", "softmax_precision"],
  );
  const [q, k, v] = [node.float(0), node.float(1), node.float(2)];
  const isFlat = q.rank === 3;
  const heads = isFlat ? attributes.number("q_num_heads") : (q.shape[1] as number);
  const keyHeads = isFlat ? attributes.number("kv_num_heads") : (k.shape[1] as number);
  const past = [4, 5].map((position) => node.optionalFloat(position)) as [Tensor | undefined, Tensor | undefined];
  const keys = joined(past[0], isFlat ? toHeads(k, keyHeads) : k);
  const values = joined(past[1], isFlat ? toHeads(v, keyHeads) : v);
  const [T, S] = [q.shape[isFlat ? 1 : 2] as number, keys.shape[2] as number];
  const before = past[0]?.shape[2] ?? 0;
  const options = {
    heads,
    keyHeads,
    mask: maskOf(node, { T, S, before }),
    softcap: attributes.number("softcap", 0),
    ...(attributes.has("scale") ? { scale: attributes.number("scale") } : {}),
  };
  const queries = isFlat ? q : fromHeads(q);
  const y = scaledDotProductAttention(queries, fromHeads(keys), fromHeads(values), options);
  const { scores } = plainDotProductAttention(queries, fromHeads(keys), fromHeads(values), options);
  const stages = [scores.raw, scores.capped, scores.masked, scores.weights];
  const stage = stages[attributes.number("qk_matmul_output_mode", 0)];
  const checks = await node.checks([isFlat ? y : toHeads(y, heads), keys, values, stage]);
  // A masked score is −∞ there.
  return checks.map((check) => ({
    ...check,
    actual: {
      ...check.actual,
      data: Array.from(check.actual.data, (x) => (x <= -1e29 ? Number.NEGATIVE_INFINITY : x)),
    },
  }));
}

/** [B, T, N·D] as [B, N, T, D] */
export function toHeads(x: Tensor, heads: number): Tensor {
  const [B, T, F] = x.shape as [number, number, number];
  return permute(reshape(x, [B, T, heads, F / heads]), [0, 2, 1, 3]);
}

/** [B, N, T, D] as [B, T, N·D] */
export function fromHeads(x: Tensor): Tensor {
  const [B, N, T, D] = x.shape as [number, number, number, number];
  return reshape(permute(x, [0, 2, 1, 3]), [B, T, N * D]);
}

const joined = (past: Tensor | undefined, fresh: Tensor): Tensor => (past ? concat([past, fresh], 2) : fresh);

function maskOf(node: OnnxNode, { T, S, before }: { T: number; S: number; before: number }): AttentionMask | undefined {
  const masks: AttentionMask[] = [];
  const own = node.optional(3);
  if (own)
    masks.push(own.dtype === "bool" ? booleanMask(bool(padded(own, S, 0))) : additiveMask(f32(padded(own, S, MASKED))));
  const lengths = node.optional(6);
  if (lengths) masks.push(paddingMask(lengths.data));
  if (node.attributes.flag("is_causal", false)) {
    // Queries are the last of the keys that there are.
    const offset = lengths ? tensor(Int32Array.from(lengths.data, (length) => length - T)) : before;
    masks.push(causalMask({ offset }));
  }
  return masks.length > 0 ? and(...masks) : undefined;
}

const bool = ({ shape, data }: GoldenTensor): Tensor => tensor(Uint32Array.from(data), { shape, dtype: "bool" });

/** A mask over all S keys, those that it leaves out masked, and finite. */
function padded(mask: GoldenTensor, S: number, masked: number): GoldenTensor {
  const own = mask.shape.at(-1) as number;
  if (own > S) throw new UnsupportedCase(`a mask over ${own} keys where there are ${S}`);
  const rows = mask.data.length / own;
  const data = new Float64Array(rows * S).fill(masked);
  for (let row = 0; row < rows; row++) {
    for (let s = 0; s < own; s++) data[row * S + s] = Math.max(mask.data[row * own + s] as number, MASKED);
  }
  return { ...mask, shape: [...mask.shape.slice(0, -1), S], data };
}
