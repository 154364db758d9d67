import { describesNo, expectItems, expectList, isRecord } from "../checks";
import { SignalError } from "../errors";
import { expectFrames, type Features } from "./features";

/** A statistic as JSON. */
export interface FeatureScaleJSON {
  kind: "FeatureScale";
  mean: number[];
  deviation: number[];
}

/** A feature that does not vary is only shifted. */
const LEAST_DEVIATION = 1e-10;

/** The mean and standard deviation of each feature, with which others are brought to mean 0 and deviation 1. */
export class FeatureScale {
  /** [C] */
  readonly mean: Readonly<Float64Array>;
  /** [C], √(Σ(x − mean)²/N) */
  readonly deviation: Readonly<Float64Array>;

  /** @throws SignalError if there is not a deviation for each mean */
  constructor(mean: ArrayLike<number>, deviation: ArrayLike<number>) {
    expectList(SignalError, "FeatureScale", { mean, deviation });
    if (mean.length !== deviation.length) {
      throw new SignalError({
        where: "FeatureScale",
        expected: `a deviation for each of ${mean.length} means`,
        actual: String(deviation.length),
        remedy: "Pass both of the same features, or take FeatureScale.of.",
      });
    }
    this.mean = Float64Array.from(mean);
    this.deviation = Float64Array.from(deviation);
  }

  /**
   * Over all frames of some signals, in one pass (Welford 1962), which keeps its digits where the mean is large.
   *
   * @param signals the features of each, [T, C]: those of the training set, or of a single recording
   * @throws SignalError if there is none, or they have not the same C
   */
  static of(signals: Iterable<Features>): FeatureScale {
    expectItems(SignalError, "FeatureScale.of", { signals });
    let [mean, squares] = [new Float64Array(0), new Float64Array(0)];
    let count = 0;
    for (const features of signals) {
      const [frames, width] = expectFrames("FeatureScale.of", features);
      if (count === 0) [mean, squares] = [new Float64Array(width), new Float64Array(width)];
      else expectWidth("FeatureScale.of", mean.length, width);
      for (let t = 0; t < frames; t++) {
        count++;
        for (let c = 0; c < width; c++) {
          const value = features.data[t * width + c] ?? 0;
          const from = value - (mean[c] ?? 0);
          mean[c] = (mean[c] ?? 0) + from / count;
          squares[c] = (squares[c] ?? 0) + from * (value - (mean[c] ?? 0));
        }
      }
    }
    if (count > 0)
      return new FeatureScale(
        mean,
        squares.map((sum) => Math.sqrt(sum / count)),
      );
    throw new SignalError({
      where: "FeatureScale.of",
      expected: "at least one signal",
      actual: "none",
      remedy: "Pass the features of the training set.",
    });
  }

  /** @throws SignalError if the JSON value does not describe a scale */
  static fromJSON(json: unknown): FeatureScale {
    if (isFeatureScaleJSON(json)) return new FeatureScale(json.mean, json.deviation);
    throw new SignalError(
      describesNo(
        "a scale",
        "FeatureScale.fromJSON",
        '{ kind: "FeatureScale", mean: number[], deviation: number[] }',
        json,
      ),
    );
  }

  toJSON(): FeatureScaleJSON {
    return { kind: "FeatureScale", mean: [...this.mean], deviation: [...this.deviation] };
  }

  /** (x − mean)/deviation, feature by feature. @returns [T, C] @throws SignalError if C is another */
  apply(features: Features): Features {
    const [frames, width] = expectFrames("FeatureScale.apply", features);
    expectWidth("FeatureScale.apply", this.mean.length, width);
    const data = features.data.map((value, at) => {
      const deviation = this.deviation[at % width] ?? 1;
      return (value - (this.mean[at % width] ?? 0)) / (deviation < LEAST_DEVIATION ? 1 : deviation);
    });
    return { data, shape: [frames, width] };
  }
}

/** Features with mean 0 and deviation 1 over the frames of this one signal, as is usual for speech. */
export function normalizeFeatures(features: Features): Features {
  return FeatureScale.of([features]).apply(features);
}

function expectWidth(where: string, expected: number, actual: number): void {
  if (expected === actual) return;
  throw new SignalError({
    where,
    expected: `${expected} features in every frame`,
    actual: String(actual),
    remedy: "Make all features with the same options.",
  });
}

function isFeatureScaleJSON(json: unknown): json is FeatureScaleJSON {
  if (!isRecord(json) || json.kind !== "FeatureScale") return false;
  const { mean, deviation } = json;
  if (!Array.isArray(mean) || !Array.isArray(deviation) || mean.length !== deviation.length) return false;
  return mean.every(Number.isFinite) && deviation.every((each) => Number.isFinite(each) && each >= 0);
}
