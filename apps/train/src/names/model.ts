import { Dropout, type Generator, GRU, Linear, LSTM, Module, permute, RNN, reshape, slice, Tensor } from "@unroll/nn";
import { ALPHABET } from "./dataset";
import type { Cell, NamesSettings } from "./settings";

const CELL_CLASSES = { rnn: RNN, gru: GRU, lstm: LSTM } as const satisfies Record<Cell, unknown>;

/**
 * Reads a name letter by letter and scores each language by the last state:
 *   h = recurrent(x);   logits = W·dropout(h_T) + b
 * Where the layer reads both ways, h_T is the state at the end beside the state at the beginning.
 */
export class NameClassifier extends Module {
  readonly recurrent: RNN | GRU | LSTM;
  readonly dropout: Dropout;
  readonly out: Linear;

  /** @param languages V, how many there are to tell apart */
  constructor(
    languages: number,
    settings: Pick<NamesSettings, "cell" | "hidden" | "layers" | "bidirectional" | "dropout">,
    rng: Generator,
  ) {
    super();
    const { cell, hidden, layers, bidirectional, dropout } = settings;
    const Recurrent = CELL_CLASSES[cell];
    const direction = bidirectional ? "bidirectional" : "forward";
    this.recurrent = new Recurrent(ALPHABET.length, hidden, { rng, layers, direction });
    this.dropout = new Dropout(dropout, { rng });
    this.out = new Linear(this.recurrent.outputSize, languages, { rng });
  }

  /**
   * @param x one-hot letters [B, T, 57]
   * @param lengths [B] letters of each name
   * @returns logits [B, V]
   */
  forward(x: Tensor, lengths: Uint32Array): Tensor {
    const { state } = this.recurrent.forward(x, { lengths });
    return this.out.forward(this.dropout.forward(this.#lastLayer(state instanceof Tensor ? state : state.h)));
  }

  /** The final state of the last layer [B, D·H] from those of all [L·D, B, H]. */
  #lastLayer(state: Tensor): Tensor {
    const { layers, directions, outputSize } = this.recurrent;
    const [, B = 0] = state.shape;
    const last = slice(state, 0, (layers - 1) * directions, layers * directions); // [D, B, H]
    return reshape(directions === 1 ? last : permute(last, [1, 0, 2]), [B, outputSize]);
  }
}
