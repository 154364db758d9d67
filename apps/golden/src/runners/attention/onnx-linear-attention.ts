import { linearAttention } from "@unroll/attention";
import { mul, ones } from "@unroll/nn";
import { UnsupportedCase } from "../../compare";
import type { OnnxOperator } from "../onnx/node";

/** What each update rule of ONNX reads beside queries, keys and values. */
const RULES: Readonly<Record<string, { readonly decay: boolean; readonly beta: boolean }>> = {
  linear: { decay: false, beta: false },
  gated: { decay: true, beta: false },
  delta: { decay: false, beta: true },
  gated_delta: { decay: true, beta: true },
};

/** ONNX LinearAttention: q [B, T, N·D], k [B, T, M·D], v [B, T, M·E]. */
export const onnxLinearAttention: OnnxOperator = (node) => {
  const { attributes } = node;
  attributes.only("q_num_heads", "kv_num_heads", "update_rule", "scale", "chunk_size");
  const name = attributes.text("update_rule", "gated_delta");
  const rule = RULES[name];
  if (!rule) throw new UnsupportedCase(`LinearAttention with the update rule ${name}`);
  const keyHeads = attributes.number("kv_num_heads");
  const beta = rule.beta ? node.optionalFloat(5) : undefined;
  const scale = attributes.number("scale", 0); // 0 stands for 1/√D
  const { output, state } = linearAttention(node.float(0), node.float(1), node.float(2), {
    heads: attributes.number("q_num_heads"),
    keyHeads,
    state: node.optionalFloat(3),
    decay: rule.decay ? node.optionalFloat(4) : undefined,
    beta: beta && mul(beta, ones([1, 1, keyHeads])), // it may be one for all heads
    ...(scale === 0 ? {} : { scale }),
  });
  return [output, state];
};
