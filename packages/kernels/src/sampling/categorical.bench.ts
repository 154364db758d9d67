import { type KernelBench, kernelBench } from "../core";
import { categorical } from "./categorical";

const DRAW = { seedLow: 1, seedHigh: 2, stream: 0, draw: 4 };

export const benches: KernelBench[] = [
  kernelBench(categorical, [
    { dims: { R: 1, V: 65 }, scalars: { inverseTemperature: 1, topK: 65, topP: 1, ...DRAW } },
    { dims: { R: 1, V: 10_000 }, scalars: { inverseTemperature: 1.25, topK: 40, topP: 0.9, ...DRAW } },
    { dims: { R: 64, V: 10_000 }, scalars: { inverseTemperature: 1, topK: 10_000, topP: 1, ...DRAW } },
  ]),
];
