import type { Tensor } from "@unroll/nn";
import type { AttentionResult, NoState, PreparedMemory } from "../attention";
import { AdditiveBase, type AdditiveOptions } from "./additive-base";
import type { ContentAttention } from "./options";

/** Additive scores of content alone. */
abstract class AdditiveContent extends AdditiveBase<NoState> implements ContentAttention {
  initialState(): NoState {
    return {};
  }

  scores(query: Tensor, prepared: PreparedMemory): Tensor {
    return this.scoresOf(this.scoreInputs(query, prepared));
  }

  protected attendAll(query: Tensor, prepared: PreparedMemory, state: NoState): AttentionResult<NoState> {
    return { ...this.attended(this.scoreInputs(query, prepared), prepared), state };
  }
}

/**
 * Additive attention (Bahdanau et al. 2015, eq. 5 and 6, and appendix A.1.2):
 *   e_ij = vᵀ·tanh(W_a·s_{i−1} + U_a·h_j),   α_i = softmax(e_i),   c_i = Σ_j α_ij·h_j
 * The keys U_a·h_j are projected once, by `prepare`. A decoder's step is two dispatches, W_a·s and one for all the rest,
 * and two more backward.
 */
export class AdditiveAttention extends AdditiveContent {
  /** @throws ValueError if a size is not a positive whole number */
  constructor(querySize: number, memorySize: number, options: AdditiveOptions = {}) {
    super(querySize, memorySize, options, "AdditiveAttention");
  }
}

/**
 * Attention by what Luong et al. (2015, eq. 8) call concat:
 *   e_ts = vᵀ·tanh(W_a·[h_t; h̄_s])
 * W_a = [W_q W_k] is kept as its two halves, so that W_k·h̄_s is a key, projected once: the score is Bahdanau's, read with
 * the decoder's state after its step.
 */
export class ConcatAttention extends AdditiveContent {
  /** @throws ValueError if a size is not a positive whole number */
  constructor(querySize: number, memorySize: number, options: AdditiveOptions = {}) {
    super(querySize, memorySize, options, "ConcatAttention");
  }
}
