import { ValueError } from "@unroll/kernels";
import { expectOneOf } from "@unroll/nn";
import type { Scoring } from "./hypotheses";

/** How much longer sequences are favoured over what their probability alone would say. |Y| counts the end token. */
export type LengthPenalty =
  | "none" //    ln P
  | "average" // ln P / |Y|^α, α = 1 by default: the mean over the tokens
  | "wu"; //     ln P / ((5 + |Y|)/6)^α, α = 0.6 by default (Wu et al. 2016, eq. 14)

export interface PenaltyOptions {
  /** "none" by default. */
  lengthPenalty?: LengthPenalty;
  /** α of the length penalty; 0 makes it none. */
  alpha?: number;
  /**
   * β of the coverage penalty β·Σᵢ ln min(Σⱼ pᵢⱼ, 1) (Wu et al. 2016, eq. 14), which sequences that left out a part of the
   * source lose by: pᵢⱼ is how much token j attended to place i. A place that was attended to by less than 10⁻¹⁰ in all
   * counts as that much. It needs the attention weights of `step`; absent for none.
   */
  coverage?: number;
}

/** @throws ValueError if an option is out of range */
export function scoringOf(where: string, { lengthPenalty = "none", alpha, coverage = 0 }: PenaltyOptions): Scoring {
  for (const [what, value] of Object.entries({ alpha: alpha ?? 0, coverage })) {
    if (value >= 0 && Number.isFinite(value)) continue;
    throw new ValueError({ where, what, expected: "a finite number from 0", received: String(value) });
  }
  if (lengthPenalty === "none" && alpha !== undefined) {
    const remedy = 'Pass lengthPenalty: "wu" or "average" beside it.';
    throw new ValueError({
      where,
      what: "alpha",
      expected: "absent without a length penalty",
      received: `${alpha}`,
      remedy,
    });
  }
  const penalty = penaltyOf(where, lengthPenalty, alpha);
  return (logProbability, length, covered) => logProbability / penalty(length) + coverage * covered;
}

function penaltyOf(where: string, kind: LengthPenalty, alpha: number | undefined): (length: number) => number {
  expectOneOf(where, { lengthPenalty: kind }, ["none", "average", "wu"]);
  if (kind === "none") return () => 1;
  if (kind === "average") return (length) => length ** (alpha ?? 1);
  return (length) => ((5 + length) / 6) ** (alpha ?? 0.6);
}
