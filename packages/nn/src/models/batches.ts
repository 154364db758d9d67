import { ValueError } from "@unroll/kernels";
import { perplexity } from "../losses/perplexity";
import { lengthsTensor as checkedLengths } from "../modules/lengths";
import { sequenceMask } from "../ops/sequence-mask";
import { expectTensor } from "../tensor/kind";
import { Tensor } from "../tensor/tensor";
import type { ModelLengths } from "./sequence-model";

/** A batch, or several one after the other. */
export type OneOrMany<B> = B | Iterable<B> | AsyncIterable<B>;

/** The batches of one or many. */
export async function* each<B extends object>(batches: OneOrMany<B>): AsyncGenerator<B, void> {
  if (Symbol.iterator in batches || Symbol.asyncIterator in batches) yield* batches;
  else yield batches;
}

/** What losses of batches add up to. */
export interface LossOfTokens {
  readonly nats: number;
  /** Targets that count. */
  readonly tokens: number;
}

/** @throws ValueError if no target counts */
export function perplexityOf(where: string, { nats, tokens }: LossOfTokens): number {
  if (tokens > 0) return perplexity(nats / tokens);
  throw new ValueError({
    where,
    what: "the batches",
    expected: "of at least one target that counts",
    received: "none",
    remedy: "An iterator that was walked over before gives no more: make a new one for each call.",
  });
}

/**
 * The lengths of the rows of x [B, T, ...] as a tensor, where there are any.
 * @throws DTypeError if x is no tensor, ValueError if a length is not a whole number from 1 to T
 */
export function rowLengths(where: string, x: Tensor, lengths: ModelLengths | undefined): Tensor | undefined {
  expectTensor(where, "x of { x, y, lengths }", x);
  const [B = 0, T = 0] = x.shape;
  return checkedLengths(where, lengths, { B, T }, false);
}

/** Which steps of x [B, T, ...] are within their rows' lengths, [B, T]; undefined where all are. */
export function stepMaskOf(where: string, x: Tensor, lengths: ModelLengths | undefined): Tensor | undefined {
  const checked = rowLengths(where, x, lengths);
  return checked && sequenceMask(checked, x.shape[1] as number);
}

/** Lengths as numbers, one for each of B rows. */
export async function hostLengths(B: number, T: number, lengths: ModelLengths | undefined): Promise<number[]> {
  if (lengths === undefined) return Array.from({ length: B }, () => T);
  return Array.from(lengths instanceof Tensor ? await lengths.data() : lengths);
}
