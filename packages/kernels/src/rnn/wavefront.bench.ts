import { type KernelBench, kernelBench } from "../core";
import { elmanWavefront } from "./elman";
import { gruWavefront } from "./gru";
import { lstmWavefront } from "./lstm";
import { packStack } from "./pack";

const two = { L: 2, B: 8, T: 32, H: 512 }; // larger than what a sequence kernel is good at

export const benches: KernelBench[] = [
  kernelBench(packStack, [{ dims: { L: 2, G: 4, H: 512 }, options: { apart: true }, with: ["r1", "b"] }]),
  kernelBench(elmanWavefront, [{ dims: two }]),
  kernelBench(lstmWavefront, [{ dims: two }]),
  kernelBench(gruWavefront, [{ dims: two }]),
];
