import { expectList, expectOptions, expectWhole, expectWithin } from "../checks";
import { SignalError } from "../errors";

/** How sharp the filter of `resample` is. */
export interface ResampleOptions {
  /** The zeros of the filter at each side; more are sharper and slower. 6 when absent. */
  zeros?: number;
  /** Where the filter starts to fall, as a share of the lower of the two half rates: above 0, up to 1; 0.99 when absent. */
  rolloff?: number;
}

/**
 * A signal at another sample rate, by a sinc under a Hann window, with the defaults of torchaudio:
 *   y_n = Σ_k x_k·h(n·from/to − k),   h(τ) = s·sinc(s·τ)·cos²(π·s·τ/(2·zeros)) for |s·τ| < zeros,   s = rolloff·min(1, to/from)
 * so that nothing above half the lower rate is left to fold down. Beyond its ends the signal is 0.
 *
 * @param from samples a second, a whole number
 * @param to the same, of the result
 * @returns ⌈L·to/from⌉ samples
 * @throws SignalError if a rate or an option is out of range
 */
export function resample(
  signal: ArrayLike<number>,
  from: number,
  to: number,
  options: ResampleOptions = {},
): Float32Array<ArrayBuffer> {
  expectOptions(SignalError, "resample", options, ["zeros", "rolloff"]);
  const { zeros = 6, rolloff = 0.99 } = options;
  expectList(SignalError, "resample", { signal });
  expectWhole(SignalError, "resample", { "the old rate": from, "the new rate": to, zeros });
  expectWithin(SignalError, "resample", { rolloff }, { least: Number.MIN_VALUE, most: 1 });
  if (from === to) return Float32Array.from(signal);
  const divisor = greatestCommonDivisor(from, to);
  const [inputs, outputs] = [from / divisor, to / divisor];
  const s = rolloff * Math.min(1, to / from);
  const reach = Math.ceil(zeros / s);
  // Outputs n and n + `outputs` lie alike between samples, and share their weights.
  const weights = new Map<number, Float64Array>();
  const weightsAt = (phase: number): Float64Array => {
    const known = weights.get(phase);
    if (known) return known;
    const made = Float64Array.from({ length: 2 * reach + 2 }, (_, k) =>
      filter(phase / outputs - (k - reach), s, zeros),
    );
    weights.set(phase, made);
    return made;
  };
  const length = Math.ceil((signal.length * to) / from);
  return Float32Array.from({ length }, (_, n) => {
    const nearest = Math.floor((n * inputs) / outputs);
    const phase = (n * inputs) % outputs;
    const own = weightsAt(phase);
    let sum = 0;
    for (let k = 0; k < own.length; k++) sum += (signal[nearest + k - reach] ?? 0) * (own[k] ?? 0);
    return sum;
  });
}

function filter(tau: number, s: number, zeros: number): number {
  const x = s * tau;
  if (Math.abs(x) >= zeros) return 0;
  const sinc = x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
  return s * sinc * Math.cos((Math.PI * x) / (2 * zeros)) ** 2;
}

function greatestCommonDivisor(one: number, other: number): number {
  return other === 0 ? one : greatestCommonDivisor(other, one % other);
}
