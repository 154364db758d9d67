import { type KernelBench, kernelBench } from "../core";
import { linearAttentionKeyGradient, linearAttentionQueryGradient, linearAttentionValueGradient } from "./backward";
import { linearAttention, linearAttentionErrors } from "./forward";

/** A sentence for a small model, and a page for one of four heads of 64 features. */
const SIZES = [
  { B: 8, T: 64, N: 4, M: 4, D: 16, E: 16, A: 1 },
  { B: 8, T: 512, N: 4, M: 4, D: 64, E: 64, A: 1 },
] as const;

const scalars = { scale: 1 };
const cases = (...given: string[]) => SIZES.map((dims) => ({ dims, scalars, with: ["retain", ...given] }));

export const benches: KernelBench[] = [
  kernelBench(linearAttention, cases("beta")),
  kernelBench(
    linearAttentionErrors,
    SIZES.map((dims) => ({ dims, with: ["retain"] })),
  ),
  kernelBench(linearAttentionValueGradient, cases("beta")),
  kernelBench(linearAttentionQueryGradient, cases("dv", "readGradient")),
  kernelBench(linearAttentionKeyGradient, cases("dv")),
];
