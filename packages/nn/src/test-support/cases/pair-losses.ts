import { type Float64Tensor, float64, uniform } from "@unroll/testing";
import {
  bceWithLogitsLoss,
  binaryFocalLoss,
  cosineEmbeddingLoss,
  cosineSimilarity,
  crossEntropy,
  focalLoss,
  hingeLoss,
  huberLoss,
  klDivLoss,
  maeLoss,
  mseLoss,
  sequenceMask,
  smoothL1Loss,
  type Tensor,
  tensor,
} from "../..";
import { average, elementwise64, logSumExp64, reduce64, total } from "../arrays.reference";
import { type OpCase, toTensor, whole } from "../check-op";

type Reduction = "mean" | "sum" | "none";
const reductions = ["mean", "sum", "none"] as const;

const reduced = (loss: Float64Tensor, reduction: Reduction): Float64Tensor =>
  reduction === "none" ? loss : reduce64(loss, reduction === "sum" ? total : average);

const x = uniform([3, 5], { seed: 1, low: -3, high: 3 });
const y = uniform([3, 5], { seed: 2 });
const signs = { shape: [3, 5], data: x.data.map((_, i) => (i % 3 === 0 ? 1 : -1)) };
const labels = { shape: [3, 5], data: x.data.map((_, i) => (i % 3 === 0 ? 1 : 0)) };
/** Differences that are no corner: odd multiples of a half from 1/2 to 7/2. */
const halves = { shape: [3, 5], data: whole([3, 5], { seed: 3 }).data.map((n) => n + 0.5) };
const wholes = whole([3, 5], { seed: 4 });

/** A loss by element of inputs that gradients flow to. */
function byElement(
  op: string,
  run: (x: Tensor, y: Tensor, reduction: Reduction) => Tensor,
  value: (x: number, y: number) => number,
  { roundings, inputs = [x, y], why = "" }: { roundings: number; inputs?: Float64Tensor[]; why?: string },
): OpCase[] {
  return reductions.map((reduction) => ({
    op,
    why: `${reduction}${why && ", "}${why}`,
    inputs,
    run: (a, b) => run(a as Tensor, b as Tensor, reduction),
    reference: (a, b) =>
      reduced(
        elementwise64((n = 0, t = 0) => value(n, t), a, b),
        reduction,
      ),
    roundings,
  }));
}

const log1pExp = (z: number): number => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
const bce = (z: number, t: number): number => log1pExp(z) - z * t;
const posWeight = float64([5], [0.5, 1, 2, 3, 1.5]);
/** A target that no gradient flows to. */
const constant = (values: Float64Tensor): Tensor => toTensor(values);

/** A mean of 15 losses divides, by 2.5 ulp of a number up to 8, and their sum rounds 15 times below 60. */
const MEAN = 5 * 8 + 15 * 8;

const huber64 = (d: number, δ: number): number => (Math.abs(d) <= δ ? 0.5 * d * d : δ * (Math.abs(d) - 0.5 * δ));

const masked = (reduction: Reduction): OpCase => ({
  op: "mseLoss",
  why: `${reduction}, steps past their length left out`,
  inputs: [whole([2, 3, 2], { seed: 5 }), whole([2, 3, 2], { seed: 6 })],
  run: (a, b) => mseLoss(a as Tensor, b as Tensor, { reduction, mask: sequenceMask([2, 2], 3) }),
  reference: (a, b) => {
    const counts = float64([2, 3, 1], [1, 1, 0, 1, 1, 0]);
    const losses = elementwise64((n = 0, t = 0, c = 0) => c * (n - t) ** 2, a, b, counts);
    if (reduction === "none") return losses;
    return float64([], [total([...losses.data]) / (reduction === "sum" ? 1 : 8)]);
  },
  roundings: 0,
});

const dot = (a: Float64Tensor, b: Float64Tensor): Float64Tensor =>
  reduce64(
    elementwise64((n = 0, m = 0) => n * m, a, b),
    total,
    { axes: [-1] },
  );
