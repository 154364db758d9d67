import { type AdapterFacts, defineKernel, flatPlan, optional, perCall, read, wgsl, write } from "../core";

/** Tiles of 64 x 64 that keep a GPU busy, and the most parts, since each is written and read once more. */
const ENOUGH = 256;
const MOST_PARTS = 16;

/**
 * Into how many parts of equal length the contracted axis of a product [M, K]·[K, N] is cut, to be multiplied side by
 * side and added by `sumParts`. The gradient of a weight contracts over a whole batch but has few tiles, fewer than a
 * GPU has cores.
 *
 * Cutting changes the order of the additions, so this is no variant of `matmul` but a rule of the sizes and of whether
 * the adapter is a GPU: a run repeats bit for bit. `periods` is how many rows of a batch K consists of; K is cut only
 * between them and whatever their length, so that padding at the end of each changes no bit. Software adapters have few
 * cores, which any product keeps busy: there nothing is cut.
 */
export function matmulParts(
  { M, N, periods }: { readonly M: number; readonly N: number; readonly periods: number },
  { isSoftware }: AdapterFacts,
): number {
  const tiles = Math.ceil(M / 64) * Math.ceil(N / 64);
  if (isSoftware || tiles === 0) return 1;
  let parts = Math.min(MOST_PARTS, Math.ceil(ENOUGH / tiles), periods);
  while (parts > 1 && periods % parts !== 0) parts--;
  return Math.max(1, parts);
}

/** C = Σ_s parts[s] and sumA = Σ_s partSums[s], each in the order of s. The backward of a sum is a broadcast. */
export const sumParts = defineKernel({
  name: "matmul_sum_parts",
  dims: { S: perCall("parts"), MN: perCall("elements of C"), M: perCall("rows of C") },
  bindings: {
    parts: read("f32", "S MN"),
    partSums: optional(read("f32", "S M")),
    c: write("f32", "MN"),
    sumA: optional(write("f32", "M")),
  },
  plan: ({ MN, M }, limits) => flatPlan(MN + M, limits),
  cost: ({ S, MN }) => ({ flops: S * MN, bytes: 4 * (S + 1) * MN }),
  wgsl: (plan, { has }) => wgsl`
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let n = id.x + id.y * ${plan.width}u;
      if (n < dims.MN) {
        var sum = 0.0;
        for (var s = 0u; s < dims.S; s++) { sum += parts[s * dims.MN + n]; }
        c[n] = sum;
      }
      ${
        has.partSums && has.sumA
          ? `else if (n - dims.MN < dims.M) {
        let m = n - dims.MN;
        var sum = 0.0;
        for (var s = 0u; s < dims.S; s++) { sum += partSums[s * dims.M + m]; }
        sumA[m] = sum;
      }`
          : ""
      }
    }`,
});
