import { defineKernel, wgsl, withVariants } from "../core";
import { each, findTile, type Has, packing, storeBlock } from "./block";
import { bindings, cost, dims, type MatmulOptions, options } from "./definition";
import { lanesVariants } from "./lanes";
import { stagedVariants } from "./staged";
import { chooseTile, type TiledPlan, tiledPlan } from "./tile";

/** The plain kernel: each invocation holds a block of C in registers and reads what it needs straight from memory. */
export const plainMatmul = defineKernel({
  name: "matmul",
  dims,
  options,
  bindings,
  plan: ({ Z, M, N }, limits) => tiledPlan(chooseTile(M, N), { Z, M, N }, limits),
  cost,
  wgsl: (plan, { options, has }) => matmulCode(plan, options, has),
});

/**
 * C[z] = act(op(A[z]) · op(B[z]) + bias) for z < Z, where op transposes or not; C is [Z, M, N] without gaps. With an
 * `epilogue` C is what that makes of it and of other arrays of its shape.
 *
 * Rows of the stored arrays lie `lda` and `ldb` elements apart and their matrices `strideA` and `strideB`, so that
 * slices need no copy; a stride of 0 gives every z the same matrix. `sumA` [Z, M] = Σ_k op(A)[z, m, k] comes out of the
 * same pass: with A = dY transposed, C is the gradient of a weight and `sumA` that of its bias.
 *
 * Where rows of A or terms of the sums are steps of sequences of several lengths, `steps` (from `list_steps`) lets the
 * kernel leave out those that are padding: with `packed: "rows"` what it would make of them is that of rows of zeros,
 * with `packed: "depth"` they are zeros already, in a or in b, and adding them would change nothing. `sumA` is not for packed rows.
 *
 * Every element is one sum in the order of k, with `fma`: its bits depend neither on M, N and Z nor on zeros that padding
 * puts among the k, and they are the same from each of the variants. Indices of the overhang are held at the last row or
 * column: what they give is not stored. The backward of a matmul is two matmuls, dA = dC·Bᵀ and dB = Aᵀ·dC.
 */
export const matmul = withVariants(plainMatmul, [...lanesVariants, ...stagedVariants]);

function matmulCode(plan: TiledPlan, options: MatmulOptions, has: Has): string {
  const { rows, cols, x, y } = plan.tile;
  const { transposeA, transposeB } = options;
  const { functions, depth, isPacked } = packing(options, has);
  return wgsl`
    ${functions}
    @compute @workgroup_size(${x}, ${y})
    fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
      ${findTile(plan, isPacked)}
      let row = tileRow + local.y * ${rows}u;
      let firstCol = tileCol + local.x; // and then every ${x}th: neighbours read neighbours
      ${each(rows, (i) => `let a${i}At = z * dims.strideA + rowAt(min(row + ${i}u, dims.M - 1u))${transposeA ? "" : " * dims.lda"};`)}
      ${each(cols, (j) => `let b${j}At = z * dims.strideB + min(firstCol + ${j * x}u, dims.N - 1u)${transposeB ? " * dims.ldb" : ""};`)}
      ${each(rows, (i) => each(cols, (j) => `var c${i}_${j} = 0.0;`, " "))}
      ${has.sumA ? each(rows, (i) => `var sum${i} = 0.0;`) : ""}
      let depth = ${depth("row")};
      for (var k = 0u; k < depth; k++) {
        let aK = termAt(k)${transposeA ? " * dims.lda" : ""};
        let bK = termAt(k)${transposeB ? "" : " * dims.ldb"};
        ${each(rows, (i) => `let a${i} = a[a${i}At + aK];`)}
        ${each(cols, (j) => `let b${j} = b[b${j}At + bK];`)}
        ${each(rows, (i) => each(cols, (j) => `c${i}_${j} = fma(a${i}, b${j}, c${i}_${j});`, " "))}
        ${has.sumA ? each(rows, (i) => `sum${i} += a${i};`) : ""}
      }
      ${storeBlock(plan.tile, { sum: (i, j) => `c${i}_${j}`, column: `firstCol + j * ${x}u` }, options, has)}
      ${
        has.sumA
          ? `if (tileCol == 0u && local.x == 0u) {
        ${each(rows, (i) => `if (row + ${i}u < dims.M) { sumA[z * dims.M + row + ${i}u] = sum${i}; }`)}
      }`
          : ""
      }
    }`;
}
