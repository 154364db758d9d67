import { type KernelBench, kernelBench } from "../core";
import { beamSelect } from "./beam-select";
import { constrain } from "./constrain";

export const benches: KernelBench[] = [
  kernelBench(constrain, [
    { dims: { R: 80, V: 10_000, L: 0 }, scalars: { end: 1, made: 20 } },
    { dims: { R: 80, V: 10_000, L: 128 }, options: { ngram: 3 }, with: ["history"], scalars: { end: 1, made: 100 } },
  ]),
  kernelBench(beamSelect, [
    { dims: { B: 16, K: 5, G: 1, M: 10 }, scalars: { end: 1, diversity: 0, wanted: 1 } },
    { dims: { B: 16, K: 12, G: 4, M: 15 }, options: { diverse: true }, scalars: { end: 1, diversity: 0.5, wanted: 1 } },
  ]),
];
