import { expectExtent, expectKnown, type Tensor, tensor } from "@unroll/nn";
import { type AttentionMask, distanceMask } from "../masks/mask";

/**
 * Slopes of attention with linear biases (Press, Smith & Lewis 2022): for N a power of two the geometric sequence
 * 2^(−8/N), 2^(−16/N), …, 2^(−8); otherwise that of the power of two below, then every second one of that above.
 */
export function alibiSlopes(heads: number): number[] {
  expectExtent("alibiSlopes", { heads });
  const sequence = (count: number): number[] => Array.from({ length: count }, (_, n) => 2 ** ((-8 * (n + 1)) / count));
  const below = 2 ** Math.floor(Math.log2(heads));
  if (below === heads) return sequence(heads);
  const between = sequence(2 * below).filter((_, n) => n % 2 === 0);
  return [...sequence(below), ...between.slice(0, heads - below)];
}

/**
 * Attention with linear biases, as part of a mask: the score of a key falls by slope_n·|i − s| with its distance from the
 * query, so a model needs no positions and reads sequences longer than it was trained on.
 * @param heads N, with `alibiSlopes(N)`; or slopes [N] of one's own
 * @param options.offset place of the first query, as for `causalMask`
 */
export function alibi(heads: number | Tensor, options: { offset?: number | Tensor } = {}): AttentionMask {
  const { offset } = expectKnown("alibi", options, ["offset"]);
  const slopes = typeof heads === "number" ? tensor(Float32Array.from(alibiSlopes(heads)), { name: "slopes" }) : heads;
  return distanceMask(slopes, offset);
}
