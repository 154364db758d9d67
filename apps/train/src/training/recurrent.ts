import { type Generator, GRU, LSTM, permute, RNN, reshape, slice, Tensor } from "@unroll/nn";
import type { Cell, Settings } from "./settings";

const CELL_CLASSES = { rnn: RNN, gru: GRU, lstm: LSTM } as const satisfies Record<Cell, unknown>;

export type Recurrent = RNN | GRU | LSTM;

/** What the settings say of the recurrent layers. */
export type RecurrentSettings = Pick<Settings, "cell" | "hidden" | "layers" | "bidirectional">;

/** How layers are told which way to read. */
export const directionOf = ({ bidirectional }: Pick<Settings, "bidirectional">) =>
  bidirectional ? "bidirectional" : "forward";

/**
 * The recurrent layers that the settings ask for.
 * @param options.dropout probability that an output between two layers is dropped; 0 when absent
 */
export function makeRecurrent(
  inputSize: number,
  { cell, hidden, layers, ...settings }: RecurrentSettings,
  { rng, dropout = 0 }: { rng: Generator; dropout?: number },
): Recurrent {
  const direction = directionOf(settings);
  return new CELL_CLASSES[cell](inputSize, hidden, { rng, layers, direction, dropout });
}

/** Where a layer starts anew and where it ends: h [L·D, B, H], and beside it c for an LSTM. */
export type RecurrentState = ReturnType<Recurrent["forward"]>["state"];

/** The final state of the last layer [B, D·H], both directions side by side, from what `forward` returned. */
export function lastLayer({ layers, directions, outputSize }: Recurrent, state: RecurrentState): Tensor {
  const h = state instanceof Tensor ? state : state.h; //                 [L·D, B, H]
  const [, B = 0] = h.shape;
  const last = slice(h, 0, (layers - 1) * directions, layers * directions); // [D, B, H]
  return reshape(directions === 1 ? last : permute(last, [1, 0, 2]), [B, outputSize]);
}
