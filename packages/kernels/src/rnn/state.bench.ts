import { type KernelBench, kernelBench } from "../core";
import { packRecurrent, padRecurrent } from "./pack";
import { addFinalGradient, finalState, previousState, stateGradient } from "./state";

const names = { B: 64, T: 10, D: 1, H: 128 }; // a batch of names by letters
const text = { B: 16, T: 64, D: 1, H: 128 }; // a batch of text chunks
const weights = { D: 1, G: 4, H: 128 }; // an LSTM's

export const benches: KernelBench[] = [
  kernelBench(packRecurrent, [{ dims: weights }, { dims: { ...weights, H: 512 } }]),
  kernelBench(padRecurrent, [{ dims: { ...weights, H: 126 } }, { dims: { ...weights, H: 510 } }]),
  kernelBench(finalState, [{ dims: names }, { dims: text, with: ["cells", "cN"] }]),
  kernelBench(previousState, [{ dims: names }, { dims: text }]),
  kernelBench(addFinalGradient, [
    { dims: names, with: ["dy"] },
    { dims: text, with: ["dy"] },
  ]),
  kernelBench(stateGradient, [
    { dims: { ...names, G: 4 }, with: ["dGates", "rows"] },
    { dims: { ...text, G: 4 }, with: ["dGates", "rows"] },
  ]),
];
