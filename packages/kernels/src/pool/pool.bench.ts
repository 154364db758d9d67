import { type KernelBench, kernelBench } from "../core";
import { averagePool, averagePoolBackward, maxPool, maxPoolBackward } from "./pool";

const image = { N: 32, C: 32, H: 16, W: 16, OH: 8, OW: 8, kH: 2, kW: 2, sH: 2, sW: 2, pH: 0, pW: 0 };
const sequence = { N: 32, C: 128, H: 1, W: 100, OH: 1, OW: 1, kH: 1, kW: 100, sH: 1, sW: 1, pH: 0, pW: 0 };
const cases = [{ dims: image }, { dims: sequence, options: { channels: "last" as const } }];

export const benches: KernelBench[] = [
  kernelBench(maxPool, cases),
  kernelBench(maxPoolBackward, cases),
  kernelBench(averagePool, cases),
  kernelBench(averagePoolBackward, cases),
];
