import { type KernelBench, kernelBench } from "../core";
import { batchNorm, batchNormBackward, batchNormGradients, batchNormStatistics } from "./batch-norm";

const cases = [
  { dims: { N: 32, P: 256, C: 32 } },
  { dims: { N: 32, P: 100, C: 128 }, options: { channels: "last" as const } },
];

export const benches: KernelBench[] = [
  kernelBench(
    batchNormStatistics,
    cases.map((of) => ({ ...of, scalars: { epsilon: 1e-5 } })),
  ),
  kernelBench(
    batchNorm,
    cases.map((of) => ({ ...of, with: ["gamma", "beta"] })),
  ),
  kernelBench(batchNormGradients, cases),
  kernelBench(
    batchNormBackward,
    cases.map((of) => ({ ...of, with: ["gamma"] })),
  ),
];
