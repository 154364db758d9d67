import { AdditiveAttention } from "@unroll/attention";
import {
  assign,
  fromBlocks,
  fromKernel,
  type GatedCell,
  GRU,
  type Linear,
  type LSTM,
  type Parameter,
  type RNN,
} from "@unroll/nn";
import type { BahdanauDecoder } from "@unroll/seq2seq";
import type { CellData, PeerCases } from "./data";

/** The pairs for `assign` that give one layer of a recurrent module the harness's weights. */
function cellPairs(
  cell: GatedCell,
  { weightIh, weightHh, bias, inputSize, hiddenSize }: RNN | LSTM | GRU,
  layer: number,
  { W, U, b }: CellData,
): [Parameter, Float32Array<ArrayBuffer>][] {
  const columns = layer === 0 ? inputSize : hiddenSize;
  return [
    [weightIh[layer] as Parameter, fromKernel("torch", { cell, hiddenSize, columns }, W)],
    [weightHh[layer] as Parameter, fromKernel("torch", { cell, hiddenSize, columns: hiddenSize }, U)],
    [bias[layer] as Parameter, fromBlocks("torch", { cell, hiddenSize, columns: 1 }, b)],
  ];
}

/** Gives a recurrent module the harness's weights, layer by layer. */
export async function assignCells(
  cell: GatedCell,
  module: RNN | LSTM | GRU,
  layers: readonly CellData[],
): Promise<void> {
  await assign(layers.flatMap((data, layer) => cellPairs(cell, module, layer, data)));
}

/** Gives a linear layer Wo [I, O] and bo [O]; ours is [O, I]. */
export async function assignLinear(
  { weight, bias, inputSize, outputSize }: Linear,
  Wo: Float32Array,
  bo: Float32Array<ArrayBuffer>,
): Promise<void> {
  await assign([
    [weight, transposed(Wo, inputSize, outputSize)],
    [bias as Parameter, bo],
  ]);
}

/** [I, O] as [O, I]. */
function transposed(values: Float32Array, I: number, O: number): Float32Array<ArrayBuffer> {
  const rows = new Float32Array(values.length);
  for (let i = 0; i < I; i++) for (let o = 0; o < O; o++) rows[o * I + i] = values[i * O + o] as number;
  return rows;
}

/** Gives Bahdanau's decoder the harness's weights; its first layer's W reads [embedding, context], ours has a W for each. */
export async function assignAttention(decoder: BahdanauDecoder, data: PeerCases["attn"]["data"]): Promise<void> {
  const { attention, context, head } = decoder;
  const [layer] = decoder.stack.layers;
  const H = decoder.stack.hiddenSize;
  if (!(attention instanceof AdditiveAttention) || !(layer instanceof GRU)) {
    throw new Error("The harness's attention is additive, its cell a GRU.");
  }
  const { W, U, b } = data;
  const [ofEmbedding, ofContext] = [W.subarray(0, 3 * H * H), W.subarray(3 * H * H)];
  await assignCells("gru", layer, [{ W: ofEmbedding, U, b }]);
  await assignLinear(head.out, data.Wo, data.bo);
  await assign([
    [head.embedding.weight, data.E],
    [attention.queryWeight, transposed(data.Wq, H, H)],
    [attention.keyWeight, transposed(data.We, H, H)],
    [attention.vector, data.v],
    [context.weight, fromKernel("torch", { cell: "gru", hiddenSize: H, columns: H }, ofContext)],
    ...layer.recurrentBias.map((bias): [Parameter, Float32Array<ArrayBuffer>] => [bias, new Float32Array(H)]),
  ]);
}
