import { expectKnown } from "../tensor/known-options";
import type { Tensor } from "../tensor/tensor";
import { add, mul } from "./arithmetic";
import { matmul } from "./matmul";
import { transpose } from "./permute";

export interface GemmOptions {
  /** What is added; its shape broadcasts to the product's. */
  c?: Tensor | undefined;
  /** 1 by default. */
  alpha?: number;
  /** 1 by default. */
  beta?: number;
  /** false by default. */
  transposeA?: boolean;
  /** false by default. */
  transposeB?: boolean;
}

/**
 * The general matrix product of BLAS: α·A′·B′ + β·C, where A′ is A or its transpose, and so B′. A transposed factor is
 * read where it lies; α, β and C become one elementwise kernel.
 * @param a A′ is [M, K]
 * @param b B′ is [K, N]
 * @throws ShapeError if the inner extents differ, or C does not broadcast to [M, N]
 */
export function gemm(a: Tensor, b: Tensor, options: GemmOptions = {}): Tensor {
  expectKnown("gemm", options, ["c", "alpha", "beta", "transposeA", "transposeB"]);
  const { c, alpha = 1, beta = 1, transposeA = false, transposeB = false } = options;
  const product = matmul(transposeA ? transpose(a) : a, transposeB ? transpose(b) : b);
  const scaled = alpha === 1 ? product : mul(product, alpha);
  if (!c) return scaled;
  return add(scaled, beta === 1 ? c : mul(c, beta));
}
