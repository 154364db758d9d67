import { defineLearningTask } from "../learning/define-learning-task";
import { USUAL_SETTINGS } from "../training/settings";
import { loadReviews, type Review, type ReviewFacts, readReviews } from "./data";

export const sentimentTask = defineLearningTask<Review, ReviewFacts>({
  name: "sentiment",
  summary: "is a sentence positive?",
  description:
    "Is a sentence of a review positive? A recurrent network reads its words both ways, and the largest value of each unit " +
    "decides. A tenth of the sentences is held out; it chooses the weights to keep and gives the score.",
  unit: "sentences",
  dataHelp: "A folder of files such as yelp.tsv, or one of them: 0 or 1, a tab and a sentence per line.",
  evalHelp: "Further files of that form, or a folder of them",
  defaults: {
    ...USUAL_SETTINGS,
    cell: "gru",
    hidden: 32,
    bidirectional: true,
    dropout: 0.5,
    labelSmoothing: 0.05,
    epochs: 10,
    patience: 5,
    batch: 32,
    lr: 0.004,
  },
  load: loadReviews,
  read: readReviews,
  fields: ({ accuracy = Number.NaN }) => ({ accuracy }),
});
