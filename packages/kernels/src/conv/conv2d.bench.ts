import { type KernelBench, kernelBench } from "../core";
import { conv2d, conv2dBackwardInput, conv2dBackwardWeight } from "./conv2d";

const image = { N: 32, G: 1, C: 32, O: 64, H: 16, W: 16, OH: 16, OW: 16, kH: 3, kW: 3, sH: 1, sW: 1 };
const padded = { ...image, dH: 1, dW: 1, pH: 1, pW: 1 };
/** Every second pixel. */
const strided = { ...padded, OH: 8, OW: 8, sH: 2, sW: 2 };
/** Sequences of 100 steps, causal, three steps at a time. */
const sequence = { ...padded, C: 64, H: 1, W: 100, OH: 1, OW: 100, kH: 1, pH: 0, pW: 2 };
/** A filter of its own for each channel. */
const depthwise = { ...padded, G: 64, C: 1, O: 1 };

const cases = [
  { dims: padded },
  { dims: strided },
  { dims: sequence, options: { channels: "last" as const } },
  { dims: depthwise },
];

export const benches: KernelBench[] = [
  kernelBench(
    conv2d,
    cases.map((of) => ({ ...of, with: ["bias"] })),
  ),
  kernelBench(conv2dBackwardInput, cases),
  kernelBench(
    conv2dBackwardWeight,
    cases.map(({ dims, ...of }) => ({ ...of, dims: { ...dims, S: 1 } })),
  ),
];
