import { type KernelBench, kernelBench } from "../core";
import { dropout, randomNormal, randomUniform } from "./random";

const DRAW = { seedLow: 1, seedHigh: 2, stream: 3, draw: 4 };
const SIZES = [{ N: 1 << 13 }, { N: 1 << 20 }] as const;

export const benches: KernelBench[] = [
  kernelBench(
    dropout,
    SIZES.map(({ N }) => ({ dims: { R: 64, N: N / 64 }, scalars: { p: 0.1, ...DRAW } })),
  ),
  kernelBench(
    randomUniform,
    SIZES.map((dims) => ({ dims, scalars: { low: 0, high: 1, ...DRAW } })),
  ),
  kernelBench(
    randomNormal,
    SIZES.map((dims) => ({ dims, scalars: { mean: 0, deviation: 1, ...DRAW } })),
  ),
];
