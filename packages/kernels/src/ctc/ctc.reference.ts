/** A batch for CTC: logits [B, T, C] and targets [B, L], with their true lengths. */
export interface CtcCall {
  readonly logits: ArrayLike<number>;
  readonly targets: ArrayLike<number>;
  readonly inputLengths: readonly number[];
  readonly targetLengths: readonly number[];
  readonly T: number;
  readonly L: number;
  readonly C: number;
  readonly blank: number;
}

export interface CtcResult {
  /** [B], +∞ where a target is impossible. */
  readonly loss: Float64Array;
  /** ln α and ln β [B, T, 2L + 1]; −∞ where nothing reaches, and past a row's own states and steps. */
  readonly alpha: Float64Array;
  readonly beta: Float64Array;
  /** [B, T, 2L + 1] */
  readonly posterior: Float64Array;
}

/** ln Σ e^x; −∞ of nothing. */
export function logSum(...values: number[]): number {
  const highest = Math.max(...values);
  if (highest === Number.NEGATIVE_INFINITY) return highest;
  return highest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - highest), 0));
}

/** ln softmax of frame t of row b. */
export function frame({ logits, T, C }: CtcCall, b: number, t: number): number[] {
  const row = Array.from({ length: C }, (_, c) => logits[(b * T + t) * C + c] as number);
  const z = logSum(...row);
  return row.map((x) => x - z);
}

/** Graves et al. (2006), eqs. 5 to 11 in logarithms, β without the emission at its own time. Plain loops. */
export function ctcReference(call: CtcCall): CtcResult {
  const { targets, inputLengths, targetLengths, T, L, blank } = call;
  const [B, S] = [inputLengths.length, 2 * L + 1];
  const none = Number.NEGATIVE_INFINITY;
  const loss = new Float64Array(B);
  const alpha = new Float64Array(B * T * S).fill(none);
  const beta = new Float64Array(B * T * S).fill(none);
  const posterior = new Float64Array(B * T * S);
  for (let b = 0; b < B; b++) {
    const length = inputLengths[b] as number;
    const count = 2 * (targetLengths[b] as number) + 1;
    const state = Array.from({ length: count }, (_, s) =>
      s % 2 === 0 ? blank : (targets[b * L + (s - 1) / 2] as number),
    );
    const y = Array.from({ length }, (_, t) => frame(call, b, t));
    const at = (t: number, s: number): number => (b * T + t) * S + s;
    const value = (of: Float64Array, t: number, s: number): number =>
      s < 0 || s >= count ? none : (of[at(t, s)] as number);
    const skips = (s: number, other: number): boolean => s % 2 === 1 && state[s] !== state[other];
    const emitted = (t: number, s: number): number => y[t]?.[state[s] as number] ?? none;
    for (let t = 0; t < length; t++) {
      for (let s = 0; s < count; s++) {
        const two = skips(s, s - 2) ? value(alpha, t - 1, s - 2) : none;
        const sum = t === 0 ? (s < 2 ? 0 : none) : logSum(value(alpha, t - 1, s), value(alpha, t - 1, s - 1), two);
        alpha[at(t, s)] = sum + emitted(t, s);
      }
    }
    const carried = (t: number, s: number): number => value(beta, t, s) + (s < count ? emitted(t, s) : 0);
    for (let t = length - 1; t >= 0; t--) {
      for (let s = 0; s < count; s++) {
        const two = skips(s, s + 2) ? carried(t + 1, s + 2) : none;
        const sum = logSum(carried(t + 1, s), carried(t + 1, s + 1), two);
        beta[at(t, s)] = t === length - 1 ? (s >= count - 2 ? 0 : none) : sum;
      }
    }
    const ends = logSum(value(alpha, length - 1, count - 1), value(alpha, length - 1, count - 2));
    const total = length === 0 ? (count === 1 ? 0 : none) : ends;
    loss[b] = 0 - total;
    for (let t = 0; t < length && total > none; t++) {
      for (let s = 0; s < count; s++) posterior[at(t, s)] = Math.exp(value(alpha, t, s) + value(beta, t, s) - total);
    }
  }
  return { loss, alpha, beta, posterior };
}

/** dx_t(c) = u·(p_t(c) − Σ_{s: l′_s = c} γ_t(s)) (eq. 16); 0 past a row's length and where its loss is infinite. */
export function ctcGradientReference(call: CtcCall, u: ArrayLike<number>): Float64Array {
  const { logits, targets, inputLengths, targetLengths, T, L, C, blank } = call;
  const { loss, posterior } = ctcReference(call);
  const gradient = new Float64Array(logits.length);
  for (const [b, length] of inputLengths.entries()) {
    if (loss[b] === Number.POSITIVE_INFINITY) continue;
    for (let t = 0; t < length; t++) {
      const d = frame(call, b, t).map(Math.exp);
      for (let s = 0; s < 2 * (targetLengths[b] as number) + 1; s++) {
        const c = s % 2 === 0 ? blank : (targets[b * L + (s - 1) / 2] as number);
        d[c] = (d[c] as number) - (posterior[(b * T + t) * (2 * L + 1) + s] as number);
      }
      for (const [c, value] of d.entries()) gradient[(b * T + t) * C + c] = (u[b] as number) * value;
    }
  }
  return gradient;
}

/** The gradient of each row's loss, from that of the reduced one: the mean divides by the target's length. */
export function ctcUpstream(targetLengths: readonly number[], reduction: "sum" | "mean", dLoss: number): number[] {
  const B = targetLengths.length;
  return targetLengths.map((length) => (reduction === "sum" ? dLoss : dLoss / (B * Math.max(1, length))));
}