const cosine64 = (a: Float64Tensor, b: Float64Tensor): Float64Tensor =>
  elementwise64((ab = 0, aa = 0, bb = 0) => ab / Math.sqrt(aa * bb), dot(a, b), dot(a, a), dot(b, b));
const vectors = [uniform([3, 7], { seed: 7, low: -2, high: 2 }), uniform([3, 7], { seed: 8, low: -2, high: 2 })];
const alike = float64([3], [1, -1, 1]);
/**
 * Sums of 7 products up to 4: 11 each; two roots of 9, a product, a quotient of 5: 40 of a cosine; the slope
 * b/(|a||b|) − cos·a/|a|² takes it twice, over lengths of at least 1, times vectors up to 4.
 */
const COSINE = 4 * 2 * 40;

const logP = uniform([4, 5], { seed: 9, low: -3, high: -0.5 });
const rows: Float64Tensor = { shape: [4, 5], data: uniform([4, 5], { seed: 10, low: 0.05, high: 0.4 }).data };
/** y·(ln y − x): 8 for ln, two roundings of numbers up to 3, a product; of 20 losses below 1.5 the sum rounds 20 times. */
const KL = 8 + 6 + 2 + 20 * 1.5 * 2 + MEAN;

/** Losses of two arrays, made of elementwise operations and sums. */
export const pairLossCases: readonly OpCase[] = [
  ...byElement(
    "maeLoss",
    (a, b, reduction) => maeLoss(a, b, { reduction }),
    (n, t) => Math.abs(n - t),
    {
      roundings: MEAN,
      inputs: [halves, wholes],
    },
  ),
  ...byElement(
    "huberLoss",
    (a, b, reduction) => huberLoss(a, b, { reduction, delta: 2 }),
    (n, t) => huber64(n - t, 2),
    {
      roundings: 2 * MEAN,
      inputs: [halves, wholes],
    },
  ),
  ...byElement(
    "smoothL1Loss",
    (a, b, reduction) => smoothL1Loss(a, b, { reduction, beta: 2 }),
    (n, t) => huber64(n - t, 2) / 2,
    { roundings: 2 * MEAN, inputs: [halves, wholes] },
  ),
  ...byElement(
    "smoothL1Loss",
    (a, b, reduction) => smoothL1Loss(a, b, { reduction, beta: 0 }),
    (n, t) => Math.abs(n - t),
    {
      roundings: MEAN,
      inputs: [halves, wholes],
      why: "β = 0",
    },
  ),
  ...byElement(
    "hingeLoss",
    (a, b, reduction) => hingeLoss(a, b, { reduction }),
    (n, t) => Math.max(0, 1 - n * t),
    {
      roundings: MEAN,
      inputs: [halves, signs],
    },
  ),
  ...reductions.map(
    (reduction): OpCase => ({
      op: "bceWithLogitsLoss",
      why: `${reduction}, positives weighed by column`,
      inputs: [x, y, posWeight],
      run: (a, b, w) => bceWithLogitsLoss(a as Tensor, b as Tensor, { reduction, posWeight: w }),
      reference: (a, b, w) =>
        reduced(
          elementwise64((n = 0, t = 0, p = 0) => (1 - t) * n + (1 + (p - 1) * t) * log1pExp(-n), a, b, w),
          reduction,
        ),
      // softplus 16, times a weight up to 3, three products and sums of numbers up to 10
      roundings: 3 * 16 + 3 * 10 + MEAN,
    }),
  ),
  ...reductions.map(
    (reduction): OpCase => ({
      op: "binaryFocalLoss",
      why: `${reduction}, γ = 2, α = 1/4`,
      inputs: [x],
      run: (a) => binaryFocalLoss(a as Tensor, constant(labels), { reduction, alpha: 0.25 }),
      reference: (a) =>
        reduced(
          elementwise64(
            (n = 0, t = 0) => (t ? 0.25 : 0.75) * (1 - Math.exp(-bce(n, t))) ** 2 * bce(n, t),
            a as Float64Tensor,
            labels,
          ),
          reduction,
        ),
      // ℓ ≤ 3.1 is off by 6 + 8 + 4·6; the weight's slope is below 3 of it, and 160 of a result below 3
      roundings: 3 * 38 + 160 * 3 + MEAN,
    }),
  ),
  ...(["mean", "sum", "none", "batchMean"] as const).map(
    (reduction): OpCase => ({
      op: "klDivLoss",
      why: reduction,
      inputs: [logP, rows],
      run: (a, b) => klDivLoss(a as Tensor, b as Tensor, { reduction }),
      reference: (a, b) => {
        const losses = elementwise64((q = 0, p = 0) => p * (Math.log(p) - q), a, b);
        if (reduction !== "batchMean") return reduced(losses, reduction);
        return float64([], [total([...losses.data]) / 4]);
      },
      roundings: KL,
    }),
  ),
  {
    op: "klDivLoss",
    why: "logarithms on both sides",
    inputs: [logP, uniform([4, 5], { seed: 11, low: -3, high: -0.5 })],
    run: (a, b) => klDivLoss(a as Tensor, b as Tensor, { reduction: "sum", logTarget: true }),
    reference: (a, b) =>
      reduced(
        elementwise64((q = 0, p = 0) => Math.exp(p) * (p - q), a, b),
        "sum",
      ),
    roundings: KL,
  },
  {
    op: "cosineSimilarity",
    why: "rows of 7",
    inputs: vectors,
    run: (a, b) => cosineSimilarity(a as Tensor, b as Tensor),
    reference: (a, b) => cosine64(a as Float64Tensor, b as Float64Tensor),
    roundings: COSINE,
  },
  ...reductions.map(
    (reduction): OpCase => ({
      op: "cosineEmbeddingLoss",
      why: `${reduction}, one pair that should differ, a margin of −1/2`,
      inputs: vectors,
      run: (a, b) => cosineEmbeddingLoss(a as Tensor, b as Tensor, constant(alike), { reduction, margin: -0.5 }),
      reference: (a, b) =>
        reduced(
          elementwise64(
            (cos = 0, t = 0) => (t === 1 ? 1 - cos : Math.max(0, cos + 0.5)),
            cosine64(a as Float64Tensor, b as Float64Tensor),
            alike,
          ),
          reduction,
        ),
      roundings: COSINE + MEAN,
    }),
  ),
  ...reductions.map(masked),
];

