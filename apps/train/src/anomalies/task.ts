import { defineLearningTask } from "../learning/define-learning-task";
import { USUAL_SETTINGS } from "../training/settings";
import { loadSeries, readSeries, type SeriesFacts } from "./data";
import { faultySeries } from "./faults";
import type { Series } from "./series";

export const anomaliesTask = defineLearningTask<Series, SeriesFacts>({
  name: "anomalies",
  summary: "when is a series not as usual?",
  description:
    "When is a series not as usual? A recurrent network learns from the start of each series, at most 15 % of it, to tell " +
    "the next value; behind that, errors far above those of the start raise alarms. No label is looked at but to score: " +
    "precision is the share of alarms within an anomaly window, recall the share of windows with an alarm, both beside " +
    "those of a moving average with alarms by the same rule.",
  unit: "series",
  dataHelp:
    "A folder with labels.json and CSV files of timestamp,value in folders, as the Numenta Anomaly Benchmark has them; " +
    "waves with faults when absent.",
  evalHelp: "A folder of that form, or a CSV file in one",
  defaults: {
    ...USUAL_SETTINGS,
    cell: "gru",
    hidden: 32,
    bidirectional: false,
    dropout: 0,
    epochs: 40,
    patience: 40,
    batch: 32,
    lr: 0.006,
    labelSmoothing: 0,
  },
  packaged: faultySeries,
  load: loadSeries,
  read: readSeries,
  fields: ({ precision = 0, recall = 0, movingAveragePrecision = 0, movingAverageRecall = 0 }) => ({
    ...{ precision, recall, movingAveragePrecision, movingAverageRecall },
  }),
});
