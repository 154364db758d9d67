import { NAME_LETTERS } from "@unroll/data";
import { Dropout, type Generator, Linear, Module, type Tensor } from "@unroll/nn";
import { lastLayer, makeRecurrent, type Recurrent } from "../training/recurrent";
import type { NamesSettings } from "./settings";

/**
 * Reads a name letter by letter and scores each language by the last state:
 *   h = recurrent(x);   logits = W·dropout(h_T) + b
 * Where the layer reads both ways, h_T is the state at the end beside the state at the beginning.
 */
export class NameClassifier extends Module {
  readonly recurrent: Recurrent;
  readonly dropout: Dropout;
  readonly out: Linear;

  /** @param languages V, how many there are to tell apart */
  constructor(
    languages: number,
    settings: Pick<NamesSettings, "cell" | "hidden" | "layers" | "bidirectional" | "dropout">,
    rng: Generator,
  ) {
    super();
    this.recurrent = makeRecurrent(NAME_LETTERS.length, settings, { rng });
    this.dropout = new Dropout(settings.dropout, { rng });
    this.out = new Linear(this.recurrent.outputSize, languages, { rng });
  }

  /**
   * @param x one-hot letters [B, T, 57]
   * @param lengths [B] letters of each name
   * @returns logits [B, V]
   */
  forward(x: Tensor, lengths: Uint32Array): Tensor {
    const { state } = this.recurrent.forward(x, { lengths });
    return this.out.forward(this.dropout.forward(lastLayer(this.recurrent, state)));
  }
}
