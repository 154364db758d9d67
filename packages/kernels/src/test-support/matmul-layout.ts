import type { MatmulDims, MatmulOptions } from "../matmul/definition";

export interface MatmulSize {
  readonly Z?: number;
  readonly M: number;
  readonly N: number;
  readonly K: number;
  /** Elements left between rows and between matrices; a test may fill them with a number that would show if it were read. */
  readonly gap?: number;
  readonly sharedB?: boolean;
}

/** How matrices of these sizes lie in memory, and the rows and columns of each as they are stored. */
export function matmulLayout(
  { Z = 1, M, N, K, gap = 0, sharedB = false }: MatmulSize,
  options: Pick<MatmulOptions, "transposeA" | "transposeB">,
) {
  const [rowsA, colsA] = options.transposeA ? [K, M] : [M, K];
  const [rowsB, colsB] = options.transposeB ? [N, K] : [K, N];
  const [lda, ldb] = [colsA + gap, colsB + gap];
  const strideB = sharedB ? 0 : rowsB * ldb + gap;
  const dims: MatmulDims = { Z, M, N, K, lda, ldb, strideA: rowsA * lda + gap, strideB };
  return { dims, rowsA, colsA, rowsB, colsB };
}
