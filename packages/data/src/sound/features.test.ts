import { describe, expect, test } from "vitest";
import { SignalError } from "../errors";
import { Random } from "../random/random";
import { deltas, type Features, joinFeatures, logMel, mfcc, preEmphasis } from "./features";
import { hertzToMel, melFilterBank, melToHertz } from "./mel";
import { FeatureScale, normalizeFeatures } from "./normalize";
import { spectrogram } from "./stft";

const random = new Random(5);
const signal = Float32Array.from({ length: 2000 }, (_, t) => 0.3 * Math.sin(0.2 * t) + 0.1 * (random.uniform() - 0.5));
const options = { sampleRate: 8000, fftSize: 256, hop: 100, bands: 20 };

describe("mel scales", () => {
  test("are what they are known to be", () => {
    expect(hertzToMel(1000, "htk")).toBeCloseTo(999.9855, 3); // 1000 Hz is 1000 mel, to the digits of the constants
    expect(hertzToMel(1000, "slaney")).toBe(15);
    expect(hertzToMel(6400, "slaney")).toBeCloseTo(15 + 27, 10);
    for (const scale of ["htk", "slaney"] as const) {
      for (const hertz of [0, 100, 999, 1000, 1001, 8000]) {
        expect(melToHertz(hertzToMel(hertz, scale), scale)).toBeCloseTo(hertz, 8);
      }
    }
  });
});

describe("melFilterBank", () => {
  const row = ({ data, shape }: { data: Float64Array; shape: number[] }, m: number) =>
    data.subarray(m * (shape[1] ?? 0), (m + 1) * (shape[1] ?? 0));

  test.each(["htk", "slaney"] as const)("on %s has triangles that sum to one between the outer centres", (scale) => {
    const bank = melFilterBank({ sampleRate: 16000, fftSize: 1024, bands: 30, scale, norm: "peak" });
    expect(bank.shape).toEqual([30, 513]);
    const corner = (m: number) => melToHertz((hertzToMel(8000, scale) * m) / 31, scale);
    for (let k = 0; k < 513; k++) {
      const hertz = (k * 16000) / 1024;
      if (hertz < corner(1) || hertz > corner(30)) continue;
      let sum = 0;
      for (let m = 0; m < 30; m++) sum += row(bank, m)[k] ?? 0;
      expect(sum).toBeCloseTo(1, 12);
    }
  });

  test("of equal area weigh white noise alike", () => {
    const bank = melFilterBank({ sampleRate: 16000, fftSize: 16384, bands: 10 });
    const areas = Array.from(
      { length: 10 },
      (_, m) => (row(bank, m).reduce((sum, each) => sum + each, 0) * 16000) / 16384,
    );
    for (const area of areas) expect(area).toBeCloseTo(1, 3);
  });

  test("has corners on bins when told to, steep where two share one", () => {
    const bank = melFilterBank({
      sampleRate: 8000,
      fftSize: 16,
      bands: 4,
      scale: "htk",
      norm: "peak",
      corners: "bins",
    });
    // corners at 0, 324.5, 799.3, 1494.3, 2511.4 and 4000 Hz lie on bins 0, 0, 1, 3, 5 and 8
    const rows = Array.from({ length: 4 }, (_, m) =>
      [...row(bank, m)].map((each) => Number(each.toFixed(3))).join(" "),
    );
    expect(rows).toEqual([
      "1 0 0 0 0 0 0 0 0",
      "0 1 0.5 0 0 0 0 0 0",
      "0 0 0.5 1 0.5 0 0 0 0",
      "0 0 0 0 0.5 1 0.667 0.333 0",
    ]);
  });

  test("stays within its range, and refuses filters between bins", () => {
    const bank = melFilterBank({ sampleRate: 8000, fftSize: 256, bands: 5, low: 1000, high: 2000 });
    for (let k = 0; k < 129; k++) {
      const isOutside = k * 31.25 <= 1000 || k * 31.25 >= 2000;
      if (isOutside) for (let m = 0; m < 5; m++) expect(row(bank, m)[k]).toBe(0);
    }
    expect(() => melFilterBank({ ...options, bands: 200 })).toThrowErrorMatchingInlineSnapshot(
      `[SignalError: melFilterBank: expected every filter to catch a bin but got filter 0 from 0.0 to 23.3 Hz, between bins of 31.3 Hz. Take fewer bands, a larger fftSize, or a wider range.]`,
    );
    expect(() => melFilterBank({ ...options, high: 4001 })).toThrowErrorMatchingInlineSnapshot(
      `[SignalError: melFilterBank: expected high to be a number from 0 to 4000 but got 4001. Pass high as such a number.]`,
    );
    expect(() => melFilterBank({ ...options, low: 3000, high: 2000 })).toThrow(SignalError);
    for (const word of [{ scale: "bark" }, { norm: "slaney" }, { corners: "round" }]) {
      expect(() => melFilterBank({ ...options, ...(word as object) })).toThrow(SignalError);
    }
  });
});

