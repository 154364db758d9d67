import { Embedding, GRU, Linear, Module, random, reshape, type Tensor } from "@unroll/nn";
import type { SearchStep } from "@unroll/seq2seq";

/** A decoder without attention: a GRU over the tokens made so far, and a logit for each next one. The state is [R, H]. */
export class DecoderModel extends Module {
  readonly embed: Embedding;
  readonly gru: GRU;
  readonly out: Linear;

  constructor({ V, H }: { readonly V: number; readonly H: number }) {
    super();
    const rng = random(1);
    this.embed = new Embedding(V, H, { rng });
    this.gru = new GRU(H, H, { rng });
    this.out = new Linear(H, V, { rng });
  }

  readonly step: SearchStep<Tensor> = (h, tokens) => {
    const [R, H] = h.shape as [number, number];
    const x = this.embed.forward(reshape(tokens, [R, 1]));
    const { output, state } = this.gru.forward(x, { state: reshape(h, [1, R, H]) });
    return { logits: this.out.forward(reshape(output, [R, H])), state: reshape(state, [R, H]) };
  };
}
