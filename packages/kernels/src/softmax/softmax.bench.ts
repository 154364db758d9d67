import { type KernelBench, kernelBench } from "../core";
import { crossEntropy, crossEntropyBackward } from "./cross-entropy";
import { nll, nllBackward } from "./nll";
import { reduceLoss } from "./reduce-loss";
import { logSoftmax, logSoftmaxBackward, softmax, softmaxBackward } from "./softmax";

const SIZES = [
  { R: 64, V: 18 },
  { R: 2048, V: 100 },
  { R: 640, V: 10_000 },
] as const;

const scalars = { ignoreIndex: -100, smoothing: 0 };
const plain = SIZES.map((dims) => ({ dims }));
const losses = SIZES.map((dims) => ({
  dims,
  scalars,
  inputs: { targets: Int32Array.from({ length: dims.R }, (_, r) => (r * 7) % dims.V) },
}));
const sums = losses.map((size) => ({ ...size, options: { reduction: "sum" as const } }));

export const benches: KernelBench[] = [
  kernelBench(softmax, plain),
  kernelBench(softmaxBackward, plain),
  kernelBench(logSoftmax, plain),
  kernelBench(logSoftmaxBackward, plain),
  kernelBench(crossEntropy, losses),
  kernelBench(crossEntropyBackward, sums),
  kernelBench(nll, losses),
  kernelBench(nllBackward, sums),
  kernelBench(reduceLoss, [{ dims: { B: 64, T: 1 } }, { dims: { B: 64, T: 100 } }]),
];
