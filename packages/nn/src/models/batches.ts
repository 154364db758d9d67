import { lengthsTensor as checkedLengths } from "../modules/recurrent";
import { sequenceMask } from "../ops/sequence-mask";
import { Tensor } from "../tensor/tensor";
import type { ModelLengths } from "./sequence-model";

/** A batch, or several one after the other. */
export type OneOrMany<B> = B | Iterable<B> | AsyncIterable<B>;

/** The batches of one or many. */
export async function* each<B extends object>(batches: OneOrMany<B>): AsyncGenerator<B, void> {
  if (Symbol.iterator in batches || Symbol.asyncIterator in batches) yield* batches;
  else yield batches;
}

/** Which steps of x [B, T, ...] are within their rows' lengths, [B, T]; undefined where all are. */
export function stepMaskOf(where: string, { shape }: Tensor, lengths: ModelLengths | undefined): Tensor | undefined {
  const [B = 0, T = 0] = shape;
  const checked = checkedLengths(where, lengths, { B, T }, false);
  return checked && sequenceMask(checked, T);
}

/** Lengths as numbers, one for each of B rows. */
export async function hostLengths(B: number, T: number, lengths: ModelLengths | undefined): Promise<number[]> {
  if (lengths === undefined) return Array.from({ length: B }, () => T);
  return Array.from(lengths instanceof Tensor ? await lengths.data() : lengths);
}
