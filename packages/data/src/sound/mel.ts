import { expectOneOf, expectOptions, expectWhole, expectWithin } from "../checks";
import { SignalError } from "../errors";
import type { ShapedArray } from "../sequences/encode";
import { SOUND_OPTIONS } from "./options";

/** `"htk"`: 2595·log₁₀(1 + f/700). `"slaney"`: linear below 1000 Hz (3/200 mel a hertz), logarithmic above. */
export type MelScale = "htk" | "slaney";

const SLANEY_KNEE = 1000;
const SLANEY_SLOPE = 3 / 200;
/** Above the knee, 27 mels make a factor of 6.4. */
const SLANEY_STEP = Math.log(6.4) / 27;

/** Hertz in mels. */
export function hertzToMel(hertz: number, scale: MelScale): number {
  if (scale === "htk") return 2595 * Math.log10(1 + hertz / 700);
  if (hertz < SLANEY_KNEE) return hertz * SLANEY_SLOPE;
  return SLANEY_KNEE * SLANEY_SLOPE + Math.log(hertz / SLANEY_KNEE) / SLANEY_STEP;
}

/** Mels in hertz. */
export function melToHertz(mel: number, scale: MelScale): number {
  if (scale === "htk") return 700 * (10 ** (mel / 2595) - 1);
  const knee = SLANEY_KNEE * SLANEY_SLOPE;
  return mel < knee ? mel / SLANEY_SLOPE : SLANEY_KNEE * Math.exp(SLANEY_STEP * (mel - knee));
}

/** Which filters a mel filter bank has. */
export interface MelOptions {
  /** Samples a second. */
  sampleRate: number;
  /** n, the samples that were transformed. */
  fftSize: number;
  /** M, the number of filters. */
  bands: number;
  /** The lower end of the first filter in hertz; 0 when absent. */
  low?: number;
  /** The upper end of the last filter in hertz; half the sample rate when absent. */
  high?: number;
  /** The scale on which the filters are evenly spaced; "slaney" when absent, as in librosa. */
  scale?: MelScale;
  /** `"area"` gives every filter the same area, 2/(f_{m+2} − f_m); `"peak"` the height 1. "area" when absent, as in librosa. */
  norm?: "area" | "peak";
  /**
   * Where the corners of the triangles lie: `"exact"`, at their frequencies; or `"bins"`, at the bin ⌊(n + 1)·f/sampleRate⌋,
   * as in ONNX's MelWeightMatrix and many textbooks. "exact" when absent.
   */
  corners?: "exact" | "bins";
}

/**
 * A bank of triangular filters, evenly spaced and half overlapping on the mel scale (Davis & Mermelstein 1980):
 *   w_{m,k} = max(0, min((f_k − f_m)/(f_{m+1} − f_m), (f_{m+2} − f_k)/(f_{m+2} − f_{m+1})))
 * with f_k = k·sampleRate/n the frequency of bin k, and M + 2 corners f_m from `low` to `high`.
 *
 * @returns [M, F] with F = ⌊n/2⌋ + 1
 * @throws SignalError if an option is out of range, or a filter catches no bin
 */
export function melFilterBank(options: MelOptions): ShapedArray<Float64Array<ArrayBuffer>> {
  expectOptions(SignalError, "melFilterBank", options, SOUND_OPTIONS);
  return melFilters("melFilterBank", options);
}

/** The same of options that were checked, among others. */
export function melFilters(where: string, options: MelOptions): ShapedArray<Float64Array<ArrayBuffer>> {
  const { sampleRate, fftSize, bands, low = 0, high = sampleRate / 2 } = options;
  const { scale = "slaney", norm = "area", corners = "exact" } = options;
  expectOneOf(SignalError, where, { scale }, ["htk", "slaney"]);
  expectOneOf(SignalError, where, { norm }, ["area", "peak"]);
  expectOneOf(SignalError, where, { corners }, ["exact", "bins"]);
  expectWhole(SignalError, where, { fftSize, bands });
  expectWithin(SignalError, where, { sampleRate }, { least: Number.MIN_VALUE });
  expectWithin(SignalError, where, { low }, { least: 0, most: sampleRate / 2 });
  expectWithin(SignalError, where, { high }, { least: low, most: sampleRate / 2 });
  const [bottom, top] = [hertzToMel(low, scale), hertzToMel(high, scale)];
  const hertz = Array.from({ length: bands + 2 }, (_, m) =>
    melToHertz(bottom + ((top - bottom) * m) / (bands + 1), scale),
  );
  const bins = Math.floor(fftSize / 2) + 1;
  const binOf = (f: number): number => Math.floor(((fftSize + 1) * f) / sampleRate);
  const data = new Float64Array(bands * bins);
  for (let m = 0; m < bands; m++) {
    const [left = 0, centre = 0, right = 0] = hertz.slice(m, m + 3);
    const area = norm === "area" ? 2 / (right - left) : 1;
    let weight = 0;
    for (let k = 0; k < bins; k++) {
      const f = (k * sampleRate) / fftSize;
      const triangle =
        corners === "bins"
          ? binned(k, [left, centre, right].map(binOf))
          : Math.min((f - left) / (centre - left), (right - f) / (right - centre));
      data[m * bins + k] = Math.max(0, triangle) * area;
      weight += data[m * bins + k] ?? 0;
    }
    if (weight === 0 || !Number.isFinite(weight)) {
      throw new SignalError({
        where,
        expected: "every filter to catch a bin",
        actual: `filter ${m} from ${left.toFixed(1)} to ${right.toFixed(1)} Hz, between bins of ${(sampleRate / fftSize).toFixed(1)} Hz`,
        remedy: "Take fewer bands, a larger fftSize, or a wider range.",
      });
    }
  }
  return { data, shape: [bands, bins] };
}

/** A triangle over bins; where two corners share a bin, that side is steep. The centre always counts whole. */
function binned(k: number, [left = 0, centre = 0, right = 0]: readonly number[]): number {
  if (k === centre) return 1;
  return k < centre ? (k - left) / (centre - left) : right === centre ? 0 : (right - k) / (right - centre);
}
