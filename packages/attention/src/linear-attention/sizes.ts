import { expectLinearAttentionFeatures, ShapeError, ValueError } from "@unroll/kernels";
import { expectDType, expectExtent, expectKnown, expectShape, formatShape, type Tensor } from "@unroll/nn";
import { expectDivisor } from "../expect-divisor";
import { featuresOfHead } from "../head-features";

/** What a call of linear attention takes beside queries, keys and values. */
export interface LinearAttentionCall {
  /** N: heads of the queries. */
  heads: number;
  /** M, a divisor of N: heads of keys and values, each shared by N/M heads of queries; N by default. */
  keyHeads?: number;
  /** ln a_t, at most 0 for a state that fades: of each head [B, T, M], or of each feature of a key [B, T, M·D]; 0 where absent. */
  decay?: Tensor | undefined;
  /** β_t of the delta rule [B, T, M], from 0 to 1; without it values are written as they are. */
  beta?: Tensor | undefined;
  /** S_0 [B, M, D, E], to go on from what a call gave; zeros where absent. */
  state?: Tensor | undefined;
  /** True lengths in steps, [B]: past its length a row gives zeros and keeps its state. */
  lengths?: ArrayLike<number> | Tensor | undefined;
  /** 1/√D by default. */
  scale?: number;
}

/** Sizes of one call. */
export interface LinearSizes {
  readonly B: number;
  readonly T: number;
  readonly N: number;
  readonly M: number;
  readonly D: number;
  readonly E: number;
  /** Decays of a head at a step: D, or 1 for all its features. */
  readonly A: number;
}

type Extents = Readonly<Record<string, number>>;

/**
 * The sizes of q [B, T, N·D], k [B, T, M·D] and v [B, T, M·E], checked with those of the rest.
 * @throws ShapeError, ValueError, DTypeError if they do not fit
 */
export function linearSizes(where: string, q: Tensor, k: Tensor, v: Tensor, call: LinearAttentionCall): LinearSizes {
  expectKnown(where, call, ["heads", "keyHeads", "decay", "beta", "state", "lengths", "scale"]);
  const { heads: N, keyHeads: M = N, decay, beta, state, scale = 1 } = call;
  expectExtent(where, { heads: N });
  expectDivisor(where, { keyHeads: M }, { heads: N });
  if (!Number.isFinite(scale)) {
    throw new ValueError({ where, what: "scale", expected: "a finite number", received: String(scale) });
  }
  expectDType(
    where,
    { q, k, v, ...(decay && { decay }), ...(beta && { beta }), ...(state && { state }) },
    "f32",
    "f16",
  );
  const { B, T, F } = expectShape(where, { q }, ["B", "T", "F"]) as Extents as Record<"B" | "T" | "F", number>;
  const D = featuresOfHead(where, { q }, { heads: N });
  expectShape(where, { k }, [B, T, M * D], `A key for each step, of as many features as a query: ${M} heads of ${D}.`);
  const { V } = expectShape(where, { v }, [B, T, "V"], "A value for each key.") as Record<"V", number>;
  const E = featuresOfHead(where, { v }, { keyHeads: M });
  if (Math.min(B, T, F, V) === 0) {
    throw new ShapeError({
      where,
      what: "q and v",
      expected: "of at least one row, step and feature",
      received: `${formatShape(q.shape)} and ${formatShape(v.shape)}`,
    });
  }
  expectLinearAttentionFeatures({ D, E });
  if (beta) expectShape(where, { beta }, [B, T, M], "One β for each head of keys at each step.");
  if (state)
    expectShape(
      where,
      { state },
      [B, M, D, E],
      "A matrix for each head of keys, features of a key by those of a value.",
    );
  const A = decay?.shape[2] === M * D ? D : 1;
  if (decay)
    expectShape(where, { decay }, [B, T, M * A], `One for each head of keys, or for each feature of a key, ${M * D}.`);
  return { B, T, N, M, D, E, A };
}
