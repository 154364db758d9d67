import { describe, expect, test } from "vitest";
import { SignalError } from "../errors";
import { Random } from "../random/random";
import { FourierTransform } from "./fourier";
import { resample } from "./resample";
import { spectrogram, stft } from "./stft";
import { type WindowName, windowOf } from "./windows";

const noise = (length: number, seed: number) => {
  const random = new Random(seed);
  return Float64Array.from({ length }, () => 2 * random.uniform() - 1);
};

/** The sum of the definition, with the angle reduced first so that it keeps its digits. */
function slowTransform(re: Float64Array, im: Float64Array): { re: Float64Array; im: Float64Array } {
  const n = re.length;
  const sum = (k: number, part: "re" | "im"): number => {
    let total = 0;
    for (let t = 0; t < n; t++) {
      const angle = (-2 * Math.PI * ((k * t) % n)) / n;
      const [x, y] = [re[t] ?? 0, im[t] ?? 0];
      total += part === "re" ? x * Math.cos(angle) - y * Math.sin(angle) : x * Math.sin(angle) + y * Math.cos(angle);
    }
    return total;
  };
  return { re: re.map((_, k) => sum(k, "re")), im: re.map((_, k) => sum(k, "im")) };
}

function worst(one: ArrayLike<number>, other: ArrayLike<number>): number {
  expect(one.length).toBe(other.length);
  let most = 0;
  for (let at = 0; at < one.length; at++)
    most = Math.max(most, Math.abs((one[at] ?? Number.NaN) - (other[at] ?? Number.NaN)));
  return most;
}

// A sum of n terms of at most √2, of which each is rounded a few times, and there are at most √n of chance: far below this.
const BOUND = 1e-11;

describe("FourierTransform", () => {
  test.each([1, 2, 3, 4, 5, 7, 8, 10, 12, 16, 17, 30, 64, 97, 100, 128, 360, 400])(
    "of %i equals its definition",
    (n) => {
      const [re, im] = [noise(n, 1), noise(n, 2)];
      const expected = slowTransform(re, im);
      const transform = new FourierTransform(n);
      const [a, b] = [re.slice(), im.slice()];
      transform.forward(a, b);
      expect(worst(a, expected.re)).toBeLessThan(BOUND);
      expect(worst(b, expected.im)).toBeLessThan(BOUND);
      transform.inverse(a, b);
      expect(worst(a, re)).toBeLessThan(BOUND);
      expect(worst(b, im)).toBeLessThan(BOUND);

      const real = transform.real(re);
      const whole = slowTransform(re, new Float64Array(n));
      const bins = Math.floor(n / 2) + 1;
      expect(worst(real.re, whole.re.subarray(0, bins))).toBeLessThan(BOUND);
      expect(worst(real.im, whole.im.subarray(0, bins))).toBeLessThan(BOUND);
      expect(worst(transform.inverseReal(real.re, real.im), re)).toBeLessThan(BOUND);
    },
  );

  test("of a large prime keeps its digits", () => {
    const n = 10007;
    const re = new Float64Array(n);
    const im = new Float64Array(n);
    re[1] = 1; // whose transform is e^(−2πik/n)
    new FourierTransform(n).forward(re, im);
    const angle = (k: number) => (-2 * Math.PI * k) / n;
    expect(
      worst(
        re,
        Float64Array.from({ length: n }, (_, k) => Math.cos(angle(k))),
      ),
    ).toBeLessThan(BOUND);
    expect(
      worst(
        im,
        Float64Array.from({ length: n }, (_, k) => Math.sin(angle(k))),
      ),
    ).toBeLessThan(BOUND);
  });

  test("refuses a size that is none, and signals of another", () => {
    expect(() => new FourierTransform(0)).toThrowErrorMatchingInlineSnapshot(
      `[SignalError: FourierTransform: expected size to be a whole number of at least 1 but got 0. Pass size as such a number.]`,
    );
    expect(() => new FourierTransform(4).real([1, 2, 3, 4, 5])).toThrowErrorMatchingInlineSnapshot(
      `[SignalError: FourierTransform.real: expected 4 numbers but got 5 real and 4 imaginary ones. Cut the signal to this size or fill it up with zeros, or make a transform of its own size.]`,
    );
    expect(() => new FourierTransform(4).inverseReal([1, 2], [0, 0])).toThrow(SignalError);
  });
});

