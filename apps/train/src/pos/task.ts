import { defineLearningTask } from "../learning/define-learning-task";
import { USUAL_SETTINGS } from "../training/settings";
import { loadTagged, type PosFacts, readTagged, type TaggedSentence } from "./data";

export const posTask = defineLearningTask<TaggedSentence, PosFacts>({
  name: "pos",
  summary: "which part of speech is each word?",
  description:
    "Which part of speech is each word? An LSTM reads a sentence both ways: of each word itself, how it begins and ends, " +
    "and its capitals, digits and marks. The sentences of dev.tsv choose the weights to keep and give the score.",
  unit: "sentences",
  dataHelp: "A folder with train.tsv.gz and dev.tsv.gz: form, lemma, UPOS and XPOS, empty lines between sentences.",
  evalHelp: "A file of that form, or a folder with a dev.tsv",
  defaults: {
    ...USUAL_SETTINGS,
    cell: "lstm",
    hidden: 64,
    bidirectional: true,
    dropout: 0.3,
    labelSmoothing: 0,
    epochs: 5,
    patience: 3,
    batch: 32,
    lr: 0.006,
  },
  load: loadTagged,
  read: readTagged,
  fields: ({ accuracy = Number.NaN }) => ({ accuracy }),
});
