import { defineKernel, flatPlan, perCall, read, ShapeError, wgsl, write } from "../core";
import { NO_PLACE } from "./places";

/** Axes that a tuple of indices may walk along. */
export const MAX_DEPTH = 6;

/**
 * Tuples of indices as one index each, row-major over the extents that they point into:
 *   out[n] = Σ_k place_k·Π_{j>k} E_j,   place_k = ids[n, k], counted from the end where it is negative
 * and NO_PLACE where one of them is out of range.
 */
export const flatIndices = defineKernel({
  name: "flat_indices",
  dims: {
    N: perCall("tuples"),
    E0: perCall("extent of axis 0"),
    E1: perCall("extent of axis 1"),
    E2: perCall("extent of axis 2"),
    E3: perCall("extent of axis 3"),
    E4: perCall("extent of axis 4"),
    E5: perCall("extent of axis 5"),
  },
  options: { depth: 1 },
  bindings: {
    ids: read("i32", ({ N = 0 }, { depth }) => [N, Number(depth)]),
    out: write("u32", "N"),
  },
  check: (_, { depth }) => {
    if (Number.isInteger(depth) && depth >= 1 && depth <= MAX_DEPTH) return;
    throw new ShapeError({
      where: "flat_indices",
      what: "a tuple of indices",
      expected: `of 1 to ${MAX_DEPTH}`,
      received: `of ${depth}`,
    });
  },
  plan: ({ N }, limits) => flatPlan(N, limits),
  cost: ({ N }, { depth }) => ({ flops: 2 * N * depth, bytes: 4 * N * (depth + 1) }),
  wgsl: (plan, { options: { depth } }) => {
    const steps = Array.from(
      { length: depth },
      (_, k) => `id = ids[n * ${depth}u + ${k}u];
      place = u32(select(id, id + i32(dims.E${k}), id < 0));
      inside = inside && place < dims.E${k};
      flat = flat * dims.E${k} + place;`,
    );
    return wgsl`
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(global_invocation_id) gid: vec3u) {
      let n = gid.x + gid.y * ${plan.width}u;
      if (n >= dims.N) { return; }
      var flat = 0u;
      var inside = true;
      var id: i32;
      var place: u32;
      ${steps.join("\n      ")}
      out[n] = select(${NO_PLACE}u, flat, inside);
    }`;
  },
});
