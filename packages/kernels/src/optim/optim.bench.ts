import { kernelBench } from "../core";
import { accumulate, finishAccumulation } from "./accumulate";
import { adadelta } from "./adadelta";
import { adagrad } from "./adagrad";
import { adam } from "./adam";
import { adamax } from "./adamax";
import { averageParameters } from "./average";
import { blockSquares } from "./block-sums";
import { gradientNorm, sumOfSquares } from "./gradient-norm";
import { lion } from "./lion";
import { lossScale } from "./loss-scale";
import { nadam } from "./nadam";
import { reportWords } from "./report";
import { rmsprop } from "./rmsprop";
import { sgd } from "./sgd";

const sizes = [70_000, 1_000_000];
const report = reportWords();

const common = { lr: 1e-3, weightDecay: 0, clipNorm: 5, clipValue: 0 };
const means = { oneMinusBeta1: 0.1, oneMinusBeta2: 0.001 };
/** A call over n parameters that are all alike; means of squares are positive. */
const alike = <S extends object>(scalars: S, ...squares: string[]) =>
  sizes.map((n) => {
    const means = Object.fromEntries(squares.map((slot) => [slot, new Float32Array(n).fill(1)]));
    return { dims: { n, P: 0, U: 0 }, scalars: { ...common, ...scalars }, inputs: { report, ...means } };
  });

export const benches = [
  kernelBench(adagrad, alike({ eps: 1e-8 }, "sum")),
  kernelBench(adadelta, alike({ oneMinusRho: 0.1, eps: 1e-6 }, "v", "u")),
  kernelBench(rmsprop, alike({ oneMinusRho: 0.1, eps: 1e-8, momentum: 0 }, "v")),
  kernelBench(adamax, alike({ oneMinusBeta1: 0.1, beta2: 0.999, eps: 1e-8, correction1: 1 })),
  kernelBench(nadam, alike({ ...means, eps: 1e-8, correction2: 1, meanFactor: 1, gradientFactor: 1 }, "v")),
  kernelBench(lion, alike({ oneMinusBeta1: 0.1, oneMinusBeta2: 0.01 })),
  kernelBench(
    blockSquares,
    sizes.map((n) => ({ dims: { n } })),
  ),
  kernelBench(
    accumulate,
    sizes.map((n) => ({ dims: { n }, scalars: { weight: 1 }, with: ["loss", "totalLoss"] })),
  ),
  kernelBench(
    finishAccumulation,
    sizes.map((n) => ({ dims: { n }, scalars: { weight: 4 }, with: ["loss", "totalLoss"] })),
  ),
  kernelBench(
    averageParameters,
    sizes.map((n) => ({ dims: { n }, scalars: { share: 0.01 } })),
  ),
  kernelBench(
    sumOfSquares,
    sizes.map((n) => ({ dims: { n, first: 0 } })),
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
