import { matmul as matmulKernel } from "@unroll/kernels";
import { run } from "../graph/run";
import type { DType } from "../tensor/dtype";
import type { Shape } from "../tensor/shape";
import type { Tensor } from "../tensor/tensor";

/** Matrices inside a tensor: where each begins, how its rows lie, and whether it is meant transposed. */
export interface Matrices {
  readonly tensor: Tensor;
  /** Extents as the product sees them, after transposing. */
  readonly rows: number;
  readonly columns: number;
  readonly transposed: boolean;
  /** Elements from stored row to stored row. */
  readonly ld: number;
  /** Elements from matrix to matrix; 0 where all share one. */
  readonly stride: number;
}

/** A tensor as matrices without gaps: [..., rows, columns] as stored. */
export function matrices(tensor: Tensor, rows: number, columns: number, transposed = false): Matrices {
  return {
    tensor,
    rows: transposed ? columns : rows,
    columns: transposed ? rows : columns,
    transposed,
    ld: columns,
    stride: tensor.size === rows * columns ? 0 : rows * columns,
  };
}

/** The same matrices, meant the other way round. */
export function transposed(m: Matrices): Matrices {
  return { ...m, rows: m.columns, columns: m.rows, transposed: !m.transposed };
}

export interface Product {
  readonly c: Tensor;
  /** Σ over the contracted axis of a, where asked for: a bias gradient. */
  readonly sumA: Tensor | undefined;
}

interface GemmOptions {
  readonly Z?: number;
  readonly bias?: Tensor | undefined;
  readonly shape?: Shape;
  /** Shape of the sum of a, where it is asked for. */
  readonly sumA?: Shape;
  /** Of the products; sums are made in f32 whatever it is. */
  readonly dtype?: DType;
}

/** Z products a·b + bias as one kernel call, of shape `shape` ([Z, rows, columns] by default). */
export function gemm(a: Matrices, b: Matrices, { Z = 1, bias, shape, sumA, dtype = "f32" }: GemmOptions = {}): Product {
  const result = run(
    matmulKernel,
    { a: a.tensor, b: b.tensor, bias },
    {
      dims: { Z, M: a.rows, N: b.columns, K: a.columns, lda: a.ld, ldb: b.ld, strideA: a.stride, strideB: b.stride },
      options: { transposeA: a.transposed, transposeB: b.transposed },
      shapes: { c: shape ?? [Z, a.rows, b.columns], ...(sumA ? { sumA } : {}) },
      ...(sumA ? { outputs: ["sumA"] } : {}),
      ...(dtype === "f16" ? { dtypes: { c: dtype } } : {}),
    },
  );
  return { c: result.c, sumA: sumA ? result.sumA : undefined };
}
