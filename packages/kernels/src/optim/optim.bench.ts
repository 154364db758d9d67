import { kernelBench } from "../core";
import { adam } from "./adam";
import { gradientNorm, sumOfSquares } from "./gradient-norm";
import { lossScale } from "./loss-scale";
import { reportWords } from "./report";
import { sgd } from "./sgd";

const sizes = [70_000, 1_000_000];
const report = reportWords();

export const benches = [
  kernelBench(
    sumOfSquares,
    sizes.map((n) => ({ dims: { n } })),
  ),
  kernelBench(gradientNorm, [{ dims: {}, inputs: { report } }]),
  kernelBench(lossScale, [{ dims: {}, inputs: { report } }]),
  kernelBench(
    sgd,
    sizes.map((n) => ({
      dims: { n, P: 0, U: 0 },
      scalars: { lr: 1e-3, momentum: 0.9, dampening: 0, weightDecay: 0, clipNorm: 5, clipValue: 0 },
      with: ["velocity"],
      inputs: { report },
    })),
  ),
  kernelBench(
    adam,
    sizes.map((n) => ({
      dims: { n, P: 0, U: 0 },
      scalars: {
        lr: 1e-3,
        oneMinusBeta1: 0.1,
        oneMinusBeta2: 0.001,
        eps: 1e-8,
        weightDecay: 0,
        correction1: 1,
        correction2: 1,
        clipNorm: 5,
        clipValue: 0,
      },
      inputs: { report, v: new Float32Array(n).fill(1) },
    })),
  ),
];
