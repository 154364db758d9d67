import { crossEntropy, Linear, LSTM, Module, type Tensor } from "@unroll/nn";

/** Sizes of a character model: V tokens, H hidden units, L layers. */
export interface CharacterModelSize {
  readonly V: number;
  readonly H: number;
  readonly L: number;
}

/** Predicts the next character: tokens as one-hot vectors, an LSTM of L layers, one logit for each token. */
export class CharacterModel extends Module {
  readonly lstm: LSTM;
  readonly out: Linear;

  constructor({ V, H, L }: CharacterModelSize) {
    super();
    this.lstm = new LSTM(V, H, { layers: L });
    this.out = new Linear(H, V);
  }

  /**
   * Mean cross-entropy in nats.
   * @param x [B, T] tokens
   * @param y [B, T] tokens one step later
   */
  loss(x: Tensor, y: Tensor): Tensor {
    return crossEntropy(this.out.forward(this.lstm.forward(x).output), y);
  }
}
