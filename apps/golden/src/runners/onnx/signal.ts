import { FourierTransform, hertzToMel, melFilterBank, melToHertz, stft } from "@unroll/data";
import { tensor } from "@unroll/nn";
import type { GoldenTensor } from "@unroll/testing";
import { UnsupportedCase } from "../../compare";
import type { OnnxOperator } from "./node";

/** From this version on DFT has its axis as an input. */
const AXIS_IS_INPUT = 20;

/** DFT of real numbers [.., 1] or complex ones [.., 2] along one axis, cut or filled up to `dft_length`. */
const dft: OnnxOperator = (node) => {
  const { attributes } = node;
  const isNew = (node.opset ?? AXIS_IS_INPUT) >= AXIS_IS_INPUT;
  attributes.only("inverse", "onesided", ...(isNew ? [] : ["axis"]));
  const x = node.input(0);
  const given = isNew ? (node.optional(2)?.data[0] ?? -2) : attributes.number("axis", 1);
  const axis = given < 0 ? given + x.shape.length : given;
  const [inverse, onesided] = [attributes.flag("inverse", false), attributes.flag("onesided", false)];
  const length = x.shape[axis] ?? 0;
  const size = node.optional(1)?.data[0] ?? (inverse && onesided ? 2 * (length - 1) : length);
  const transform = new FourierTransform(size);
  const bins = Math.floor(size / 2) + 1;
  const parts = x.shape.at(-1) ?? 1;
  const shape = x.shape.with(axis, onesided && !inverse ? bins : size).with(-1, inverse && onesided ? 1 : 2);
  const data = new Float32Array(shape.reduce((product, extent) => product * extent, 1));
  for (const { read, write } of lines(x, shape, axis)) {
    const [re, im] = [new Float64Array(size), new Float64Array(size)];
    for (let t = 0; t < Math.min(size, length); t++) {
      re[t] = read(t, 0);
      im[t] = parts === 2 ? read(t, 1) : 0;
    }
    if (inverse && onesided) {
      const real = transform.inverseReal(re.subarray(0, bins), im.subarray(0, bins));
      for (const [t, value] of real.entries()) write(data, t, 0, value);
      continue;
    }
    const spectrum = onesided && parts === 1 ? transform.real(re) : { re, im };
    if (inverse) transform.inverse(re, im);
    else if (spectrum.re === re) transform.forward(re, im);
    for (let t = 0; t < (shape[axis] ?? 0); t++) {
      write(data, t, 0, spectrum.re[t] ?? 0);
      write(data, t, 1, spectrum.im[t] ?? 0);
    }
  }
  return [tensor(data, { shape })];
};

type Line = {
  read(t: number, part: number): number;
  write(data: Float32Array, t: number, part: number, value: number): void;
};

/** Every line along an axis that is not the last, of the input and at the same place of the output. */
function* lines(x: GoldenTensor, shape: readonly number[], axis: number): Generator<Line> {
  const rank = x.shape.length;
  if (axis >= rank - 1) throw new UnsupportedCase("DFT along the axis of real and imaginary parts");
  const count = (from: number, to: number): number =>
    x.shape.slice(from, to).reduce((product, each) => product * each, 1);
  const [outer, inner] = [count(0, axis), count(axis + 1, rank - 1)];
  const [partsIn = 1, partsOut = 1] = [x.shape[rank - 1], shape[rank - 1]];
  const [lengthIn = 0, lengthOut = 0] = [x.shape[axis], shape[axis]];
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      yield {
        read: (t, part) => x.data[((o * lengthIn + t) * inner + i) * partsIn + part] ?? 0,
        write: (data, t, part, value) => {
          data[((o * lengthOut + t) * inner + i) * partsOut + part] = value;
        },
      };
    }
  }
}

/** STFT of real signals [B, L, 1] without padding: [B, T, F, 2]. */
const stftOperator: OnnxOperator = (node) => {
  const onesided = node.attributes.only("onesided").flag("onesided", true);
  const signal = node.input(0);
  const [rows = 0, length = 0, parts = 1] = signal.shape;
  if (parts !== 1) throw new UnsupportedCase("STFT of complex signals");
  const window = node.optional(2)?.data;
  const fftSize = node.optional(3)?.data[0] ?? window?.length ?? 0;
  const options = {
    fftSize,
    hop: node.input(1).data[0] ?? 0,
    center: false,
    window: window ?? ("rectangular" as const),
  };
  const frames: number[] = [];
  let shape: number[] = [];
  for (let row = 0; row < rows; row++) {
    const { re, im, shape: own } = stft(signal.data.subarray(row * length, (row + 1) * length), options);
    const [count, bins] = own;
    shape = [rows, count, onesided ? bins : fftSize, 2];
    for (let t = 0; t < count; t++) {
      for (let k = 0; k < (onesided ? bins : fftSize); k++) {
        const isMirror = k >= bins; // the other half of a real signal's spectrum
        const at = t * bins + (isMirror ? fftSize - k : k);
        frames.push(re[at] ?? 0, (isMirror ? -1 : 1) * (im[at] ?? 0));
      }
    }
  }
  return [tensor(Float32Array.from(frames), { shape })];
};

/**
 * Filters [F, M] with corners on bins. ONNX spaces M + 2 corners by an (M + 2)th of the range and not by an (M + 1)th, so
 * the last one lies below the upper edge.
 */
const melWeightMatrix: OnnxOperator = (node) => {
  node.attributes.only("output_datatype");
  const [bands = 0, fftSize = 0, sampleRate = 0, low = 0, upper = 0] = [0, 1, 2, 3, 4].map(
    (at) => node.input(at).data[0],
  );
  const [bottom, top] = [hertzToMel(low, "htk"), hertzToMel(upper, "htk")];
  const high = melToHertz(bottom + ((top - bottom) * (bands + 1)) / (bands + 2), "htk");
  const options = { bands, fftSize, sampleRate, low, high, scale: "htk", norm: "peak", corners: "bins" } as const;
  const { data, shape } = melFilterBank(options);
  const [, bins = 0] = shape;
  const transposed = Float32Array.from(data, (_, at) => data[(at % bands) * bins + Math.floor(at / bands)] ?? 0);
  return [tensor(transposed, { shape: [bins, bands] })];
};

export const signalOperators: Readonly<Record<string, OnnxOperator>> = {
  DFT: dft,
  MelWeightMatrix: melWeightMatrix,
  STFT: stftOperator,
};