const V = 5;
const classWeights = uniform([V], { seed: 12, low: 0.5, high: 2 });
const steps = { shape: [2, 3, V], targets: [0, 4, 99, 2, -7, 3], counts: [1, 1, 0, 1, 0, 1] };
const lengths = (): Tensor => tensor(Uint32Array.from(steps.counts), { shape: [2, 3] });
const ids = (): Tensor => tensor(Int32Array.from(steps.targets), { shape: [2, 3] });
const logits = uniform(steps.shape, { seed: 13, low: -2, high: 2 });
const logSoftmax64 = (of: Float64Tensor): Float64Tensor =>
  elementwise64((a = 0, b = 0) => a - b, of, logSumExp64(of, of.shape.length - 1));
/** −ln p of each target that counts, and 0. */
const likelihoods = (of: Float64Tensor): number[] => {
  const logs = logSoftmax64(of).data;
  return steps.targets.map((target, row) => (steps.counts[row] ? -(logs[row * V + target] as number) : 0));
};
const byRow = (losses: number[], reduction: Reduction, count = total(steps.counts)): Float64Tensor => {
  if (reduction === "none") return float64([2, 3], losses);
  return float64([], [total(losses) / (reduction === "sum" ? 1 : count)]);
};
/** As for cross-entropy of indices: ln p is off by 61, weights are up to 2, and a sum of 6 losses below 12. */
const CLASS_LOSS = 2 * 2 * 61 + 6 * 12;
const probabilities = uniform([2, 3, V], { seed: 14, low: 0.05, high: 0.4 });

