import {
  add,
  cast,
  div,
  dropout as drop,
  less,
  lessEqual,
  matmul,
  mul,
  neg,
  permute,
  reshape,
  softmax,
  type Tensor,
  tanh,
  transpose,
  where,
} from "@unroll/nn";
import { MASKED } from "../masked";
import type { AttentionMask } from "../masks/mask";
import { type DotProductOptions, type HeadSizes, headSizes } from "./heads";
import { distances, keyPlaces, queryPlaces } from "./places";

/** Scores of attention at each stage of their making, [B, N, T, S]. */
export interface AttentionScores {
  /** scale·q·k */
  readonly raw: Tensor;
  /** bounded by softcap */
  readonly capped: Tensor;
  /** with the mask; −1e30 where a key takes no part */
  readonly masked: Tensor;
  /** their softmax over the keys; zeros where none takes part */
  readonly weights: Tensor;
}

/**
 * Scaled dot-product attention by operations on tensors, which store all scores: what the fused kernels must agree with,
 * and where the weights themselves are wanted. See `scaledDotProductAttention`.
 * @returns output [B, T, N·E], and the scores [B, N, T, S] with the weights among them
 */
export function plainDotProductAttention(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  options: DotProductOptions,
): { output: Tensor; scores: AttentionScores } {
  const sizes = headSizes("plainDotProductAttention", q, k, v, options);
  const { B, T, S, N, M, E } = sizes;
  const scores = attentionScores(q, k, sizes, options);
  const { dropout: p = 0, rng } = options;
  const weights = p > 0 ? drop(scores.weights, p, rng ? { rng } : {}) : scores.weights;
  const values = permute(reshape(v, [B, S, M, E]), [0, 2, 1, 3]); //                                    [B, M, S, E]
  const mixed = matmul(reshape(weights, [B, M, (N / M) * T, S]), values); //                            [B, M, N/M·T, E]
  return { output: reshape(permute(reshape(mixed, [B, N, T, E]), [0, 2, 1, 3]), [B, T, N * E]), scores };
}

function attentionScores(q: Tensor, k: Tensor, sizes: HeadSizes, options: DotProductOptions): AttentionScores {
  const { B, T, S, N, M, D } = sizes;
  const { mask, scale = 1 / Math.sqrt(D), softcap = 0 } = options;
  const queries = reshape(permute(reshape(q, [B, T, N, D]), [0, 2, 1, 3]), [B, M, (N / M) * T, D]);
  const keys = permute(reshape(k, [B, S, M, D]), [0, 2, 1, 3]); //                                      [B, M, S, D]
  const raw = mul(reshape(matmul(queries, transpose(keys)), [B, N, T, S]), scale);
  const capped = softcap > 0 ? mul(tanh(div(raw, softcap)), softcap) : raw;
  const masked = mask ? applyMask(capped, mask, sizes) : capped;
  return { raw, capped, masked, weights: softmax(masked) };
}

/** Scores [B, N, T, S] with what a mask adds, −1e30 where a key takes no part. */
function applyMask(scores: Tensor, mask: AttentionMask, { B, N, T, S }: HeadSizes): Tensor {
  const { causal, offset, lengths, allowed, bias, slopes } = mask;
  const [places, keys] = [queryPlaces(offset, { B, T }), keyPlaces(S)];
  const conditions = [
    ...(lengths ? [less(keys, reshape(cast(lengths, "i32"), [B, 1, 1, 1]))] : []),
    ...(causal ? [lessEqual(keys, places)] : []),
    ...(allowed ? [allowed] : []),
  ];
  let result = scores;
  if (slopes) result = add(result, mul(neg(reshape(slopes, [1, N, 1, 1])), distances(places, keys)));
  if (bias) result = add(result, bias);
  return conditions.reduce((open, condition) => where(condition, open, MASKED), result);
}
