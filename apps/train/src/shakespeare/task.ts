import { defineLearningTask } from "../learning/define-learning-task";
import { USUAL_SETTINGS } from "../training/settings";
import { loadProse, ownProse, readProse, type TextFacts } from "./data";

export const shakespeareTask = defineLearningTask<string, TextFacts>({
  name: "shakespeare",
  summary: "which letter comes next in a text?",
  description:
    "Which character comes next? A recurrent network reads a long text in streams side by side, chunk by chunk, each " +
    "chunk beginning in the state that the one before ended in, and then writes texts of its own. The text of val.txt " +
    "chooses the weights to keep and gives the score: nats per character.",
  unit: "characters",
  dataHelp: "A folder with train.txt and val.txt; Moby Dick, its last chapters held out, when absent.",
  evalHelp: "Another text file, or a folder with a val.txt",
  defaults: {
    ...USUAL_SETTINGS,
    cell: "lstm",
    hidden: 192,
    bidirectional: false,
    dropout: 0.1,
    labelSmoothing: 0,
    epochs: 10,
    patience: 3,
    batch: 32,
    lr: 0.006,
  },
  packaged: ownProse,
  load: loadProse,
  read: readProse,
  fields: ({ loss = Number.NaN }) => ({ validationLoss: loss }),
  showIn: "samples.txt",
});
