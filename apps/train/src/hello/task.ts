import { readLines } from "@unroll/data";
import { dataFiles } from "../learning/data-file";
import { defineLearningTask } from "../learning/define-learning-task";
import { USUAL_SETTINGS } from "../training/settings";
import { type HelloFacts, letterIds } from "./letters";

const WORD = "HELLO";

export const helloTask = defineLearningTask<string, HelloFacts>({
  name: "hello",
  summary: "40 numbers that spell HELLO from H.",
  description:
    "A simple recurrent network of exactly 40 numbers learns to spell HELLO from its first letter: after the first L it " +
    "must say L and after the second O, so that it has to remember where it is.",
  unit: "words",
  dataHelp: "Not taken: the task has its one word.",
  evalHelp: "A text file with a word of the letters H, E, L, O per line",
  defaults: {
    ...USUAL_SETTINGS,
    cell: "rnn",
    hidden: 3,
    bidirectional: false,
    dropout: 0,
    weightDecay: 0,
    labelSmoothing: 0,
    epochs: 20,
    patience: 20,
    batch: 1,
    lr: 0.05,
  },
  packaged: () => ({ facts: { letters: ["H", "E", "L", "O"] }, train: [WORD], dev: [WORD] }),
  async read(path, { letters }) {
    const words: string[] = [];
    for (const { source, gzip } of await dataFiles(path, (name) => name.endsWith(".txt"), "words.txt")) {
      for await (const line of readLines(source, { gzip })) if (line.trim() !== "") words.push(line.trim());
    }
    for (const word of words) letterIds(word, letters);
    return words;
  },
  fields: ({ exact }) => ({ exact: exact === 1 }),
});