describe("logMel and mfcc", () => {
  const energies = spectrogram(signal, options);
  const bank = melFilterBank(options);
  const mel = (t: number, m: number) => {
    let sum = 0;
    for (let k = 0; k < 129; k++) sum += (bank.data[m * 129 + k] ?? 0) * (energies.data[t * 129 + k] ?? 0);
    return sum;
  };

  test("logMel is the logarithm of the energies under the filters", () => {
    const { data, shape } = logMel(signal, options);
    expect(shape).toEqual([21, 20]);
    for (const [at, value] of data.entries()) {
      expect(value).toBeCloseTo(Math.log(mel(Math.floor(at / 20), at % 20)), 5);
    }
  });

  test("refuses what it may not be told", () => {
    expect(() => logMel(signal, { ...options, log: "db" as "decibels" })).toThrowErrorMatchingInlineSnapshot(
      `[SignalError: logMel: expected log to be one of natural, decibels but got "db". Pass log as one of them.]`,
    );
    for (const range of [Number.NaN, -1]) {
      expect(() => logMel(signal, { ...options, log: "decibels", range })).toThrow(SignalError);
    }
    const boundless = logMel(signal, { ...options, log: "decibels", range: Number.POSITIVE_INFINITY });
    expect(boundless.data.every(Number.isFinite)).toBe(true);
  });

  test("decibels end at a range below the largest, logarithms at the floor", () => {
    const { data } = logMel(signal, { ...options, log: "decibels", range: 20 });
    const largest = Math.max(...data);
    expect(Math.min(...data)).toBeCloseTo(largest - 20, 4);
    const all = Array.from({ length: 21 * 20 }, (_, at) => mel(Math.floor(at / 20), at % 20));
    expect(largest).toBeCloseTo(10 * Math.log10(Math.max(...all)), 4);
    expect(logMel(new Float32Array(300), options).data[0]).toBeCloseTo(Math.log(1e-10), 4);
  });

  test("mfcc is the orthonormal cosine transform of them, liftered", () => {
    const lifter = 22;
    const { data, shape } = mfcc(signal, { ...options, coefficients: 5, lifter });
    expect(shape).toEqual([21, 5]);
    for (const [at, value] of data.entries()) {
      const [t, q] = [Math.floor(at / 5), at % 5];
      let sum = 0;
      for (let m = 0; m < 20; m++) sum += Math.log(mel(t, m)) * Math.cos((Math.PI * q * (2 * m + 1)) / 40);
      const scale = Math.sqrt((q === 0 ? 1 : 2) / 20);
      expect(value).toBeCloseTo(sum * scale * (1 + 11 * Math.sin((Math.PI * (q + 1)) / lifter)), 3);
    }
    const plain = mfcc(signal, { ...options, coefficients: 20 });
    const squares = (features: Features, t: number) =>
      features.data.subarray(t * 20, t * 20 + 20).reduce((sum, each) => sum + each * each, 0);
    expect(squares(plain, 3)).toBeCloseTo(squares(logMel(signal, options), 3), 2); // orthonormal: the length stays
  });

  test("refuse what cannot be", () => {
    expect(() => mfcc(signal, { ...options, coefficients: 21 })).toThrowErrorMatchingInlineSnapshot(
      `[SignalError: mfcc: expected coefficients to be a whole number from 1 to 20 but got 21. Pass coefficients as such a number.]`,
    );
    expect(() => logMel(signal, { ...options, floor: 0 })).toThrow(SignalError);
    expect(() => logMel(new Float32Array(100), options)).toThrow(SignalError);
  });
});