describe("windowOf", () => {
  test.each([
    { name: "hann", symmetric: false, weights: [0, 0.5, 1, 0.5] },
    { name: "hann", symmetric: true, weights: [0, 0.75, 0.75, 0] },
    { name: "hamming", symmetric: false, weights: [0.08, 0.54, 1, 0.54] },
    { name: "blackman", symmetric: false, weights: [0, 0.34, 1, 0.34] },
    { name: "rectangular", symmetric: true, weights: [1, 1, 1, 1] },
  ] as const)("$name, symmetric: $symmetric", ({ name, symmetric, weights }) => {
    expect(worst(windowOf(name, 4, { symmetric }), weights)).toBeLessThan(1e-15);
    expect([...windowOf(name, 1, { symmetric })]).toEqual([1]);
  });
});

describe("stft", () => {
  const signal = noise(50, 3);

  /** Frames cut by hand from the signal with its mirror images beside it. */
  const mirrored = (half: number) => {
    const before = Array.from({ length: half }, (_, at) => signal[half - at] ?? 0);
    const behind = Array.from({ length: half }, (_, at) => signal[signal.length - 2 - at] ?? 0);
    return [...before, ...signal, ...behind];
  };

  test.each([
    { fftSize: 16, hop: 4, center: false, frames: 9 },
    { fftSize: 16, hop: 5, center: true, frames: 11 },
    { fftSize: 15, hop: 7, center: true, frames: 8 },
    { fftSize: 1, hop: 50, center: true, frames: 1 },
  ])("is the transform of each frame under a window: %o", ({ frames, ...options }) => {
    const { re, im, shape } = stft(signal, options);
    const bins = Math.floor(options.fftSize / 2) + 1;
    expect(shape).toEqual([frames, bins]);
    const whole = options.center ? mirrored(Math.floor(options.fftSize / 2)) : [...signal];
    const window = windowOf("hann", options.fftSize);
    for (let t = 0; t < frames; t++) {
      const cut = whole.slice(t * options.hop, t * options.hop + options.fftSize);
      const frame = window.map((weight, at) => weight * (cut[at] ?? Number.NaN));
      const expected = slowTransform(frame, new Float64Array(options.fftSize));
      expect(worst(re.subarray(t * bins, (t + 1) * bins), expected.re.subarray(0, bins))).toBeLessThan(BOUND);
      expect(worst(im.subarray(t * bins, (t + 1) * bins), expected.im.subarray(0, bins))).toBeLessThan(BOUND);
    }
  });

  test("puts a shorter window in the middle, and takes one's own", () => {
    const short = stft(signal, { fftSize: 16, hop: 8, windowLength: 8, window: "hamming" });
    const own = new Float64Array(16);
    own.set(windowOf("hamming", 8), 4);
    expect(stft(signal, { fftSize: 16, hop: 8, window: own })).toEqual(short);
    expect(stft(signal, { fftSize: 16, hop: 8, window: windowOf("hamming", 8) })).toEqual(short);
  });

  test("continues a signal by zeros when told to", () => {
    const zero = stft([1, 1, 1], { fftSize: 8, hop: 1, window: "rectangular", padding: "zero" });
    expect(zero.shape).toEqual([4, 5]);
    expect([...zero.re].filter((_, at) => at % 5 === 0)).toEqual([3, 3, 3, 3]);
  });

  test("has as energies the squares of the magnitudes", () => {
    const { re, im } = stft(signal, { fftSize: 8 });
    const energy = spectrogram(signal, { fftSize: 8 }).data;
    expect(
      worst(
        energy,
        re.map((x, at) => x * x + (im[at] ?? 0) ** 2),
      ),
    ).toBe(0);
    const magnitude = spectrogram(signal, { fftSize: 8, power: 1 }).data;
    expect(worst(magnitude, energy.map(Math.sqrt))).toBeLessThan(1e-14);
  });

  test("refuses signals that are too short or not finite, and windows that do not fit", () => {
    expect(() => stft([1, 2, 3], { fftSize: 8 })).toThrowErrorMatchingInlineSnapshot(
      `[SignalError: stft: expected a signal of at least 5 samples but got 3. Fill it up with zeros, or pass { padding: "zero" } with center.]`,
    );
    expect(() => stft([1, 2, Number.NaN, 3], { fftSize: 4, center: false })).toThrowErrorMatchingInlineSnapshot(
      `[SignalError: stft: expected a signal of finite numbers but got NaN at sample 2. Replace or leave out such samples first.]`,
    );
    expect(() => stft(signal, { fftSize: 8, windowLength: 9 })).toThrowErrorMatchingInlineSnapshot(
      `[SignalError: stft: expected windowLength to be a whole number from 1 to 8 but got 9. Pass windowLength as such a number.]`,
    );
    expect(() => stft(signal, { fftSize: 8, windowLength: 4, window: [1, 1] })).toThrow(SignalError);
    expect(() => stft(signal, { fftSize: 8, hop: 0 })).toThrow(SignalError);
    const hanning = "hanning" as WindowName;
    expect(() => stft(signal, { fftSize: 8, window: hanning })).toThrowErrorMatchingInlineSnapshot(
      `[SignalError: windowOf: expected window to be one of hann, hamming, blackman, rectangular but got "hanning". Pass window as one of them.]`,
    );
    expect(() => stft(signal, { fftSize: 2, window: [1, Number.NaN] })).toThrowErrorMatchingInlineSnapshot(
      `[SignalError: stft: expected a window of finite numbers but got NaN as weight 1. Make the weights anew, or name a window.]`,
    );
    expect(() => stft(signal, { fftSize: 8, padding: "mirror" as "reflect" })).toThrow(SignalError);
    for (const power of [Number.NaN, -1, 0]) {
      expect(() => spectrogram(signal, { fftSize: 8, power })).toThrow(SignalError);
    }
    expect(() => stft(new Float32Array(0), { fftSize: 8, padding: "zero" })).toThrow(SignalError);
  });
});

