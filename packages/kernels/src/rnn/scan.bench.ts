import { type KernelBench, kernelBench } from "../core";
import { elmanBackward, elmanForward } from "./elman";
import { gruBackward, gruForward } from "./gru";
import { gruResetBeforeBackward, gruResetBeforeForward } from "./gru-reset-before";
import { lstmBackward, lstmForward } from "./lstm";
import { lstmProjectedBackward, lstmProjectedForward } from "./lstm-projected";

const names = { B: 64, T: 10, D: 1, H: 128 }; // a batch of names by letters
const text = { B: 16, T: 64, D: 1, H: 128 }; // a batch of text chunks
const both = { B: 16, T: 64, D: 2, H: 64 }; // the same in both directions
const projected = [names, text].map((dims) => ({ dims, options: { projection: 64 } }));

export const benches: KernelBench[] = [
  kernelBench(elmanForward, [{ dims: names }, { dims: text }]),
  kernelBench(elmanBackward, [{ dims: names }, { dims: text }]),
  kernelBench(lstmForward, [{ dims: names }, { dims: text }, { dims: both }]),
  kernelBench(lstmBackward, [{ dims: names }, { dims: text }, { dims: both }]),
  kernelBench(lstmProjectedForward, projected),
  kernelBench(lstmProjectedBackward, projected),
  kernelBench(gruForward, [{ dims: names }, { dims: text }, { dims: both }]),
  kernelBench(gruBackward, [{ dims: names }, { dims: text }, { dims: both }]),
  kernelBench(gruResetBeforeForward, [{ dims: names }]),
  kernelBench(gruResetBeforeBackward, [{ dims: names }]),
];
