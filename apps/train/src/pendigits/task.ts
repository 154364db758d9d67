import { defineLearningTask } from "../learning/define-learning-task";
import { USUAL_SETTINGS } from "../training/settings";
import { type Digit, type DigitFacts, loadDigits, readDigits } from "./data";

export const pendigitsTask = defineLearningTask<Digit, DigitFacts>({
  name: "pendigits",
  summary: "which digit did a pen write?",
  description:
    "Which digit did a pen write? A recurrent network reads the trajectory as 8 points at equal distances. The last tenth " +
    "of the digits is held out; it chooses the weights to keep and gives the score.",
  unit: "digits",
  dataHelp:
    'A file such as train.jsonl.gz with a JSON value per line, {"d": digit, "s": strokes}, or a folder with it.',
  evalHelp: "Further files of that form, or a folder of them",
  defaults: {
    ...USUAL_SETTINGS,
    cell: "gru",
    hidden: 64,
    bidirectional: true,
    dropout: 0.2,
    labelSmoothing: 0.05,
    epochs: 15,
    patience: 8,
    batch: 64,
    lr: 0.006,
  },
  load: loadDigits,
  read: readDigits,
  fields: ({ accuracy = Number.NaN }) => ({ accuracy }),
});
