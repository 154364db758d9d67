import { type Float64Tensor, float64, uniform } from "@unroll/testing";
import {
  bceLoss,
  bceWithLogitsLoss,
  type ClassLossOptions,
  crossEntropy,
  logSoftmax,
  mseLoss,
  nllLoss,
  type Tensor,
  tensor,
} from "../..";
import { average, build, elementwise64, logSumExp64, reduce64, total } from "../arrays.reference";
import { type OpCase, toTensor, whole } from "../check-op";

const reductions = ["mean", "sum", "none"] as const;
type Reduction = (typeof reductions)[number];

function reduced(loss: Float64Tensor, reduction: Reduction): Float64Tensor {
  if (reduction === "none") return loss;
  return reduce64(loss, reduction === "sum" ? total : average);
}

const pairs = reductions.flatMap((reduction): OpCase[] => {
  const x = uniform([3, 5], { seed: 1, low: -3, high: 3 });
  const p = uniform([3, 5], { seed: 2, low: 0.125, high: 0.875 });
  const y = uniform([3, 5], { seed: 3 });
  const bce = (a: Float64Tensor, b: Float64Tensor, of: (x: number, y: number) => number): Float64Tensor =>
    reduced(
      elementwise64((n = 0, t = 0) => of(n, t), a, b),
      reduction,
    );
  return [
    {
      op: "mseLoss",
      why: `${reduction}, exact`,
      inputs: [whole([4, 2], { seed: 4 }), whole([4, 2], { seed: 5 })],
      run: (a, b) => mseLoss(a, b, { reduction }),
      reference: (a, b) => bce(a as Float64Tensor, b as Float64Tensor, (n, t) => (n - t) ** 2),
      roundings: 0,
    },
    {
      op: "bceLoss",
      why: reduction,
      inputs: [p, y],
      run: (a, b) => bceLoss(a, b, { reduction }),
      reference: (a, b) =>
        bce(a as Float64Tensor, b as Float64Tensor, (n, t) => -t * Math.log(n) - (1 - t) * Math.log(1 - n)),
      // Two logarithms of 8ε, and 1 − p rounded once before its own magnifies it by 8; their slopes 1/p ≤ 8, 5 and 3
      // roundings each; then a sum of 15 terms, each below 2.1.
      roundings: 2 * 8 + 8 + 2 * 8 + 15 * 2.1,
    },
    {
      op: "bceWithLogitsLoss",
      why: reduction,
      inputs: [x, y],
      run: (a, b) => bceWithLogitsLoss(a, b, { reduction }),
      reference: (a, b) =>
        bce(
          a as Float64Tensor,
          b as Float64Tensor,
          (n, t) => Math.max(n, 0) - n * t + Math.log1p(Math.exp(-Math.abs(n))),
        ),
      // e^−|x| is off by 6ε, ln by 8ε, x·y and the sums by up to 4·6ε; the slope is a quotient of those: 6 + 5 + 5; then
      // a sum of 15 terms, each below 6.1.
      roundings: 6 + 8 + 4 * 6 + 16 + 15 * 6.1,
    },
  ];
});

const V = 5;
const weights = uniform([V], { seed: 6, low: 0.5, high: 2 });

/** −(1 − ε)·w_y·ln p_y − ε/V·Σ_v w_v·ln p_v, reduced as PyTorch does. */
function classLoss64(
  logP: Float64Tensor,
  targets: readonly number[],
  { ignoreIndex = -100, weighted = false, labelSmoothing = 0, reduction = "mean" as Reduction },
): Float64Tensor {
  const shape = logP.shape.slice(0, -1);
  const weight = (v: number): number => (weighted ? (weights.data[v] as number) : 1);
  const losses = targets.map((target, row) => {
    if (target === ignoreIndex) return 0;
    const of = (v: number): number => -weight(v) * (logP.data[row * V + v] as number);
    const spread = total(Array.from({ length: V }, (_, v) => of(v)));
    return (1 - labelSmoothing) * of(target) + (labelSmoothing / V) * spread;
  });
  if (reduction === "none") return float64(shape, losses);
  const counted = total(targets.map((target) => (target === ignoreIndex ? 0 : weight(target))));
  return float64([], [reduction === "sum" ? total(losses) : total(losses) / counted]);
}

const logSoftmax64 = (x: Float64Tensor): Float64Tensor =>
  elementwise64((a = 0, b = 0) => a - b, x, logSumExp64(x, x.shape.length - 1));

const rows = { shape: [6, V], targets: [0, 4, 2, 2, 1, 3] };
const steps = { shape: [2, 3, V], targets: [0, 4, -100, 2, -100, 3] };
const variants: { why: string; of: typeof rows; options: Parameters<typeof classLoss64>[2] }[] = [
  ...reductions.map((reduction) => ({ why: reduction, of: rows, options: { reduction } })),
  ...reductions.map((reduction) => ({
    why: `[B, T, V], steps left out, ${reduction}`,
    of: steps,
    options: { reduction },
  })),
  ...reductions.map((reduction) => ({
    why: `class weights and an ignoreIndex that is a class, ${reduction}`,
    of: rows,
    options: { reduction, weighted: true, ignoreIndex: 2 },
  })),
  {
    why: "label smoothing with class weights over steps",
    of: steps,
    options: { weighted: true, labelSmoothing: 0.125 },
  },
];

/**
 * ln p: 26ε for e^(x − max) and 4 additions, 8ε for ln, 2 roundings of numbers up to 6: 50ε, times a weight of up to 2 and
 * twice that with smoothing; a sum of 6 losses below 12 adds 6·12ε. The slope p − δ is a softmax, of 61ε by the same count.
 */
const CLASS_LOSS = 2 * 2 * 61 + 6 * 12;

const classCases = variants.flatMap(({ why, of, options }): OpCase[] => {
  const { weighted, ignoreIndex = -100, labelSmoothing = 0, reduction = "mean" } = options;
  const given = (): ClassLossOptions => ({
    ignoreIndex,
    labelSmoothing,
    reduction,
    ...(weighted ? { weight: toTensor(weights) } : {}),
  });
  const targets = (): Tensor => tensor(Int32Array.from(of.targets), { shape: of.shape.slice(0, -1) });
  const x = uniform(of.shape, { seed: 8, low: -2, high: 2 });
  return [
    {
      op: "crossEntropy",
      why,
      inputs: [x],
      run: (logits) => crossEntropy(logits, targets(), given()),
      reference: (logits) => classLoss64(logSoftmax64(logits as Float64Tensor), of.targets, options),
      roundings: CLASS_LOSS,
    },
    {
      op: "nllLoss",
      why,
      inputs: [x],
      run: (logits) => nllLoss(logSoftmax(logits), targets(), given()),
      reference: (logits) => classLoss64(logSoftmax64(logits as Float64Tensor), of.targets, options),
      roundings: CLASS_LOSS,
    },
  ];
});

export const lossCases: readonly OpCase[] = [
  ...pairs,
  ...classCases,
  {
    op: "crossEntropy",
    why: "one row of two classes",
    inputs: [uniform([1, 2], { seed: 9, low: -2, high: 2 })],
    run: (logits) => crossEntropy(logits, tensor(Uint32Array.of(1))),
    reference: (logits) =>
      build([], () => Math.log1p(Math.exp((logits?.data[0] as number) - (logits?.data[1] as number)))),
    roundings: CLASS_LOSS,
  },
];
