import { defineLearningTask } from "../learning/define-learning-task";
import { USUAL_SETTINGS } from "../training/settings";
import type { Recording, SpokenFacts } from "./recording";
import { loadRecordings, readRecordings } from "./recordings";
import { touchTones } from "./touch-tones";

export const ctcDigitsTask = defineLearningTask<Recording, SpokenFacts>({
  name: "ctc-digits",
  summary: "which digits are said?",
  description:
    "Which digits are said? Recordings of single digits are joined into strings of one to six; convolutions and a recurrent " +
    "network that reads both ways hear their log-mel frames and learn by CTC, which is told the digits but not when they " +
    "are said. Strings of the folder dev choose the weights to keep and give the score: characterError is the share of " +
    "digits that are wrong, left out or put in.",
  unit: "recordings",
  dataHelp:
    "A folder with the folders train and dev, of recordings called DIGIT_SPEAKER_NUMBER.wav; the tones of a telephone's " +
    "keys when absent.",
  evalHelp: "A folder of recordings of that form, or one of them",
  defaults: {
    ...USUAL_SETTINGS,
    cell: "gru",
    hidden: 64,
    layers: 2,
    bidirectional: true,
    dropout: 0.2,
    epochs: 80,
    patience: 25,
    batch: 16,
    lr: 0.004,
    weightDecay: 0.05,
    labelSmoothing: 0,
  },
  packaged: touchTones,
  load: loadRecordings,
  read: readRecordings,
  fields: ({ characterError = Number.NaN }) => ({ characterError }),
});
