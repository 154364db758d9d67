import { mul, ones } from "../ops/arithmetic";
import { dropout } from "../ops/dropout";
import type { Generator } from "../random/generator";
import type { Tensor } from "../tensor/tensor";

/** x [B, T, …] with features dropped, the same at all steps of a row (Gal & Ghahramani 2016). */
export function dropFeatures(x: Tensor, p: number, rng: Generator): Tensor {
  if (p === 0) return x;
  const [B, , ...features] = x.shape as [number, number, ...number[]];
  return mul(x, dropout(ones([B, 1, ...features]), p, { rng }));
}