describe("deltas", () => {
  test("are the slope, with the ends going on", () => {
    const line = {
      data: Float32Array.from({ length: 14 }, (_, at) => (at % 2 === 0 ? 3 * Math.floor(at / 2) : 5)),
      shape: [7, 2],
    };
    const { data, shape } = deltas(line);
    expect(shape).toEqual([7, 2]);
    const slopes = Array.from({ length: 7 }, (_, t) => data[2 * t]);
    // at the start: (1·(3 − 0) + 2·(6 − 0))/10
    expect(slopes.map((slope) => Number(slope?.toFixed(5)))).toEqual([1.5, 2.4, 3, 3, 3, 2.4, 1.5]);
    expect(Array.from({ length: 7 }, (_, t) => data[2 * t + 1])).toEqual(Array(7).fill(0));
    expect(deltas(line, { reach: 1 }).data[0]).toBe(1.5);
    expect(() => deltas({ data: new Float32Array(3), shape: [2, 2] })).toThrowErrorMatchingInlineSnapshot(
      `[SignalError: deltas: expected features of shape [T, C], at least one of each but got [2, 2] with 3 values. Pass what logMel or mfcc gave.]`,
    );
  });

  test("are joined to the features", () => {
    const one = { data: Float32Array.of(1, 2), shape: [2, 1] };
    const two = { data: Float32Array.of(3, 4, 5, 6), shape: [2, 2] };
    expect(joinFeatures(one, two)).toEqual({ data: Float32Array.of(1, 3, 4, 2, 5, 6), shape: [2, 3] });
    expect(() => joinFeatures(one, { data: Float32Array.of(1), shape: [1, 1] })).toThrowErrorMatchingInlineSnapshot(
      `[SignalError: joinFeatures: expected 2 frames in all parts, as in the first but got 1. Make all features of one signal with the same hop.]`,
    );
  });
});

describe("FeatureScale", () => {
  test("brings features to mean 0 and deviation 1, also far from 0", () => {
    const data = Float32Array.from({ length: 400 }, (_, at) => (at % 2 === 0 ? 1e4 + random.uniform() : 7));
    const { data: scaled } = normalizeFeatures({ data, shape: [200, 2] });
    const first = Float64Array.from({ length: 200 }, (_, t) => scaled[2 * t] ?? 0);
    const mean = first.reduce((sum, each) => sum + each, 0) / 200;
    const variance = first.reduce((sum, each) => sum + (each - mean) ** 2, 0) / 200;
    expect(mean).toBeCloseTo(0, 3); // float32 near 10⁴ has steps of 10⁻³, and the deviation is 0.3
    expect(variance).toBeCloseTo(1, 3);
    expect(scaled[1]).toBe(0); // a feature that does not vary
  });

  test("of several signals is that of all their frames", () => {
    const parts = [Float32Array.of(1, 2), Float32Array.of(3, 6, 9)];
    const scale = FeatureScale.of(parts.map((data) => ({ data, shape: [data.length, 1] })));
    expect(scale.mean[0]).toBeCloseTo(4.2, 12);
    expect(scale.deviation[0]).toBeCloseTo(Math.sqrt(8.56), 12);
    const copy = FeatureScale.fromJSON(JSON.parse(JSON.stringify(scale)));
    expect(copy).toEqual(scale);
  });

  test("refuses other features and JSON that is no scale", () => {
    expect(() => new FeatureScale([0, 1], [1])).toThrowErrorMatchingInlineSnapshot(
      `[SignalError: FeatureScale: expected a deviation for each of 2 means but got 1. Pass both of the same features, or take FeatureScale.of.]`,
    );
    const scale = new FeatureScale([0], [1]);
    expect(() => scale.apply({ data: new Float32Array(2), shape: [1, 2] })).toThrowErrorMatchingInlineSnapshot(
      `[SignalError: FeatureScale.apply: expected 1 features in every frame but got 2. Make all features with the same options.]`,
    );
    expect(() => FeatureScale.of([])).toThrow(SignalError);
    expect(() => FeatureScale.fromJSON({ kind: "FeatureScale", mean: [1], deviation: [-1] })).toThrow(SignalError);
  });
});

test("preEmphasis takes a share of the sample before", () => {
  expect([...preEmphasis([1, 1, 0.5], 0.5)]).toEqual([1, 0.5, 0]);
  expect(preEmphasis([1, 1])[1]).toBeCloseTo(0.03);
});
