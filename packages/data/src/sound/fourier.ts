import { expectWhole } from "../checks";
import { SignalError } from "../errors";

/**
 * The discrete Fourier transform of n numbers, n of any size, in float64:
 *   X_k = Σ_t x_t·e^(−2πi·kt/n)
 * By halves where n is a power of two (Cooley & Tukey 1965), else as a convolution of such a size (Bluestein 1970). Make
 * one for a size and use it again: it holds the tables.
 */
export class FourierTransform {
  /** n */
  readonly size: number;
  readonly #transform: (re: Float64Array, im: Float64Array) => void;

  /** @throws SignalError if the size is no whole number of at least 1 */
  constructor(size: number) {
    expectWhole(SignalError, "FourierTransform", { size });
    this.size = size;
    this.#transform = (size & (size - 1)) === 0 ? radix2(size) : bluestein(size);
  }

  /** Transforms n complex numbers in place. */
  forward(re: Float64Array, im: Float64Array): void {
    this.#expectSize("FourierTransform.forward", re, im);
    this.#transform(re, im);
  }

  /** x_t = 1/n Σ_k X_k·e^(2πi·kt/n), in place. */
  inverse(re: Float64Array, im: Float64Array): void {
    this.#expectSize("FourierTransform.inverse", re, im);
    this.#transform(im, re); // with the parts exchanged, forward is backward
    for (let at = 0; at < this.size; at++) {
      re[at] = (re[at] ?? 0) / this.size;
      im[at] = (im[at] ?? 0) / this.size;
    }
  }

  /**
   * The transform of n real numbers: the first ⌊n/2⌋ + 1 of its values, of which the others are the mirror image.
   *
   * @param signal n numbers; it is not changed
   */
  real(signal: ArrayLike<number>): { re: Float64Array<ArrayBuffer>; im: Float64Array<ArrayBuffer> } {
    const [re, im] = [new Float64Array(this.size), new Float64Array(this.size)];
    this.#expectSize("FourierTransform.real", signal, im);
    re.set(signal);
    this.#transform(re, im);
    const bins = Math.floor(this.size / 2) + 1;
    return { re: re.subarray(0, bins), im: im.subarray(0, bins) };
  }

  /** The n real numbers of which `real` made these ⌊n/2⌋ + 1 values. */
  inverseReal(re: ArrayLike<number>, im: ArrayLike<number>): Float64Array<ArrayBuffer> {
    const bins = Math.floor(this.size / 2) + 1;
    if (re.length !== bins || im.length !== bins) this.#refuse("FourierTransform.inverseReal", bins, re, im);
    const [fullRe, fullIm] = [new Float64Array(this.size), new Float64Array(this.size)];
    fullRe.set(re);
    fullIm.set(im);
    for (let k = bins; k < this.size; k++) {
      fullRe[k] = re[this.size - k] ?? 0;
      fullIm[k] = -(im[this.size - k] ?? 0);
    }
    this.inverse(fullRe, fullIm);
    return fullRe;
  }

  #expectSize(where: string, re: ArrayLike<number>, im: ArrayLike<number>): void {
    if (re.length !== this.size || im.length !== this.size) this.#refuse(where, this.size, re, im);
  }

  #refuse(where: string, expected: number, re: ArrayLike<number>, im: ArrayLike<number>): never {
    throw new SignalError({
      where,
      expected: `${expected} numbers`,
      actual: `${re.length} real and ${im.length} imaginary ones`,
      remedy: "Cut the signal to this size or fill it up with zeros, or make a transform of its own size.",
    });
  }
}

/** e^(−2πi·k/n) for k from 0 to count − 1. */
function roots(n: number, count: number): { cos: Float64Array; sin: Float64Array } {
  const angle = (k: number): number => (-2 * Math.PI * k) / n;
  return {
    cos: Float64Array.from({ length: count }, (_, k) => Math.cos(angle(k))),
    sin: Float64Array.from({ length: count }, (_, k) => Math.sin(angle(k))),
  };
}

function radix2(n: number): (re: Float64Array, im: Float64Array) => void {
  const { cos, sin } = roots(n, n / 2);
  const reversed = new Uint32Array(n);
  for (let at = 1; at < n; at++) reversed[at] = ((reversed[at >> 1] ?? 0) >> 1) | (at & 1 ? n >> 1 : 0);
  return (re, im) => {
    for (let at = 0; at < n; at++) {
      const other = reversed[at] ?? 0;
      if (other <= at) continue;
      const r = re[at] ?? 0;
      const i = im[at] ?? 0;
      re[at] = re[other] ?? 0;
      im[at] = im[other] ?? 0;
      re[other] = r;
      im[other] = i;
    }
    for (let half = 1; half < n; half *= 2) {
      const step = n / (2 * half);
      for (let start = 0; start < n; start += 2 * half) {
        for (let k = 0; k < half; k++) {
          // A pair of constants would make an array in each round, which takes longer than the arithmetic.
          const c = cos[k * step] ?? 1;
          const s = sin[k * step] ?? 0;
          const low = start + k;
          const high = low + half;
          const tr = (re[high] ?? 0) * c - (im[high] ?? 0) * s;
          const ti = (re[high] ?? 0) * s + (im[high] ?? 0) * c;
          const lr = re[low] ?? 0;
          const li = im[low] ?? 0;
          re[low] = lr + tr;
          im[low] = li + ti;
          re[high] = lr - tr;
          im[high] = li - ti;
        }
      }
    }
  };
}

/** With kt = (k² + t² − (k − t)²)/2 the sum is a convolution with e^(πi·t²/n), done by transforms of a power of two. */
function bluestein(n: number): (re: Float64Array, im: Float64Array) => void {
  const size = 2 ** Math.ceil(Math.log2(2 * n - 1));
  const inner = radix2(size);
  // t² is taken modulo 2n, after which the angle repeats: large squares would lose their last digits
  const { cos, sin } = roots(2 * n, 2 * n);
  const chirp = (t: number): [number, number] => {
    const at = Number((BigInt(t) * BigInt(t)) % BigInt(2 * n));
    return [cos[at] ?? 0, sin[at] ?? 0];
  };
  const table = Array.from({ length: n }, (_, t) => chirp(t));
  const [kernelRe, kernelIm] = [new Float64Array(size), new Float64Array(size)];
  for (const [t, [c, s]] of table.entries()) {
    kernelRe[t] = kernelRe[(size - t) % size] = c;
    kernelIm[t] = kernelIm[(size - t) % size] = -s;
  }
  inner(kernelRe, kernelIm);
  return (re, im) => {
    const [a, b] = [new Float64Array(size), new Float64Array(size)];
    for (const [t, [c, s]] of table.entries()) {
      const [r, i] = [re[t] ?? 0, im[t] ?? 0];
      a[t] = r * c - i * s;
      b[t] = r * s + i * c;
    }
    inner(a, b);
    for (let k = 0; k < size; k++) {
      const [r, i] = [a[k] ?? 0, b[k] ?? 0];
      const [c, s] = [kernelRe[k] ?? 0, kernelIm[k] ?? 0];
      a[k] = r * c - i * s;
      b[k] = r * s + i * c;
    }
    inner(b, a); // backward: the parts exchanged
    for (const [k, [c, s]] of table.entries()) {
      const [r, i] = [(a[k] ?? 0) / size, (b[k] ?? 0) / size];
      re[k] = r * c - i * s;
      im[k] = r * s + i * c;
    }
  };
}
