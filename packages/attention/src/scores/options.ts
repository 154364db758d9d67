import { ValueError } from "@unroll/kernels";
import type { Tensor } from "@unroll/nn";
import {
  expectKnown,
  expectOneOf,
  type Generator,
  type Parameter,
  parameter,
  sharedGenerator,
  uniform,
} from "@unroll/nn";
import type { Attention, NoState, PreparedMemory } from "../attention";

/** What computes a score: the fused kernel, or operations over tensors, one after another, that do the same. */
export type ScoreKernel = "fused" | "plain";

export interface ScoreOptions {
  rng?: Generator;
  /** `fused` by default. */
  kernel?: ScoreKernel;
}

/** An attention whose weights are the softmax of scores of the query alone: others align by the same scores. */
export interface ContentAttention extends Attention<NoState> {
  /**
   * @param query [B, T, Q]
   * @returns scores [B, T, S] of all positions, those past a row's length included
   */
  scores(query: Tensor, prepared: PreparedMemory): Tensor;
}

/** @throws ValueError if there is no such kernel, or no option of a name */
export function expectKernel(where: string, options: ScoreOptions, own: readonly string[] = []): ScoreKernel {
  expectKnown(where, options, ["kernel", "rng", ...own]);
  return expectOneOf(where, { kernel: options.kernel ?? "fused" }, ["fused", "plain"]);
}

/** @throws ValueError unless it is an attention that others align by the scores of */
export function expectScore(where: string, score: ContentAttention): ContentAttention {
  if (typeof score?.scores === "function") return score;
  throw new ValueError({ where, what: "score", expected: "an attention with scores", received: String(score) });
}

/** A weight [O, I] from U(−1/√I, 1/√I), as a linear layer's. */
export function weightOf(shape: readonly [number, number], rng: Generator = sharedGenerator()): Parameter {
  return parameter(uniform(shape, 1 / Math.sqrt(shape[1]), rng));
}

/** A vector [A] that a score sums with, from U(−1/√A, 1/√A). */
export function vectorOf(size: number, rng: Generator = sharedGenerator()): Parameter {
  return parameter(uniform([size], 1 / Math.sqrt(size), rng));
}

/** A part of what an attention prepared. @throws ValueError if another attention prepared it */
export function preparedPart(where: string, prepared: PreparedMemory, of: "rows" | "weights", name: string): Tensor {
  const found = prepared[of][name];
  if (found) return found;
  throw new ValueError({
    where,
    what: "the memory",
    expected: `prepared by this attention, with ${name}`,
    received: "prepared by another",
    remedy: "Pass what prepare of this very attention returned.",
  });
}
