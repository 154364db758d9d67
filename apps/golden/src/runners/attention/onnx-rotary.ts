import { rotate } from "@unroll/attention";
import { tensor } from "@unroll/nn";
import type { OnnxOperator } from "../onnx/node";
import { f32 } from "../tensors";
import { fromHeads, toHeads } from "./onnx-attention";

/** ONNX RotaryEmbedding: x [B, N, T, D] or, with num_heads, [B, T, N·D]. */
export const onnxRotary: OnnxOperator = (node) => {
  const { attributes } = node;
  attributes.only("interleaved", "num_heads", "rotary_embedding_dim");
  const x = node.float(0);
  const isFlat = x.rank === 3;
  const heads = isFlat ? attributes.number("num_heads") : (x.shape[1] as number);
  const places = node.optional(3);
  const y = rotate(isFlat ? x : fromHeads(x), f32(node.input(1)), f32(node.input(2)), {
    heads,
    interleaved: attributes.flag("interleaved", false),
    ...(places ? { places: tensor(Uint32Array.from(places.data), { shape: places.shape }) } : {}),
  });
  return [isFlat ? y : toHeads(y, heads)];
};
