import { ValueError } from "@unroll/kernels";
import { Dropout, type Embedding, expectExtent, type Generator, Linear, Module, type Tensor } from "@unroll/nn";
import { embeddingOf } from "../encoders/source-input";

export interface VocabularyHeadOptions {
  rng?: Generator;
  vocabularySize: number;
  embeddingSize: number;
  /** Features that logits are made of. */
  featureSize: number;
  /** Whether logits are made with the embedding's weights (Press & Wolf 2017); false by default. */
  tied?: boolean;
  /**
   * Probability that a feature is dropped while training, of the embedding and of what logits are made of; 0 by
   * default.
   */
  dropout?: number;
}

/** The two ends of a decoder: a vector of each token, and from features the logits of the next. */
export class VocabularyHead extends Module {
  readonly embedding: Embedding;
  readonly out: Linear;
  readonly dropout: Dropout;

  /**
   * @param deviation of the first vectors of tokens; 1 by default
   * @throws ValueError if a size is not a positive whole number, or the weights cannot be tied
   */
  constructor(where: string, options: VocabularyHeadOptions, { deviation = 1 }: { deviation?: number } = {}) {
    super();
    const { rng, vocabularySize, embeddingSize, featureSize, tied = false, dropout = 0 } = options;
    expectExtent(where, { vocabularySize });
    expectExtent(where, { embeddingSize });
    if (tied && featureSize !== embeddingSize) {
      throw new ValueError({
        where,
        what: "embeddingSize",
        expected: `${featureSize}, as many as the features that logits are made of, since the embedding is tied,`,
        received: String(embeddingSize),
        remedy: "Make them equal, or leave tied out.",
      });
    }
    const given = rng ? { rng } : {};
    this.embedding = embeddingOf(vocabularySize, embeddingSize, { deviation, ...given });
    this.out = new Linear(featureSize, vocabularySize, {
      ...given,
      ...(tied ? { weight: this.embedding.weight } : {}),
    });
    this.dropout = new Dropout(dropout, given);
  }

  /** Vectors of tokens [...]: [..., E]. */
  embed(tokens: Tensor): Tensor {
    return this.dropout.forward(this.embedding.forward(tokens));
  }

  /** Logits of features [..., F]: [..., V]. */
  logits(features: Tensor): Tensor {
    return this.out.forward(this.dropout.forward(features));
  }
}
