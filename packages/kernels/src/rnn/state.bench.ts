import { type KernelBench, kernelBench } from "../core";
import { listSteps, orderRows, packRecurrent, padRecurrent } from "./pack";
import { packLstm, padLstm } from "./pack-lstm";
import { peepholeGradient } from "./peephole";
import { addFinalGradient, finalState, previousState, stateGradient } from "./state";

const names = { B: 64, T: 10, D: 1, H: 128 }; // a batch of names by letters
const text = { B: 16, T: 64, D: 1, H: 128 }; // a batch of text chunks
const weights = { D: 1, G: 4, H: 128 }; // an LSTM's

/** An LSTM with peepholes and a projected state. */
const projected = {
  dims: { ...weights, P: 64 },
  options: { peepholes: true, projected: true },
  with: ["peephole", "projection"] as const,
};

/** Of every length from 1 to T, in no order. */
const lengths = (B: number, T: number): Uint32Array<ArrayBuffer> =>
  Uint32Array.from({ length: B }, (_, b) => 1 + ((b * 7) % T));

export const benches: KernelBench[] = [
  kernelBench(packRecurrent, [{ dims: weights }, { dims: { ...weights, H: 512 } }]),
  kernelBench(padRecurrent, [{ dims: { ...weights, H: 126 } }, { dims: { ...weights, H: 510 } }]),
  kernelBench(packLstm, [projected]),
  kernelBench(padLstm, [projected]),
  kernelBench(peepholeGradient, [{ dims: names }, { dims: text }]),
  kernelBench(orderRows, [{ dims: { B: 64, T: 10 }, inputs: { lengths: lengths(64, 10) } }]),
  kernelBench(listSteps, [{ dims: { B: 64, T: 10 }, inputs: { lengths: lengths(64, 10) } }]),
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
