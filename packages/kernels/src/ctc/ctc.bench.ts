import { type KernelBench, kernelBench } from "../core";
import { ctcGradient, ctcIndex } from "./gradient";
import { ctcPosterior } from "./posterior";
import { ctcReduce } from "./reduce";
import { stateCount } from "./states";
import { rowStatistics } from "./statistics";
import { ctcBackward, ctcForward } from "./walks";

/** Digits of a spoken string, letters of a line of handwriting, and a long recording. */
const SIZES = [
  { B: 4, T: 24, L: 5, C: 11 },
  { B: 16, T: 200, L: 20, C: 30 },
  { B: 8, T: 1000, L: 200, C: 30 },
] as const;

const scalars = { blank: 0 };
const inputsOf = ({ B, T, L, C }: (typeof SIZES)[number]) => ({
  targets: Int32Array.from({ length: B * L }, (_, n) => 1 + ((7 * n) % (C - 1))),
  inputLengths: new Uint32Array(B).fill(T),
  targetLengths: new Uint32Array(B).fill(L),
});

const walks = SIZES.map((dims) => ({ dims, scalars, inputs: inputsOf(dims) }));

export const benches: KernelBench[] = [
  kernelBench(
    rowStatistics,
    SIZES.map(({ B, T, C }) => ({ dims: { R: B * T, V: C } })),
  ),
  kernelBench(ctcForward, walks),
  kernelBench(ctcBackward, walks),
  kernelBench(
    ctcPosterior,
    SIZES.map(({ B, T, L }) => ({ dims: { R: B * T, V: stateCount(L) } })),
  ),
  kernelBench(
    ctcIndex,
    SIZES.map((size) => {
      const { targets, targetLengths } = inputsOf(size);
      const { B, L, C } = size;
      return { dims: { B, L, C }, inputs: { targets, targetLengths } };
    }),
  ),
  kernelBench(
    ctcGradient,
    SIZES.map((dims) => {
      const { B, L, C } = dims;
      const index = new Uint32Array(B * (C + 1 + L)); // no label: what is left is the blank and the dense part
      return { dims, scalars, inputs: { inputLengths: inputsOf(dims).inputLengths, index } };
    }),
  ),
  kernelBench(
    ctcReduce,
    SIZES.map(({ B }) => ({ dims: { B }, inputs: { targetLengths: new Uint32Array(B).fill(3) } })),
  ),
];
