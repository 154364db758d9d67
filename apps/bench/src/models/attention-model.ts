import { AdditiveAttention } from "@unroll/attention";
import { crossEntropy, Module, type Parameter, type Tensor } from "@unroll/nn";
import { BahdanauDecoder } from "@unroll/seq2seq";

/** Sizes of an attention model: V tokens, H hidden units, features of an embedding, of an annotation and of a score alike. */
export interface AttentionModelSize {
  readonly V: number;
  readonly H: number;
}

/** Bahdanau's decoder with teacher forcing over annotations that are given: additive attention, a GRU, one logit for each token. */
export class AttentionModel extends Module {
  readonly decoder: BahdanauDecoder;

  constructor({ V, H }: AttentionModelSize) {
    super();
    const encoder = { memorySize: H, stateSizes: [H], hasCell: false };
    this.decoder = new BahdanauDecoder({
      ...{ encoder, vocabularySize: V, embeddingSize: H, hiddenSize: H, bridge: "copy" },
      attention: new AdditiveAttention(H, H),
    });
  }

  /** What is trained: all but the second bias of the candidate, which other libraries' GRUs have none of. */
  trained(): Parameter[] {
    const [layer] = this.decoder.stack.layers;
    const besides = layer && "recurrentBias" in layer ? layer.recurrentBias : [];
    return this.parameters().filter((parameter) => !besides.includes(parameter));
  }

  /**
   * Mean cross-entropy in nats.
   * @param memory annotations [B, S, H]
   * @param h state to start from [B, H]
   * @param x [B, T] tokens that are read
   * @param y [B, T] tokens to be said
   */
  loss(memory: Tensor, h: Tensor, x: Tensor, y: Tensor): Tensor {
    const state = this.decoder.start({ memory, lengths: undefined, state: [{ h }] });
    return crossEntropy(this.decoder.forward(state, x), y);
  }
}
