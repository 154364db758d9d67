import { type DimValues, defineKernel, optional, perCall, read, wgsl, write } from "../core";
import { type Activation, activationCode } from "../wgsl/activation";
import { type TiledPlan, tiledPlan } from "./tile";

export interface MatmulOptions {
  /** Whether `a` is stored [K, M] rather than [M, K]. */
  readonly transposeA: boolean;
  /** Whether `b` is stored [N, K] rather than [K, N]. */
  readonly transposeB: boolean;
  /** Applied to the product plus bias. */
  readonly activation: Activation;
}

const defaults: MatmulOptions = { transposeA: false, transposeB: false, activation: { name: "linear" } };

/**
 * C[z] = act(op(A[z]) · op(B[z]) + bias) for z < Z, where op transposes or not; C is [Z, M, N] without gaps.
 *
 * Rows of the stored arrays lie `lda` and `ldb` elements apart and their matrices `strideA` and `strideB`, so that
 * slices need no copy; a stride of 0 gives every z the same matrix. `sumA` [Z, M] = Σ_k op(A)[z, m, k] comes out of the
 * same pass: with A = dY transposed, C is the gradient of a weight and `sumA` that of its bias.
 *
 * Each invocation holds a block of C in registers and walks k in order, so an element's bits depend neither on M, N
 * and Z nor on zeros that padding puts among the k. Indices of the overhang are held at the last row or column: what
 * they give is not stored. The backward of a matmul is two matmuls, dA = dC·Bᵀ and dB = Aᵀ·dC.
 */
export const matmul = defineKernel({
  name: "matmul",
  dims: {
    Z: perCall("matrices"),
    M: perCall("rows of C"),
    N: perCall("columns of C"),
    K: perCall("contracted extent"),
    lda: perCall("elements from row to row of a as stored"),
    ldb: perCall("elements from row to row of b as stored"),
    strideA: perCall("elements from matrix to matrix of a"),
    strideB: perCall("elements from matrix to matrix of b"),
  },
  options: defaults,
  bindings: {
    a: read("f32", ({ Z, M, K, lda, strideA }: DimValues, { transposeA }) =>
      transposeA ? strided(Z, K, M, lda, strideA) : strided(Z, M, K, lda, strideA),
    ),
    b: read("f32", ({ Z, N, K, ldb, strideB }: DimValues, { transposeB }) =>
      transposeB ? strided(Z, N, K, ldb, strideB) : strided(Z, K, N, ldb, strideB),
    ),
    bias: optional(read("f32", "N")),
    c: write("f32", "Z M N"),
    sumA: optional(write("f32", "Z M")),
  },
  plan: ({ Z, M, N }, limits) => tiledPlan(Z, M, N, limits),
  cost: ({ Z, M, N, K, strideA, strideB }) => ({
    flops: 2 * Z * M * N * K,
    bytes: 4 * ((strideA === 0 ? 1 : Z) * M * K + (strideB === 0 ? 1 : Z) * K * N + Z * M * N),
  }),
  wgsl: (plan, { options, has }) => matmulCode(plan, options, has),
});

/** Words from the first element to the last of Z matrices of `rows` x `cols`: [] where there is none. */
function strided(Z = 0, rows = 0, cols = 0, ld = 0, stride = 0): number[] {
  return [Z * rows * cols === 0 ? 0 : (Z - 1) * stride + (rows - 1) * ld + cols];
}

/** One line for each of 0 … n − 1. */
function lines(n: number, line: (i: number) => string): string {
  return Array.from({ length: n }, (_, i) => line(i)).join("\n");
}

function matmulCode(
  { tile: { rows, cols, x, y }, width }: TiledPlan,
  { transposeA, transposeB, activation }: MatmulOptions,
  has: Readonly<Record<"bias" | "sumA", boolean>>,
): string {
  const names = lines(rows, (i) => `array<f32, ${cols}>(${Array.from({ length: cols }, (_, j) => `c${i}_${j}`)}),`);
  return wgsl`
    @compute @workgroup_size(${x}, ${y})
    fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
      let tilesAcross = (dims.N + ${cols * x - 1}u) / ${cols * x}u;
      let tilesDown = (dims.M + ${rows * y - 1}u) / ${rows * y}u;
      let tile = group.x + group.y * ${width}u;
      let z = tile / (tilesAcross * tilesDown);
      if (z >= dims.Z) { return; } // a grid folded into y overhangs
      let row = (tile / tilesAcross) % tilesDown * ${rows * y}u + local.y * ${rows}u;
      let col = tile % tilesAcross * ${cols * x}u + local.x; // and then every ${x}th: neighbours read neighbours
      ${lines(rows, (i) => `let a${i}At = z * dims.strideA + min(row + ${i}u, dims.M - 1u)${transposeA ? "" : " * dims.lda"};`)}
      ${lines(cols, (j) => `let b${j}At = z * dims.strideB + min(col + ${j * x}u, dims.N - 1u)${transposeB ? " * dims.ldb" : ""};`)}
      ${lines(rows * cols, (n) => `var c${Math.floor(n / cols)}_${n % cols} = 0.0;`)}
      ${has.sumA ? lines(rows, (i) => `var sum${i} = 0.0;`) : ""}
      for (var k = 0u; k < dims.K; k++) {
        let aK = k${transposeA ? " * dims.lda" : ""};
        let bK = k${transposeB ? "" : " * dims.ldb"};
        ${lines(rows, (i) => `let a${i} = a[a${i}At + aK];`)}
        ${lines(cols, (j) => `let b${j} = b[b${j}At + bK];`)}
        ${lines(rows * cols, (n) => `c${Math.floor(n / cols)}_${n % cols} = fma(a${Math.floor(n / cols)}, b${n % cols}, c${Math.floor(n / cols)}_${n % cols});`)}
        ${has.sumA ? lines(rows, (i) => `sum${i} += a${i};`) : ""}
      }
      var block = array<array<f32, ${cols}>, ${rows}>(${names});
      for (var i = 0u; i < min(${rows}u, max(row, dims.M) - row); i++) {
        for (var j = 0u; j < ${cols}u; j++) {
          let n = col + j * ${x}u;
          if (n >= dims.N) { break; }
          let value = block[i][j]${has.bias ? " + bias[n]" : ""};
          c[(z * dims.M + row + i) * dims.N + n] = ${activationCode(activation, "value")};
        }
      }
      ${
        has.sumA
          ? `if (tile % tilesAcross == 0u && local.x == 0u) {
        ${lines(rows, (i) => `if (row + ${i}u < dims.M) { sumA[z * dims.M + row + ${i}u] = sum${i}; }`)}
      }`
          : ""
      }
    }`;
}
