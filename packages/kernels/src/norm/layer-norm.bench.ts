import { type KernelBench, kernelBench } from "../core";
import { layerNorm, layerNormBackward, layerNormParameterGradients } from "./layer-norm";

const SIZES = [{ dims: { R: 640, D: 64 } }, { dims: { R: 2048, D: 512 } }] as const;

export const benches: KernelBench[] = [
  kernelBench(
    layerNorm,
    SIZES.map((size) => ({ ...size, scalars: { epsilon: 1e-5 }, with: ["gamma", "beta"] })),
  ),
  kernelBench(
    layerNormBackward,
    SIZES.map((size) => ({ ...size, with: ["gamma"] })),
  ),
  kernelBench(layerNormParameterGradients, [{ dims: { B: 64, T: 10, D: 64 } }, { dims: { B: 32, T: 64, D: 512 } }]),
];
