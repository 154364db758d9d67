import { expectOneOf, expectOptions, expectWhole } from "../checks";
import { SignalError } from "../errors";

/** What a frame is multiplied by before its spectrum is taken. */
export type WindowName = "hann" | "hamming" | "blackman" | "rectangular";

/** a₀, a₁, a₂ of w_t = a₀ − a₁·cos(2πt/N) + a₂·cos(4πt/N). */
const TERMS: Readonly<Record<WindowName, readonly [number, number, number]>> = {
  hann: [0.5, 0.5, 0],
  hamming: [0.54, 0.46, 0],
  blackman: [0.42, 0.5, 0.08],
  rectangular: [1, 0, 0],
};

/**
 * A window of n weights that fades a frame out at its ends.
 *
 * @param options.symmetric whether the last weight equals the first, N = n − 1, as for filters; without, N = n, as for
 *   spectra, where the window repeats. False when absent, as in librosa and PyTorch.
 * @returns [n]
 * @throws SignalError if there is no window of that name, or the length is out of range
 */
export function windowOf(
  name: WindowName,
  length: number,
  options: { symmetric?: boolean } = {},
): Float64Array<ArrayBuffer> {
  expectOptions(SignalError, "windowOf", options, ["symmetric"]);
  const { symmetric = false } = options;
  expectOneOf(SignalError, "windowOf", { window: name }, Object.keys(TERMS));
  expectWhole(SignalError, "windowOf", { length });
  const [a0, a1, a2] = TERMS[name];
  const period = symmetric ? Math.max(length - 1, 1) : length;
  if (length === 1) return Float64Array.of(1);
  return Float64Array.from({ length }, (_, t) => {
    const angle = (2 * Math.PI * t) / period;
    return a0 - a1 * Math.cos(angle) + a2 * Math.cos(2 * angle);
  });
}
