import {
  add,
  linear,
  matmul,
  mul,
  reshape,
  sequenceMask,
  slice,
  softmax,
  type Tensor,
  tanh,
  transpose,
  where,
} from "@unroll/nn";
import { MASKED } from "../masked";
import type { AdditiveInputs } from "./additive";

/**
 * The scores of additive attention by operations over tensors: what the fused kernel is measured against. It stores
 * B·T·S·A units, which that one makes and forgets.
 */
export function plainAdditiveScores({ query, keys, vector, features }: AdditiveInputs): Tensor {
  const [B, T, A] = query.shape as [number, number, number];
  const S = keys.shape[1] as number;
  const beside = add(reshape(query, [B, T, 1, A]), reshape(keys, [B, 1, S, A]));
  const units = tanh(features ? add(beside, matmul(features, slice(vector, 0, 1))) : beside);
  return reshape(linear(units, slice(vector, 0, 0, 1)), [B, T, S]);
}

/** scale·q_t·k_s by a product of matrices: [B, T, S]. */
export function plainDotScores(query: Tensor, keys: Tensor, scale: number): Tensor {
  const products = matmul(query, transpose(keys));
  return scale === 1 ? products : mul(products, scale);
}

/** Scores [B, T, S], masked past each row's length. */
export function withinLengths(scores: Tensor, lengths: Tensor | undefined): Tensor {
  if (!lengths) return scores;
  const [B, , S] = scores.shape as [number, number, number];
  return where(reshape(sequenceMask(lengths, S), [B, 1, S]), scores, MASKED);
}

/** Softmax of scores within each row's length, and the weighted sum of the memory; zeros where no position is left. */
export function plainAttention(
  scores: Tensor,
  memory: Tensor,
  lengths: Tensor | undefined,
): { readonly context: Tensor; readonly weights: Tensor } {
  const weights = softmax(withinLengths(scores, lengths));
  return { context: matmul(weights, memory), weights };
}
