import { DATE_LOCALES } from "@unroll/data";
import { defineLearningTask } from "../learning/define-learning-task";
import { describeExamples, drawExamples } from "../pairs/examples";
import type { Pair, PairFacts } from "../pairs/pair";
import { USUAL_SETTINGS } from "../training/settings";
import { readDates } from "./date-text";
import { datesInWords } from "./dates";

const SPELLING = { source: "", target: "" };

export const datesTask = defineLearningTask<Pair, PairFacts>({
  name: "dates",
  summary: "which day is lunedì 4 marzo 2024?",
  description:
    `Which day is lunedì 4 marzo 2024? Dates as people write them in ${DATE_LOCALES.length} languages, with the weekday or ` +
    "without, in words, shortened and in numbers, become ISO 8601. A recurrent network reads the letters both ways; another " +
    "writes the date and attends to them. Dates that are scored were not learned from in any language; exactMatch is the " +
    "share that is right to the last digit. A text that stands for two dates, such as 03/04/2024, is left out.",
  unit: "dates",
  dataHelp: "Not taken: the dates are made by Intl.DateTimeFormat of Node.",
  evalHelp: "A file with a date as people write it, a tab and the date in ISO 8601 per line",
  defaults: {
    ...USUAL_SETTINGS,
    cell: "gru",
    hidden: 64,
    bidirectional: true,
    dropout: 0.1,
    labelSmoothing: 0,
    epochs: 4,
    patience: 4,
    batch: 64,
    lr: 0.006,
  },
  packaged: ({ seed }) => datesInWords({ seed, train: 24_000, dev: 2_000 }),
  read: readDates,
  fields: ({ exactMatch = Number.NaN }) => ({ exactMatch }),
  describe: (detail) => describeExamples(detail, SPELLING),
  draw: (detail) => drawExamples(detail, SPELLING),
});
