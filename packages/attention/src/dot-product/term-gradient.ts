import { UnsupportedError } from "@unroll/kernels";
import { concat, detach, matmul, mul, neg, permute, reshape, sub, sum, Tensor, transpose, zeros } from "@unroll/nn";
import type { DotProductOptions, HeadSizes } from "./heads";
import { distances, keyPlaces, queryPlaces } from "./places";
import { plainDotProductAttention } from "./plain";

/**
 * The gradient of the numbers that a mask added: of a bias Σ da over what it was the same for, of a slope
 * −Σ da·|i − s|, with da_ts = p_ts·(dOut_t·v_s − Σ_u p_tu·dOut_t·v_u). Only where it is asked for: it stores the scores.
 * @throws UnsupportedError with dropout, whose draws only the kernels know
 */
export function termGradient(
  { q, k, v, dOut, terms }: Record<"q" | "k" | "v" | "dOut" | "terms", Tensor>,
  sizes: HeadSizes,
  options: DotProductOptions,
): Tensor {
  const { B, T, S, N, M, E } = sizes;
  const { mask, dropout = 0 } = options;
  if (!mask || dropout > 0) {
    throw new UnsupportedError({
      where: "scaledDotProductAttention",
      what: "the gradient of a mask beside dropout of the weights",
      remedy: "Leave dropout of the weights out, or learn no bias.",
    });
  }
  const [queries, keys, values] = [q, k, v].map(detach) as [Tensor, Tensor, Tensor];
  const { weights } = plainDotProductAttention(queries, keys, values, { ...options, dropout: 0 }).scores;
  const dOutHeads = reshape(permute(reshape(detach(dOut), [B, T, N, E]), [0, 2, 1, 3]), [B, M, (N / M) * T, E]);
  const valueHeads = permute(reshape(values, [B, S, M, E]), [0, 2, 1, 3]);
  const dp = reshape(matmul(dOutHeads, transpose(valueHeads)), [B, N, T, S]);
  const mean = sum(mul(weights, dp), { axes: [-1], keepDims: true });
  const da = mul(weights, sub(dp, mean));
  const parts: Tensor[] = [];
  if (mask.lengths) parts.push(zeros([B]));
  if (mask.offset instanceof Tensor) parts.push(zeros([B]));
  if (mask.slopes)
    parts.push(neg(sum(mul(da, distances(queryPlaces(mask.offset, sizes), keyPlaces(S))), { axes: [0, 2, 3] })));
  const added = terms.size - parts.reduce((size, part) => size + part.size, 0);
  if (added > 0) {
    const shape = [0, 1, 2, 3].map((axis) => Math.max(mask.allowed?.shape[axis] ?? 1, mask.bias?.shape[axis] ?? 1));
    const axes = shape.flatMap((extent, axis) => (extent === 1 ? [axis] : []));
    parts.push(reshape(axes.length > 0 ? sum(da, { axes, keepDims: true }) : da, [added]));
  }
  return parts.length === 1 ? (parts[0] as Tensor) : concat(parts, 0);
}
