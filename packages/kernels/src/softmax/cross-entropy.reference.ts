import { MASKED, rowStatistics } from "./softmax.reference";

export interface LossCall {
  /** [R, V]: logits, or log-probabilities for `nll`. */
  readonly x: Float64Array;
  readonly targets: ArrayLike<number>;
  readonly V: number;
  readonly classWeights?: ArrayLike<number>;
  readonly ignoreIndex?: number;
  readonly smoothing?: number;
}

export interface LossResult {
  readonly loss: Float64Array;
  readonly weight: Float64Array;
}

/** The loss of each row, 0 where ignored, from log-probabilities: −(1 − ε)·w_y·q_y − ε/V·Σ_v w_v·q_v. */
export function nllReference(call: LossCall): LossResult {
  const { x: q, targets, V, smoothing = 0 } = call;
  const loss = new Float64Array(targets.length);
  const weight = new Float64Array(targets.length);
  for (let r = 0; r < targets.length; r++) {
    const y = targets[r] ?? -1;
    if (!counts(call, y)) continue;
    weight[r] = classWeight(call, y);
    let spread = 0;
    for (let v = 0; v < V; v++) spread -= classWeight(call, v) * (q[r * V + v] ?? 0);
    loss[r] = -(1 - smoothing) * classWeight(call, y) * (q[r * V + y] ?? 0) + (smoothing / V) * spread;
  }
  return { loss, weight };
}

/** dq_v = −s_r·((1 − ε)·w_y·[v = y] + ε/V·w_v) for the gradients s of the rows' losses. */
export function nllBackwardReference(call: LossCall, s: ArrayLike<number>): Float64Array {
  const { targets, V, smoothing = 0 } = call;
  const dq = new Float64Array(targets.length * V);
  for (let r = 0; r < targets.length; r++) {
    const y = targets[r] ?? -1;
    if (!counts(call, y)) continue;
    for (let v = 0; v < V; v++) {
      const hit = v === y ? (1 - smoothing) * classWeight(call, y) : 0;
      dq[r * V + v] = -(s[r] ?? 0) * (hit + (smoothing / V) * classWeight(call, v));
    }
  }
  return dq;
}

/** Cross-entropy is `nll` of the logarithm of softmax: ℓ = (1 − ε)·w_y·(z − x_y) + ε/V·Σ_v w_v·(z − x_v). */
export function crossEntropyReference(call: LossCall): LossResult {
  const { x, V, targets } = call;
  const q = new Float64Array(x.length);
  for (let r = 0; r < targets.length; r++) {
    const row = x.subarray(r * V, (r + 1) * V);
    const { highest, total } = rowStatistics(row);
    for (const [v, value] of row.entries()) q[r * V + v] = value - highest - Math.log(total);
  }
  return nllReference({ ...call, x: q });
}

/** dx_v = s_r·((1 − ε)·w_y·(p_v − [v = y]) + ε/V·(p_v·Σ_u w_u − w_v)) */
export function crossEntropyBackwardReference(call: LossCall, s: ArrayLike<number>): Float64Array {
  const { x, targets, V, smoothing = 0 } = call;
  const dx = new Float64Array(x.length);
  let allWeights = 0;
  for (let v = 0; v < V; v++) allWeights += classWeight(call, v);
  for (let r = 0; r < targets.length; r++) {
    const y = targets[r] ?? -1;
    if (!counts(call, y)) continue;
    const row = x.subarray(r * V, (r + 1) * V);
    const { highest, total } = rowStatistics(row);
    for (const [v, value] of row.entries()) {
      const p = value > MASKED ? Math.exp(value - highest) / total : 0;
      const own = (1 - smoothing) * classWeight(call, y) * (p - (v === y ? 1 : 0));
      dx[r * V + v] = (s[r] ?? 0) * (own + (smoothing / V) * (p * allWeights - classWeight(call, v)));
    }
  }
  return dx;
}

/** The gradient of each row's loss, from the one of a sum or mean. */
export function reductionBackwardReference(
  weight: Float64Array,
  reduction: "sum" | "mean",
  dLoss: number,
): Float64Array {
  const total = weight.reduce((a, b) => a + b, 0);
  return weight.map(() => (reduction === "sum" ? dLoss : total === 0 ? 0 : dLoss / total));
}

const counts = ({ V, ignoreIndex = -100 }: LossCall, y: number): boolean => y !== ignoreIndex && y >= 0 && y < V;
const classWeight = ({ classWeights }: LossCall, v: number): number => classWeights?.[v] ?? 1;
