import { defineLearningTask } from "../learning/define-learning-task";
import { describeExamples, drawExamples } from "../pairs/examples";
import type { Pair, PairFacts } from "../pairs/pair";
import { USUAL_SETTINGS } from "../training/settings";
import { loadPronounced, packagedPronunciations, readPronounced } from "./pronunciations";

const SPELLING = { source: "", target: " " };

export const g2pTask = defineLearningTask<Pair, PairFacts>({
  name: "g2p",
  summary: "how is this word said?",
  description:
    "How is this word said? An LSTM reads the letters of a word both ways; another says its phonemes, without stress, and " +
    "attends to the letters for each. Of five beams the likeliest pronunciation is taken. Words of dev.dict give the score: " +
    "phonemeError is the percentage of phonemes that are wrong, left out or put in, wordError that of words with an error; " +
    "of a word's pronunciations the nearest counts.",
  unit: "words",
  dataHelp:
    "A folder with train.dict and dev.dict: a word and its phonemes per line, word(2) for a further pronunciation; the " +
    "words of the npm package cmu-pronouncing-dictionary when absent, a twentieth held out by a hash of the word.",
  evalHelp: "A file of that form, or a folder with a dev.dict",
  defaults: {
    ...USUAL_SETTINGS,
    cell: "lstm",
    hidden: 128,
    bidirectional: true,
    dropout: 0.2,
    labelSmoothing: 0,
    epochs: 4,
    patience: 4,
    batch: 128,
    lr: 0.004,
  },
  packaged: packagedPronunciations,
  load: loadPronounced,
  read: readPronounced,
  fields: ({ phonemeError = Number.NaN, wordError = Number.NaN }) => ({ phonemeError, wordError }),
  describe: (detail) => describeExamples(detail, SPELLING),
  draw: (detail) => drawExamples(detail, SPELLING),
});
