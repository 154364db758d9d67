/** Sizes of attention: batch rows, queries, keys, heads of queries, heads of keys, features of keys and of values. */
export interface AttentionSizes {
  readonly B: number;
  readonly T: number;
  readonly S: number;
  readonly N: number;
  readonly M: number;
  readonly D: number;
  readonly E: number;
}

/** What is asked of it beside queries, keys and values. */
export interface AttentionTerms {
  readonly scale: number;
  readonly causal?: boolean;
  readonly lengths?: readonly number[];
  readonly offset?: (b: number) => number;
  readonly slopes?: ArrayLike<number>;
  /** What is added to the score of a place; at or below −1e29 it is masked. */
  readonly bias?: (b: number, n: number, t: number, s: number) => number;
  readonly softcap?: number;
  /** 0 or 1/(1 − p) for a weight. */
  readonly keep?: (b: number, n: number, t: number, s: number) => number;
}

export interface AttentionInputs {
  /** [B, T, N, D] */
  readonly q: Float64Array;
  /** [B, S, M, D] */
  readonly k: Float64Array;
  /** [B, S, M, E] */
  readonly v: Float64Array;
}

const MASKED = -1e29;

const add = (to: Float64Array, at: number, value: number): void => {
  to[at] = (to[at] as number) + value;
};

/** Scores of one query with all keys, and the slope of each by its dot product; masked ones are −∞. */
function scoresOf(
  sizes: AttentionSizes,
  of: AttentionTerms,
  { q, k }: AttentionInputs,
  b: number,
  n: number,
  t: number,
) {
  const { T, S, N, M, D } = sizes;
  const m = Math.floor(n / (N / M));
  const place = t + (of.offset?.(b) ?? 0);
  const scores = new Float64Array(S).fill(Number.NEGATIVE_INFINITY);
  const slopes = new Float64Array(S);
  for (let s = 0; s < S; s++) {
    if (s >= (of.lengths?.[b] ?? S) || (of.causal && s > place)) continue;
    let dot = 0;
    for (let d = 0; d < D; d++)
      dot += (q[((b * T + t) * N + n) * D + d] as number) * (k[((b * S + s) * M + m) * D + d] as number);
    let score = of.scale * dot;
    slopes[s] = of.scale;
    if (of.softcap) {
      const bounded = Math.tanh(score / of.softcap);
      score = of.softcap * bounded;
      slopes[s] = of.scale * (1 - bounded * bounded);
    }
    score += (of.bias?.(b, n, t, s) ?? 0) - (of.slopes?.[n] ?? 0) * Math.abs(place - s);
    if (score > MASKED) scores[s] = score;
  }
  return { scores, slopes };
}

/** p_s = e^(a_s) / Σ e^(a_u), zeros where every key is masked. */
function weightsOf(scores: Float64Array): { weights: Float64Array; logSum: number } {
  const highest = Math.max(...scores);
  if (highest === Number.NEGATIVE_INFINITY) return { weights: scores.map(() => 0), logSum: -1e30 };
  const powers = scores.map((score) => Math.exp(score - highest));
  const total = powers.reduce((a, b) => a + b, 0);
  return { weights: powers.map((power) => power / total), logSum: highest + Math.log(total) };
}

/** out [B, T, N, E], logSum [B, T, N], and the weights [B, N, T, S] (Vaswani et al. 2017, eq. 1). */
export function attentionReference(sizes: AttentionSizes, of: AttentionTerms, inputs: AttentionInputs) {
  const { B, T, S, N, M, E } = sizes;
  const out = new Float64Array(B * T * N * E);
  const logSum = new Float64Array(B * T * N);
  const weights = new Float64Array(B * N * T * S);
  for (let b = 0; b < B; b++)
    for (let n = 0; n < N; n++)
      for (let t = 0; t < T; t++) {
        const row = weightsOf(scoresOf(sizes, of, inputs, b, n, t).scores);
        const m = Math.floor(n / (N / M));
        weights.set(row.weights, ((b * N + n) * T + t) * S);
        logSum[(b * T + t) * N + n] = row.logSum;
        for (let s = 0; s < S; s++) {
          const p = (row.weights[s] as number) * (of.keep?.(b, n, t, s) ?? 1);
          for (let e = 0; e < E; e++)
            add(out, ((b * T + t) * N + n) * E + e, p * (inputs.v[((b * S + s) * M + m) * E + e] as number));
        }
      }
  return { out, logSum, weights };
}

/** dv_s = Σ p̃·dOut,  da = p·(dp − Σ p·dp),  dq = Σ da·k·slope,  dk = Σ da·q·slope; and da [B, N, T, S] itself. */
export function attentionBackwardReference(
  sizes: AttentionSizes,
  of: AttentionTerms,
  inputs: AttentionInputs,
  dOut: Float64Array,
) {
  const { B, T, S, N, M, D, E } = sizes;
  const { q, k, v } = inputs;
  const [dq, dk, dv] = [q, k, v].map(({ length }) => new Float64Array(length)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const da = new Float64Array(B * N * T * S);
  for (let b = 0; b < B; b++)
    for (let n = 0; n < N; n++)
      for (let t = 0; t < T; t++) {
        const { scores, slopes } = scoresOf(sizes, of, inputs, b, n, t);
        const { weights } = weightsOf(scores);
        const m = Math.floor(n / (N / M));
        const query = (b * T + t) * N + n;
        const dp = weights.map((p, s) => {
          const kept = of.keep?.(b, n, t, s) ?? 1;
          let sum = 0;
          for (let e = 0; e < E; e++) {
            const at = ((b * S + s) * M + m) * E + e;
            sum += kept * (dOut[query * E + e] as number) * (v[at] as number);
            add(dv, at, kept * p * (dOut[query * E + e] as number));
          }
          return sum;
        });
        const mean = weights.reduce((sum, p, s) => sum + p * (dp[s] as number), 0);
        for (let s = 0; s < S; s++) {
          const slope = (weights[s] as number) * ((dp[s] as number) - mean);
          da[((b * N + n) * T + t) * S + s] = slope;
          for (let d = 0; d < D; d++) {
            const key = ((b * S + s) * M + m) * D + d;
            add(dq, query * D + d, slope * (slopes[s] as number) * (k[key] as number));
            add(dk, key, slope * (slopes[s] as number) * (q[query * D + d] as number));
          }
        }
      }
  return { dq, dk, dv, da };
}
