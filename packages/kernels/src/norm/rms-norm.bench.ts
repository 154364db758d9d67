import { type KernelBench, kernelBench } from "../core";
import { rmsNorm, rmsNormBackward } from "./rms-norm";

const SIZES = [{ dims: { R: 640, D: 64 } }, { dims: { R: 2048, D: 512 } }] as const;

export const benches: KernelBench[] = [
  kernelBench(
    rmsNorm,
    SIZES.map((size) => ({ ...size, scalars: { epsilon: 1e-5 }, with: ["gamma"] })),
  ),
  kernelBench(
    rmsNormBackward,
    SIZES.map((size) => ({ ...size, with: ["gamma"] })),
  ),
];
