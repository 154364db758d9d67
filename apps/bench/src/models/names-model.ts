import { crossEntropy, Linear, Module, RNN, reshape, type Tensor } from "@unroll/nn";

/** Sizes of a names model: V letters, H hidden units, C languages. */
export interface NamesModelSize {
  readonly V: number;
  readonly H: number;
  readonly C: number;
}

/** Tells the language of a name: letters as one-hot vectors, a simple recurrent network, its last state to one logit a language. */
export class NamesModel extends Module {
  readonly rnn: RNN;
  readonly out: Linear;

  constructor({ V, H, C }: NamesModelSize) {
    super();
    this.rnn = new RNN(V, H);
    this.out = new Linear(H, C);
  }

  /**
   * Mean cross-entropy in nats.
   * @param x [B, T] letters
   * @param y [B] languages
   */
  loss(x: Tensor, y: Tensor): Tensor {
    const { state } = this.rnn.forward(x);
    const [, B, H] = state.shape as [number, number, number];
    return crossEntropy(this.out.forward(reshape(state, [B, H])), y);
  }
}
