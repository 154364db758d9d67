import { type Float64Tensor, float64 } from "@unroll/testing";

/** Extents of an attention over a memory: see `additive.ts`. F is 0 without features beside the keys. */
export interface AttentionSize {
  readonly B: number;
  readonly T: number;
  readonly S: number;
  readonly A: number;
  readonly D: number;
  readonly F: number;
}

/** query [B, T, A], keys [B, S, A], memory [B, S, D]; vector [1 + F, A] and features [B, T, S, F] where additive. */
export type AttentionInputs = {
  readonly query: Float64Tensor;
  readonly keys: Float64Tensor;
  readonly memory: Float64Tensor;
  readonly vector?: Float64Tensor;
  readonly features?: Float64Tensor;
};
export type AttentionOutputs = { readonly context: Float64Tensor; readonly weights: Float64Tensor };
export type AttentionGradients = { readonly [N in keyof AttentionInputs]-?: Float64Tensor } & {
  readonly dScores: Float64Tensor;
};

/** How a score is made: of v and tanh where there is a vector, of a scaled product where not. */
export interface AttentionCall {
  readonly size: AttentionSize;
  readonly lengths?: readonly number[];
  readonly scale?: number;
}

const zeros = (shape: readonly number[]): Float64Tensor =>
  float64(shape, new Float64Array(shape.reduce((a, b) => a * b, 1)));

/** A number of an array; what lies outside is an error of the reference itself. */
function at({ data }: Float64Tensor, index: number): number {
  const value = data[index];
  if (value === undefined) throw new RangeError(`There is no element ${index} of ${data.length}.`);
  return value;
}

function addAt({ data }: Float64Tensor, index: number, value: number): void {
  data[index] = (data[index] ?? Number.NaN) + value;
}

/** tanh of unit a of position s for query t. */
function unitAt(
  inputs: AttentionInputs,
  { S, A, T, F }: AttentionSize,
  b: number,
  t: number,
  s: number,
  a: number,
): number {
  const { query, keys, vector, features } = inputs;
  let x = at(query, (b * T + t) * A + a) + at(keys, (b * S + s) * A + a);
  for (let f = 0; f < F; f++) {
    if (!vector || !features) throw new RangeError("Features come with the vector that weighs them.");
    x += at(vector, (1 + f) * A + a) * at(features, ((b * T + t) * S + s) * F + f);
  }
  return Math.tanh(x);
}

/** e_ts = Σ_a v_a·tanh(q_ta + k_sa + Σ_f u_fa·x_tsf), or scale·Σ_a q_ta·k_sa: all S positions. */
export function attentionScores(inputs: AttentionInputs, { size, scale = 1 }: AttentionCall): Float64Tensor {
  const { B, T, S, A } = size;
  const { query, keys, vector } = inputs;
  const scores = zeros([B, T, S]);
  for (let b = 0; b < B; b++)
    for (let t = 0; t < T; t++)
      for (let s = 0; s < S; s++)
        for (let a = 0; a < A; a++) {
          const term = vector
            ? at(vector, a) * unitAt(inputs, size, b, t, s, a)
            : scale * at(query, (b * T + t) * A + a) * at(keys, (b * S + s) * A + a);
          addAt(scores, (b * T + t) * S + s, term);
        }
  return scores;
}

/** Softmax of each row's scores within its length, and the weighted sum of the memory. */
export function attentionReference(inputs: AttentionInputs, call: AttentionCall): AttentionOutputs {
  const { B, T, S, D } = call.size;
  const scores = attentionScores(inputs, call);
  const weights = zeros([B, T, S]);
  const context = zeros([B, T, D]);
  for (let b = 0; b < B; b++) {
    const length = call.lengths?.[b] ?? S;
    for (let t = 0; t < T; t++) {
      const row = scores.data.slice((b * T + t) * S, (b * T + t) * S + length);
      const highest = Math.max(...row);
      const e = row.map((value) => Math.exp(value - highest));
      const total = e.reduce((sum, value) => sum + value, 0);
      for (const [s, value] of e.entries()) {
        weights.data[(b * T + t) * S + s] = value / total;
        for (let d = 0; d < D; d++) {
          addAt(context, (b * T + t) * D + d, (value / total) * at(inputs.memory, (b * S + s) * D + d));
        }
      }
    }
  }
  return { context, weights };
}

/** de_s = α_s·(dα_s − Σ_u α_u·dα_u) with dα_s = dα_s + Σ_d dc_d·m_sd. */
export function scoreGradientReference(
  memory: Float64Tensor,
  weights: Float64Tensor,
  d: Partial<AttentionOutputs>,
  { B, T, S, D }: Omit<AttentionSize, "A" | "F">,
): Float64Tensor {
  const dScores = zeros([B, T, S]);
  for (let row = 0; row < B * T; row++) {
    const b = Math.floor(row / T);
    const dWeights = Array.from({ length: S }, (_, s) => {
      let sum = d.weights ? at(d.weights, row * S + s) : 0;
      if (d.context) for (let n = 0; n < D; n++) sum += at(d.context, row * D + n) * at(memory, (b * S + s) * D + n);
      return sum;
    });
    const total = dWeights.reduce((sum, value, s) => sum + value * at(weights, row * S + s), 0);
    for (const [s, value] of dWeights.entries()) {
      dScores.data[row * S + s] = at(weights, row * S + s) * (value - total);
    }
  }
  return dScores;
}

