import { DTypeError } from "@unroll/kernels";
import { GRU, GRU_OPTIONS, type GRUOptions } from "../modules/gru";
import { LSTM, LSTM_OPTIONS, type LSTMOptions, type LSTMState } from "../modules/lstm";
import { mergeDirections } from "../modules/merge";
import { RECURRENT_OPTIONS, type SequenceOptions } from "../modules/recurrent";
import { RNN, RNN_OPTIONS, type RNNOptions } from "../modules/rnn";
import { add } from "../ops/arithmetic";
import { expectOneOf } from "../ops/options";
import { reshape } from "../ops/reshape";
import { slice } from "../ops/slice";
import { Tensor } from "../tensor/tensor";

/** Which recurrent layers a model has, with all options that those take. */
export type ModelCellOptions =
  | ({ cell?: "lstm" } & LSTMOptions)
  | ({ cell: "gru" } & GRUOptions)
  | ({ cell: "rnn" } & RNNOptions);

/** Recurrent layers of a model. */
export type SequenceCell = LSTM | GRU | RNN;

/** What they carry from step to step: h [L·D, B, H], or an LSTM's h and c. */
export type ModelState = Tensor | LSTMState;

/** Names of the options of a cell. @throws ValueError if it is unknown */
export function cellOptions(where: string, { cell = "lstm" }: ModelCellOptions): string[] {
  expectOneOf(where, { cell }, ["lstm", "gru", "rnn"]);
  return [...RECURRENT_OPTIONS, ...{ lstm: LSTM_OPTIONS, gru: GRU_OPTIONS, rnn: RNN_OPTIONS }[cell]];
}

/**
 * The recurrent layers that a model's options ask for. `inputDropout` is the model's, which drops features of its input by itself.
 * @throws ValueError if the cell is unknown, or a size or option out of range
 */
export function makeCell(where: string, inputSize: number, hiddenSize: number, given: ModelCellOptions): SequenceCell {
  const names = cellOptions(where, given);
  const own = Object.entries({ ...given, inputDropout: 0 }).filter(([name]) => names.includes(name));
  const options = Object.fromEntries(own);
  if (given.cell === "gru") return new GRU(inputSize, hiddenSize, options);
  if (given.cell === "rnn") return new RNN(inputSize, hiddenSize, options);
  return new LSTM(inputSize, hiddenSize, options);
}

/** @throws DTypeError if the state is one of another kind of cell */
export function runCell(
  cell: SequenceCell,
  x: Tensor,
  { state, ...options }: SequenceOptions<ModelState>,
): { output: Tensor; state: ModelState } {
  if (cell instanceof LSTM) {
    if (state instanceof Tensor) throw wrongState("an LSTM's, { h, c },", "a tensor");
    return cell.forward(x, { ...options, state });
  }
  if (state && !(state instanceof Tensor)) throw wrongState("a tensor [layers · directions, B, H]", "{ h, c }");
  return cell.forward(x, { ...options, state });
}

const wrongState = (expected: string, received: string): DTypeError =>
  new DTypeError({
    where: "forward",
    what: "state",
    expected,
    received,
    remedy: "Pass what this model's forward returned as state.",
  });

/** What the last layer gives where it ends, its directions merged: [B, outputSize]. With `residual` it has that of all layers in it. */
export function lastHidden({ layers, directions, merge, residual }: SequenceCell, state: ModelState): Tensor {
  const h = state instanceof Tensor ? state : state.h; //                              [L·D, B, P]
  const [, B, P] = h.shape as [number, number, number];
  const endOf = (layer: number): Tensor => {
    const ends = Array.from({ length: directions }, (_, d) => {
      const at = layer * directions + d;
      return reshape(slice(h, 0, at, at + 1), [B, P]);
    });
    return mergeDirections(ends, merge, 1);
  };
  let sum = endOf(layers - 1);
  if (residual) for (let layer = layers - 2; layer >= 0; layer--) sum = add(sum, endOf(layer));
  return sum;
}
