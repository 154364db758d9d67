import { defineLearningTask } from "../learning/define-learning-task";
import { USUAL_SETTINGS } from "../training/settings";
import { type EntityFacts, loadNamed, type NamedSentence, readNamed } from "./data";

export const entitiesTask = defineLearningTask<NamedSentence, EntityFacts>({
  name: "entities",
  summary: "which words name a person, a place, a product?",
  description:
    "Which words of a sentence name a person, a place, a group, a product? An LSTM reads the words both ways: each word " +
    "itself, how it begins and ends, its capitals, digits and marks, and its letters. The sentences of dev.conll choose " +
    "the weights to keep and give the score: F1 of whole names.",
  unit: "sentences",
  dataHelp:
    "A folder with train.conll and dev.conll: a word, a tab and a BIO tag per line, empty lines between sentences.",
  evalHelp: "Another file of that form, or a folder with a dev.conll",
  defaults: {
    ...USUAL_SETTINGS,
    cell: "lstm",
    hidden: 64,
    bidirectional: true,
    dropout: 0.5,
    weightDecay: 0.02, // few names to learn from
    labelSmoothing: 0,
    epochs: 12,
    patience: 6,
    batch: 16,
    lr: 0.004,
  },
  load: loadNamed,
  read: readNamed,
  fields: ({ f1 = Number.NaN }) => ({ f1 }),
});