/** Losses of logits against classes. */
export const classLossCases: readonly OpCase[] = [
  ...reductions.map(
    (reduction): OpCase => ({
      op: "crossEntropy",
      why: `${reduction}, steps left out by a mask, whatever their target`,
      inputs: [logits],
      run: (a) => crossEntropy(a as Tensor, ids(), { reduction, mask: lengths() }),
      reference: (a) => byRow(likelihoods(a as Float64Tensor), reduction),
      roundings: CLASS_LOSS,
    }),
  ),
  ...reductions.map(
    (reduction): OpCase => ({
      op: "crossEntropy",
      why: `${reduction}, against probabilities, smoothed and weighed by class`,
      inputs: [logits, probabilities],
      run: (a, t) =>
        crossEntropy(a as Tensor, t as Tensor, { reduction, labelSmoothing: 0.25, weight: toTensor(classWeights) }),
      reference: (a, t) => {
        const losses = elementwise64(
          (log = 0, p = 0, w = 0) => -w * (0.75 * p + 0.05) * log,
          logSoftmax64(a as Float64Tensor),
          t as Float64Tensor,
          classWeights,
        );
        return reduced(reduce64(losses, total, { axes: [-1] }), reduction);
      },
      roundings: V * CLASS_LOSS,
    }),
  ),
  {
    op: "crossEntropy",
    why: "against probabilities, steps left out",
    inputs: [logits, probabilities],
    run: (a, t) => crossEntropy(a as Tensor, t as Tensor, { mask: lengths() }),
    reference: (a, t) => {
      const losses = elementwise64((log = 0, p = 0) => -p * log, logSoftmax64(a as Float64Tensor), t as Float64Tensor);
      const each = [...reduce64(losses, total, { axes: [-1] }).data];
      return byRow(
        each.map((loss, row) => loss * (steps.counts[row] as number)),
        "mean",
      );
    },
    roundings: V * CLASS_LOSS,
  },
  ...reductions.map(
    (reduction): OpCase => ({
      op: "focalLoss",
      why: `${reduction}, steps left out by ignoreIndex and by a mask, weighed by class`,
      inputs: [logits],
      run: (a) => {
        const targets = tensor(
          Int32Array.from(steps.targets, (target) => (target === 99 ? -100 : target)),
          { shape: [2, 3] },
        );
        const mask = tensor(Uint32Array.of(1, 1, 1, 1, 0, 1), { shape: [2, 3] });
        return focalLoss(a as Tensor, targets, { reduction, mask, weight: toTensor(classWeights) });
      },
      reference: (a) =>
        byRow(
          likelihoods(a as Float64Tensor).map((loss, row) =>
            steps.counts[row]
              ? (classWeights.data[steps.targets[row] as number] as number) * (1 - Math.exp(-loss)) ** 2 * loss
              : 0,
          ),
          reduction,
        ),
      // the weight's slope is below 1 + γ; of a result up to 2·4 it is good to 160
      roundings: 3 * CLASS_LOSS + 160 * 8,
    }),
  ),
  {
    op: "focalLoss",
    why: "γ = 1/2",
    inputs: [uniform([3, V], { seed: 15, low: -2, high: 2 })],
    run: (a) => focalLoss(a as Tensor, tensor(Int32Array.of(0, 3, 2)), { gamma: 0.5, reduction: "sum" }),
    reference: (a) => {
      const logs = logSoftmax64(a as Float64Tensor).data;
      const losses = [0, 3, 2].map((target, row) => -(logs[row * V + target] as number));
      return float64([], [total(losses.map((loss) => Math.sqrt(1 - Math.exp(-loss)) * loss))]);
    },
    roundings: 3 * CLASS_LOSS + 160 * 4,
  },
];
