import { type Tensor, tensor } from "@unroll/nn";

/**
 * A mask over steps as products with constant matrices of 0 and 1, through which gradients flow: kept steps are moved
 * to the front of their row, and outputs back to the places that Keras gives them.
 */
export type MaskPlan = {
  /** [B, K, T]: kept steps from all steps; K is the most steps that a row keeps, at least 1. */
  readonly gather: Tensor;
  /** Steps that each row keeps. */
  readonly lengths: readonly number[];
  /** [B, T, K]: outputs in the order in which steps are processed, from those of the kept steps. */
  readonly scatter: Tensor;
  /** [B, 1, K]: the last row of `scatter`. */
  readonly last: Tensor;
};

export type MaskOptions = {
  readonly B: number;
  readonly T: number;
  /** Whether each step of each row takes part [B, T]; all do when absent. */
  readonly mask?: ArrayLike<number> | undefined;
  /** Steps are processed from the last to the first. */
  readonly backwards: boolean;
  /** A masked step outputs zeros; otherwise what the step processed before it did, zeros before the first. */
  readonly zeroOutput: boolean;
};

export function planMask({ B, T, mask, backwards, zeroOutput }: MaskOptions): MaskPlan {
  const kept = Array.from({ length: B }, (_, b) =>
    Array.from({ length: T }, (_, t) => t).filter((t) => mask === undefined || mask[b * T + t] !== 0),
  );
  const lengths = kept.map(({ length }) => length);
  const K = Math.max(1, ...lengths);
  const gather = new Float32Array(B * K * T);
  const scatter = new Float32Array(B * T * K);
  const last = new Float32Array(B * K);
  for (const [b, steps] of kept.entries()) {
    for (const [k, t] of steps.entries()) gather[(b * K + k) * T + t] = 1;
    let previous = -1;
    for (let place = 0; place < T; place++) {
      const k = steps.indexOf(backwards ? T - 1 - place : place);
      if (k >= 0 || zeroOutput) previous = k;
      if (previous >= 0) scatter[(b * T + place) * K + previous] = 1;
    }
    if (previous >= 0) last[b * K + previous] = 1;
  }
  return {
    gather: tensor(gather, { shape: [B, K, T] }),
    lengths,
    scatter: tensor(scatter, { shape: [B, T, K] }),
    last: tensor(last, { shape: [B, 1, K] }),
  };
}