describe("resample", () => {
  const tone = (rate: number, hertz: number, length: number) =>
    Float64Array.from({ length }, (_, t) => Math.sin((2 * Math.PI * hertz * t) / rate));

  test.each([
    { from: 8000, to: 16000 },
    { from: 16000, to: 8000 },
    { from: 44100, to: 16000 },
    { from: 8000, to: 11025 },
  ])("keeps a tone: $from to $to", ({ from, to }) => {
    const seconds = 0.1;
    const result = resample(tone(from, 440, from * seconds), from, to);
    expect(result.length).toBe(Math.ceil(to * seconds));
    const expected = tone(to, 440, result.length);
    // A Hann window of six zeros at each side lets through and folds less than 1 % in its pass band.
    const inner = [Math.floor(result.length / 5), Math.floor((4 * result.length) / 5)] as const;
    expect(worst(result.slice(...inner), expected.slice(...inner))).toBeLessThan(0.01);
  });

  test("takes out what would fold down", () => {
    const result = resample(tone(16000, 7000, 3200), 16000, 8000); // would come as 1000 Hz
    expect(Math.max(...result.slice(200, 1400).map(Math.abs))).toBeLessThan(0.01);
  });

  test("to the same rate changes nothing", () => {
    expect([...resample([1, 0.5], 8000, 8000)]).toEqual([1, 0.5]);
    expect(resample([], 8000, 16000)).toHaveLength(0);
    expect(() => resample([1], 8000, 0)).toThrowErrorMatchingInlineSnapshot(
      `[SignalError: resample: expected the new rate to be a whole number of at least 1 but got 0. Pass the new rate as such a number.]`,
    );
    for (const rolloff of [0, Number.NaN, -1]) {
      expect(() => resample([1], 8000, 16000, { rolloff })).toThrow(SignalError);
    }
  });
});
