import { type Generator, SequenceRegressor, type Tensor, tensor } from "@unroll/nn";
import { alignColumns } from "../cli/table";
import type { MakeLearner, Part } from "../learning/learner";
import type { Settings } from "../training/settings";
import type { SeriesFacts } from "./data";
import { type Detection, detect, movingAverageErrors, scoresOf } from "./detector";
import { FEATURES } from "./features";
import { probationOf, type Series } from "./series";
import { LEAD, STEPS, type WindowBatch, WindowsPart } from "./windows-part";

/** Tells the next value of a series from those before it; where it is far off, something is unusual (Malhotra et al. 2015). */
function predictor({ cell, hidden, layers, dropout }: Settings, rng: Generator): SequenceRegressor {
  const output = { inputSize: FEATURES, outputSize: 1, outputPer: "step", distance: "huber" } as const;
  return new SequenceRegressor({ ...output, cell, hiddenSize: hidden, layers, outputDropout: dropout, rng });
}

/** Learns what is usual, and is scored by the anomalies that it finds. */
export const anomaliesLearner: MakeLearner<Series, SeriesFacts, WindowBatch> = (_, settings, rng) => {
  const model = predictor(settings, rng);
  const xOf = ({ x, rows }: WindowBatch): Tensor => tensor(x, { shape: [rows, STEPS, FEATURES] });
  /** How far off each value was, and the anomalies that this shows, beside those of a moving average. */
  async function examined(part: Part<WindowBatch>) {
    if (!(part instanceof WindowsPart)) throw new TypeError("anomalies: a part should be one that it made.");
    const { series, seen } = part;
    const errors = series.map(({ values }) => new Float64Array(values.length));
    for (const batch of part.batches()) {
      const predicted = await model.predict(xOf(batch));
      for (const [row, { series: of, start }] of batch.places.entries()) {
        for (let t = start === 0 ? 0 : LEAD; t < STEPS; t++) {
          const off = Math.abs((predicted[row]?.[t] ?? 0) - (batch.y[row * STEPS + t] ?? 0));
          errors[of]?.fill(off, start + t + 1, start + t + 2);
        }
      }
    }
    const found = series.map((item, n) => detect(item, errors[n] ?? []));
    const average = series.map((item, n) => detect(item, movingAverageErrors(seen[n]?.values ?? [])));
    return { series, errors, found, average };
  }

  return {
    model,
    // The labels choose nothing: weights are kept by how well they tell the usual.
    monitor: { metric: "loss", better: "lower" },
    part: (series) => new WindowsPart(series, settings.batch),
    loss: (batch) => model.loss({ x: xOf(batch), y: tensor(batch.y, { shape: [batch.rows, STEPS, 1] }) }),
    async score(part) {
      const { errors, found, average, series } = await examined(part);
      const baseline = scoresOf(average);
      return {
        loss: usualLoss(series, errors),
        ...scoresOf(found),
        movingAveragePrecision: baseline.precision,
        movingAverageRecall: baseline.recall,
      };
    },
    async detail(part) {
      const { series, found, average } = await examined(part);
      return table(series, found, average);
    },
  };
};

/** The mean Huber loss over what is taken to be usual: no label has a say in it. */
function usualLoss(series: readonly Series[], errors: readonly Float64Array[]): number {
  let [sum, count] = [0, 0];
  for (const [n, item] of series.entries()) {
    for (const off of errors[n]?.subarray(1, probationOf(item)) ?? []) {
      sum += off < 1 ? (off * off) / 2 : off - 0.5;
      count++;
    }
  }
  return sum / count;
}

/** A line for each series: what was found of it, beside what the moving average finds. */
function table(series: readonly Series[], found: readonly Detection[], average: readonly Detection[]): string {
  const cells = ({ found, windows, alarms, right }: Detection) => [`${found} of ${windows}`, String(alarms - right)];
  const none: Detection = { windows: 0, found: 0, alarms: 0, right: 0 };
  const rows = series.map(({ name }, n) => [name, ...cells(found[n] ?? none), ...cells(average[n] ?? none)]);
  const head = ["", "windows found", "false alarms", "moving average", "false alarms"];
  return alignColumns([head, ...rows], ["left", "right", "right", "right", "right"]).join("\n");
}