/** Gradients of scores' inputs: of the query, the keys, the vector and the features. */
export function scoresBackwardReference(
  inputs: AttentionInputs,
  dScores: Float64Tensor,
  { size, scale = 1 }: AttentionCall,
): Omit<AttentionGradients, "memory" | "dScores"> {
  const { B, T, S, A, F } = size;
  const { query, keys, vector } = inputs;
  const result = {
    query: zeros([B, T, A]),
    keys: zeros([B, S, A]),
    vector: zeros([1 + F, A]),
    features: zeros([B, T, S, F]),
  };
  for (let b = 0; b < B; b++)
    for (let t = 0; t < T; t++)
      for (let s = 0; s < S; s++)
        for (let a = 0; a < A; a++) {
          const de = at(dScores, (b * T + t) * S + s);
          const [q, k] = [(b * T + t) * A + a, (b * S + s) * A + a];
          if (!vector) {
            addAt(result.query, q, scale * de * at(keys, k));
            addAt(result.keys, k, scale * de * at(query, q));
            continue;
          }
          const h = unitAt(inputs, size, b, t, s, a);
          const d = de * at(vector, a) * (1 - h * h);
          addAt(result.query, q, d);
          addAt(result.keys, k, d);
          addAt(result.vector, a, de * h);
          for (let f = 0; f < F; f++) {
            const [u, x] = [(1 + f) * A + a, ((b * T + t) * S + s) * F + f];
            addAt(result.vector, u, d * at(inputs.features as Float64Tensor, x));
            addAt(result.features, x, d * at(vector, u));
          }
        }
  return result;
}

/** Gradients of all that an attention reads, and of its scores on the way. */
export function attentionBackwardReference(
  inputs: AttentionInputs,
  d: Partial<AttentionOutputs>,
  call: AttentionCall,
): AttentionGradients {
  const { B, T, S, D } = call.size;
  const { weights } = attentionReference(inputs, call);
  const dScores = scoreGradientReference(inputs.memory, weights, d, call.size);
  const memory = zeros([B, S, D]);
  for (let row = 0; row < B * T; row++)
    for (let s = 0; s < S; s++)
      for (let n = 0; n < D; n++) {
        const place = (Math.floor(row / T) * S + s) * D + n;
        addAt(memory, place, at(weights, row * S + s) * (d.context ? at(d.context, row * D + n) : 0));
      }
  return { ...scoresBackwardReference(inputs, dScores, call), memory, dScores };
}

/** p [B, T, S] and the alignment before [B, S]. */
export type MonotonicInputs = { readonly p: Float64Tensor; readonly previous: Float64Tensor };

/**
 * α_ts = p_ts·Σ_{k ≤ s} α_t−1,k·Π_{k ≤ l < s} (1 − p_tl), the probability of stopping at s (Raffel et al. 2017, eq. 8), as
 * the sum that it is; and reached_ts, the same without its first factor.
 */
export function monotonicReference({ p, previous }: MonotonicInputs): {
  readonly weights: Float64Tensor;
  readonly reached: Float64Tensor;
} {
  const [B = 0, T = 0, S = 0] = p.shape;
  const weights = zeros([B, T, S]);
  const reached = zeros([B, T, S]);
  for (let b = 0; b < B; b++)
    for (let t = 0; t < T; t++)
      for (let s = 0; s < S; s++) {
        for (let k = 0; k <= s; k++) {
          let onward = t === 0 ? at(previous, b * S + k) : at(weights, (b * T + t - 1) * S + k);
          for (let l = k; l < s; l++) onward *= 1 - at(p, (b * T + t) * S + l);
          addAt(reached, (b * T + t) * S + s, onward);
        }
        weights.data[(b * T + t) * S + s] = at(p, (b * T + t) * S + s) * at(reached, (b * T + t) * S + s);
      }
  return { weights, reached };
}

/** Gradients of p and of the alignment before, by the recurrence r_s = (1 − p_s−1)·r_s−1 + α_t−1,s from its end. */
export function monotonicBackwardReference(
  inputs: MonotonicInputs,
  dWeights: Float64Tensor,
): { readonly p: Float64Tensor; readonly previous: Float64Tensor } {
  const { p } = inputs;
  const [B = 0, T = 0, S = 0] = p.shape;
  const { reached } = monotonicReference(inputs);
  const result = { p: zeros([B, T, S]), previous: zeros([B, S]) };
  for (let b = 0; b < B; b++) {
    let later = new Float64Array(S);
    for (let t = T - 1; t >= 0; t--) {
      const own = new Float64Array(S);
      let onward = 0;
      for (let s = S - 1; s >= 0; s--) {
        const n = (b * T + t) * S + s;
        const d = at(dWeights, n) + (later[s] ?? 0);
        result.p.data[n] = at(reached, n) * (d - onward);
        onward = at(p, n) * d + (1 - at(p, n)) * onward;
        own[s] = onward;
      }
      later = own;
    }
    result.previous.data.set(later, b * S);
  }
  return result;
}
