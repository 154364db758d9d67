import { type DimValues, isHalf, optional, perCall, read, type StorageOptions, write } from "../core";
import type { Activation } from "../wgsl/activation";
import type { Epilogue } from "./epilogue";

export interface MatmulOptions extends StorageOptions {
  /** Whether `a` is stored [K, M] rather than [M, K]. */
  readonly transposeA: boolean;
  /** Whether `b` is stored [N, K] rather than [K, N]. */
  readonly transposeB: boolean;
  /** Applied to the product plus bias. */
  readonly activation: Activation;
  /** On the activation's value, in f32; its arrays are those of e0, e1 and e2 that are bound. */
  readonly epilogue: Epilogue;
  /** What `steps` lists, where it is bound: rows of a and c, or terms of the contraction. */
  readonly packed: "rows" | "depth";
}

export const options: MatmulOptions = {
  transposeA: false,
  transposeB: false,
  activation: { name: "linear" },
  epilogue: [],
  packed: "rows",
};

export const dims = {
  Z: perCall("matrices"),
  M: perCall("rows of C"),
  N: perCall("columns of C"),
  K: perCall("contracted extent"),
  lda: perCall("elements from row to row of a as stored"),
  ldb: perCall("elements from row to row of b as stored"),
  strideA: perCall("elements from matrix to matrix of a"),
  strideB: perCall("elements from matrix to matrix of b"),
};

export type MatmulDims = Readonly<Record<keyof typeof dims, number>>;

/** Elements of a and b as stored. */
const sizeA = ({ Z, M, K, lda, strideA }: DimValues, { transposeA }: Partial<MatmulOptions>): number =>
  transposeA ? strided(Z, K, M, lda, strideA) : strided(Z, M, K, lda, strideA);
const sizeB = ({ Z, N, K, ldb, strideB }: DimValues, { transposeB }: Partial<MatmulOptions>): number =>
  transposeB ? strided(Z, N, K, ldb, strideB) : strided(Z, K, N, ldb, strideB);

/** From the first element to the last of Z matrices of `rows` x `cols`: 0 where there is none. */
function strided(Z = 0, rows = 0, cols = 0, ld = 0, stride = 0): number {
  return Z * rows * cols === 0 ? 0 : (Z - 1) * stride + (rows - 1) * ld + cols;
}

/** How many rows or terms `steps` lists. */
const listed = ({ M = 0, K = 0 }: DimValues, packed: unknown): number => (packed === "rows" ? M : K);

export const bindings = {
  a: read("f32", (d, o) => [sizeA(d, o)]),
  b: read("f32", (d, o) => [sizeB(d, o)]),
  bias: optional(read("f32", "N")),
  /** From `list_steps`; measured with half of the steps. */
  steps: {
    ...optional(read("u32", (d, { packed }) => [1 + listed(d, packed)])),
    sample: (d: DimValues, { packed }: Readonly<Record<string, unknown>>) =>
      Array.from({ length: 1 + listed(d, packed) }, (_, n) => (n === 0 ? Math.ceil(listed(d, packed) / 2) : n - 1)),
  },
  e0: optional(read("f32", "Z M N")),
  e1: optional(read("f32", "Z M N")),
  e2: optional(read("f32", "Z M N")),
  c: write("f32", "Z M N"),
  sumA: optional(write("f32", "Z M")),
};

/** The same arrays, a and b read four neighbours at a time. */
export const bindingsInFours = {
  ...bindings,
  a: read("vec4f", (d, o) => [sizeA(d, o) / 4]),
  b: read("vec4f", (d, o) => [sizeB(d, o) / 4]),
};

/** Whether the rows of a and b as stored consist of whole fours, each where a four may begin. */
export function isInFours({ M, N, K, lda, ldb, strideA, strideB }: MatmulDims, of: MatmulOptions): boolean {
  return [of.transposeA ? M : K, of.transposeB ? K : N, lda, ldb, strideA, strideB].every((extent) => extent % 4 === 0);
}

export function cost({ Z, M, N, K, strideA, strideB }: MatmulDims, options: MatmulOptions) {
  const bytes = (name: "a" | "b" | "c"): number => (isHalf(options, name) ? 2 : 4);
  return {
    flops: 2 * Z * M * N * K,
    bytes:
      bytes("a") * (strideA === 0 ? 1 : Z) * M * K +
      bytes("b") * (strideB === 0 ? 1 : Z) * K * N +
      bytes("c") * Z * M * N,
  };
}
