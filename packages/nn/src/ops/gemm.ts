import { matmul as matmulKernel, matmulParts, openDevice, sumParts } from "@unroll/kernels";
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

/** Steps of a batch without those that are padding, and along which axis of a product they lie. */
export interface Packing {
  /** From `listSteps`. */
  readonly steps: Tensor;
  readonly axis: "rows" | "depth";
}

interface Outputs {
  /** [Z, rows, columns] by default. */
  readonly shape?: Shape;
  readonly sumA?: Shape;
  /** Of the products; sums are made in f32 whatever it is. */
  readonly dtype?: DType;
}

/**
 * Z products a·b + bias, one kernel call.
 *
 * @param options.period length of the rows of a batch, where those, one after another, are what is contracted: the
 * gradient of a weight that all steps share. A product with too few results to keep a GPU busy is then cut between rows
 * and takes two calls; its bits depend on the device's kind and the number of rows, never on their padding.
 * @param options.packing leaves steps that are padding out
 */
export function gemm(
  a: Matrices,
  b: Matrices,
  {
    Z = 1,
    bias,
    period,
    packing,
    shape,
    sumA,
    dtype = "f32",
  }: { Z?: number; bias?: Tensor | undefined; period?: number; packing?: Packing | undefined } & Outputs = {},
): Product {
  const periods = period ? a.columns / period : 1;
  const device = a.tensor.storage?.device ?? b.tensor.storage?.device ?? openDevice();
  if (device && Z === 1 && !bias && !packing && periods > 1 && dtype === "f32") {
    const parts = matmulParts({ M: a.rows, N: b.columns, periods }, device.adapter);
    if (parts > 1) return gemmInParts(a, b, parts, { ...(shape ? { shape } : {}), ...(sumA ? { sumA } : {}) });
  }
  const result = run(
    matmulKernel,
    { a: a.tensor, b: b.tensor, bias, steps: packing?.steps },
    {
      dims: { Z, M: a.rows, N: b.columns, K: a.columns, lda: a.ld, ldb: b.ld, strideA: a.stride, strideB: b.stride },
      options: { transposeA: a.transposed, transposeB: b.transposed, packed: packing?.axis ?? "rows" },
      shapes: { c: shape ?? [Z, a.rows, b.columns], ...(sumA ? { sumA } : {}) },
      ...(sumA ? { outputs: ["sumA"] } : {}),
      ...(dtype === "f16" ? { dtypes: { c: dtype } } : {}),
    },
  );
  return { c: result.c, sumA: sumA ? result.sumA : undefined };
}

/** One product a·b whose contracted axis is cut into `parts` of equal length: each is multiplied, then all are added. */
export function gemmInParts(a: Matrices, b: Matrices, parts: number, { shape, sumA }: Outputs = {}): Product {
  const [M, N, K] = [a.rows, b.columns, a.columns / parts];
  const products = run(
    matmulKernel,
    { a: a.tensor, b: b.tensor },
    {
      dims: {
        ...{ Z: parts, M, N, K, lda: a.ld, ldb: b.ld },
        strideA: a.transposed ? K * a.ld : K,
        strideB: b.transposed ? K : K * b.ld,
      },
      options: { transposeA: a.transposed, transposeB: b.transposed },
      ...(sumA ? { outputs: ["sumA"] } : {}),
    },
  );
  const sums = run(
    sumParts,
    { parts: products.c, partSums: sumA ? products.sumA : undefined },
    {
      dims: { S: parts, MN: M * N, M },
      shapes: { c: shape ?? [1, M, N], ...(sumA ? { sumA } : {}) },
      ...(sumA ? { outputs: ["sumA"] } : {}),
    },
  );
  return { c: sums.c, sumA: sumA ? sums.sumA : undefined };
}
