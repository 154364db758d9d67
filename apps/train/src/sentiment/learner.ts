import { padSequences, Vocabulary } from "@unroll/data";
import { Dropout, Embedding, type Generator, globalMaxPool1d, Linear, Module, type Tensor, tensor } from "@unroll/nn";
import { type ClassBatch, classifier } from "../learning/classifier";
import type { MakeLearner } from "../learning/learner";
import { makeRecurrent, type Recurrent } from "../training/recurrent";
import type { Settings } from "../training/settings";
import type { Review, ReviewFacts } from "./data";

/** D, the features of a word. */
const WORD_SIZE = 64;

/** Scores both classes by the largest of each unit over the sentence: logits = W·dropout(max_t h_t) + b. */
class ReviewModel extends Module {
  readonly embedding: Embedding;
  readonly dropout: Dropout;
  readonly recurrent: Recurrent;
  readonly out: Linear;

  constructor(words: Vocabulary, settings: Settings, rng: Generator) {
    super();
    this.embedding = new Embedding(words.size, WORD_SIZE, { rng, paddingId: words.padId ?? 0, init: "keras" });
    this.dropout = new Dropout(settings.dropout, { rng });
    this.recurrent = makeRecurrent(WORD_SIZE, settings, { rng });
    this.out = new Linear(this.recurrent.outputSize, 2, { rng });
  }

  /** @param words ids [B, T] @param lengths [B] @returns logits [B, 2] */
  forward(words: Tensor, lengths: Tensor): Tensor {
    const { output } = this.recurrent.forward(this.dropout.forward(this.embedding.forward(words)), { lengths });
    return this.out.forward(this.dropout.forward(globalMaxPool1d(output, lengths)));
  }
}

/** Is a sentence positive? */
export const sentimentLearner: MakeLearner<Review, ReviewFacts, ClassBatch<Tensor>> = (facts, settings, rng) => {
  const words = Vocabulary.fromJSON(facts.words);
  const model = new ReviewModel(words, settings, rng);
  return classifier<Review, Tensor>({
    model,
    forward: (x, lengths) => model.forward(x, tensor(lengths)),
    lengthOf: (review) => review.words.length,
    classOf: ({ label }) => label,
    encode: (reviews, length) => {
      const padded = padSequences(
        reviews.map((review) => words.encode(review.words)),
        { length, value: words.padId ?? 0 },
      );
      return tensor(padded.data, { shape: padded.shape });
    },
    batch: settings.batch,
    multiple: 8,
    labelSmoothing: settings.labelSmoothing,
  });
};
