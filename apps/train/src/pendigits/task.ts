import { defineLearningTask } from "../learning/define-learning-task";
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
    ...{ cell: "gru", hidden: 64, layers: 1, bidirectional: true, dropout: 0.2, epochs: 15, patience: 8, batch: 64 },
    ...{ lr: 0.006, weightDecay: 0.01, labelSmoothing: 0.05, clipNorm: 1, precision: "f32", seed: 0 },
  },
  load: loadDigits,
  read: readDigits,
  fields: ({ accuracy = Number.NaN }) => ({ accuracy }),
});
