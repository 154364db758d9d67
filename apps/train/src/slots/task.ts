import { defineLearningTask } from "../learning/define-learning-task";
import { USUAL_SETTINGS } from "../training/settings";
import { loadUtterances, readUtterances, type SlotFacts, type Utterance } from "./data";

export const slotsTask = defineLearningTask<Utterance, SlotFacts>({
  name: "slots",
  summary: "what is wanted, and which words say more of it?",
  description:
    'What does somebody want of an assistant, and which words say more of it? "Play some jazz" is PlayMusic with a genre. ' +
    "An LSTM reads the words both ways; one head of it tags each word, another names the intent. The utterances of " +
    "dev.iob choose the weights to keep and give the scores: F1 of slots, and the share of right intents.",
  unit: "utterances",
  dataHelp:
    "A folder with train.iob and dev.iob, an utterance per line: BOS, words, EOS, a tab, BIO tags but for EOS, an intent.",
  evalHelp: "Another file of that form, or a folder with a dev.iob",
  defaults: {
    ...USUAL_SETTINGS,
    cell: "lstm",
    hidden: 96,
    bidirectional: true,
    dropout: 0.4,
    labelSmoothing: 0.05,
    epochs: 10,
    patience: 5,
    batch: 32,
    lr: 0.004,
  },
  load: loadUtterances,
  read: readUtterances,
  fields: ({ f1 = Number.NaN, classAccuracy = Number.NaN }) => ({ f1, intentAccuracy: classAccuracy }),
});
