import {
  assign,
  fromBlocks,
  fromKernel,
  type GatedCell,
  type GRU,
  type Linear,
  type LSTM,
  type Parameter,
  type RNN,
} from "@unroll/nn";
import type { CellData } from "./data";

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
  const rows = new Float32Array(Wo.length);
  for (let i = 0; i < inputSize; i++) {
    for (let o = 0; o < outputSize; o++) rows[o * inputSize + i] = Wo[i * outputSize + o] as number;
  }
  await assign([
    [weight, rows],
    [bias as Parameter, bo],
  ]);
}
