import {
  expectOneOf,
  GRU,
  type LayerState,
  LSTM,
  permute,
  type RecurrentOptions,
  RNN,
  reshape,
  slice,
  type Tensor,
  unstack,
} from "@unroll/nn";

/** Which equations a layer has. */
export type CellName = "rnn" | "lstm" | "gru";

const LAYERS = { rnn: RNN, lstm: LSTM, gru: GRU } as const;

/** A fused layer by the name of its cell. @throws ValueError if there is none of that name */
export function recurrentLayer(
  where: string,
  cell: CellName,
  inputSize: number,
  hiddenSize: number,
  options: RecurrentOptions,
) {
  const Layer = LAYERS[expectOneOf(where, { cell }, ["rnn", "lstm", "gru"])];
  return new Layer(inputSize, hiddenSize, options);
}

/** Each layer's part of a state [L·D, B, H], its directions side by side: [B, D·H]. */
function layersOf(state: Tensor, directions: 1 | 2): Tensor[] {
  const [count, B, H] = state.shape as [number, number, number];
  if (directions === 1) return unstack(state, 0);
  return Array.from({ length: count / 2 }, (_, layer) =>
    reshape(permute(slice(state, 0, 2 * layer, 2 * layer + 2), [1, 0, 2]), [B, 2 * H]),
  );
}

/** Runs stacked layers over a batch. @returns output [B, S, D·H] and each layer's final state [B, D·H] */
export function runLayers(
  layers: RNN | LSTM | GRU,
  x: Tensor,
  lengths: Tensor | undefined,
): { output: Tensor; state: LayerState[] } {
  if (layers instanceof LSTM) {
    const { output, state } = layers.forward(x, { lengths });
    const c = layersOf(state.c, layers.directions);
    return { output, state: layersOf(state.h, layers.directions).map((h, k) => ({ h, c: c[k] as Tensor })) };
  }
  const { output, state } = layers.forward(x, { lengths });
  return { output, state: layersOf(state, layers.directions).map((h) => ({ h })) };
}
