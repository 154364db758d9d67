import {
  add,
  concat,
  embedding,
  type LayerState,
  linear,
  mul,
  reshape,
  sigmoid,
  slice,
  stack,
  sub,
  type Tensor,
  tanh,
  unstack,
} from "@unroll/nn";
import type { Encoded } from "../encoders";
import type { BahdanauDecoder } from "./bahdanau-decoder";

/** One step of a layer of Bahdanau's decoder, in elementwise operations. Gates lie unit by unit. */
function composedCell(decoder: BahdanauDecoder, a: Tensor, { h, c }: LayerState): LayerState {
  const layer = decoder.stack.layers[0] as (typeof decoder.stack.layers)[number];
  const weight = layer.weightHh[0] as Tensor;
  const [, GH = 0, H = 0] = weight.shape;
  const B = h.shape[0] as number;
  const G = GH / H;
  const gates = (x: Tensor): Tensor[] => unstack(reshape(x, [B, H, G]), 2);
  const recurrent = linear(h, reshape(weight, [GH, H]));
  if (c) {
    const [i, f, g, o] = gates(add(a, recurrent)) as [Tensor, Tensor, Tensor, Tensor];
    const cell = add(mul(sigmoid(f), c), mul(sigmoid(i), tanh(g)));
    return { h: mul(sigmoid(o), tanh(cell)), c: cell };
  }
  if (!("recurrentBias" in layer)) return { h: tanh(add(a, recurrent)) };
  const [xr, xz, xn] = gates(a) as [Tensor, Tensor, Tensor];
  const [hr, hz, hn] = gates(recurrent) as [Tensor, Tensor, Tensor];
  const z = sigmoid(add(xz, hz));
  const n = tanh(add(xn, mul(sigmoid(add(xr, hr)), add(hn, layer.recurrentBias[0] as Tensor))));
  return { h: add(mul(sub(1, z), n), mul(z, h)) };
}

/**
 * `BahdanauDecoder.decode` of one layer as its equations are written, step by step, nothing made beforehand:
 *   c_t = β_t·attention(h_{t−1}),   h_t = cell(W·E·y_{t−1} + b + C·c_t, h_{t−1}),   logits of h_t or of h̃_t
 */
export function composedDecoding(decoder: BahdanauDecoder, encoded: Encoded, tokens: Tensor): Tensor {
  const layer = decoder.stack.layers[0] as (typeof decoder.stack.layers)[number];
  const [B, T] = tokens.shape as [number, number];
  const prepared = decoder.attention.prepare(encoded.memory, { lengths: encoded.lengths });
  let state = decoder.bridge.forward(encoded)[0] as LayerState;
  let attention = decoder.attention.initialState(prepared);
  const logits: Tensor[] = [];
  for (let t = 0; t < T; t++) {
    const x = embedding(decoder.head.embedding.weight, reshape(slice(tokens, 1, t, t + 1), [B]));
    const attended = decoder.attention.attend(state.h, prepared, attention);
    attention = attended.state;
    const { readout, gate, isDeep } = decoder;
    const context = gate ? mul(attended.context, gate.forward(state.h)) : attended.context;
    const products = [linear(x, layer.weightIh[0] as Tensor, layer.bias[0]), linear(context, decoder.context.weight)];
    state = composedCell(decoder, add(...(products as [Tensor, Tensor])), state);
    const deep = readout?.forward(concat([context, state.h], 1));
    const features = deep ? (isDeep ? add(x, deep) : tanh(deep)) : state.h;
    logits.push(decoder.head.out.forward(features));
  }
  return stack(logits, 1);
}
