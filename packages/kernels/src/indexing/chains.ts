import { defineKernel, flatPlan, perCall, read, wgsl, write } from "../core";
import { checkPlaces, type IndexLayout, indexShape, listsOf, PLACE } from "./places";

/**
 * For each list of indices and each place v of an axis: the indices that mean v, in their order, as a chain.
 *   first[v] = the lowest n whose index means v,   next[n] = the next higher one that means the same;   N where none is
 * An invocation for each place looks through the list from its end. So whoever sums over the places adds in the order of
 * the list, with no sort and no atomic, and visits each index once. next[n] of an index that means no place stays as it
 * was: no chain leads there.
 */
export const indexChains = defineKernel({
  name: "index_chains",
  dims: { outer: perCall("lists"), V: perCall("extent of the axis"), N: perCall("indices of a list") },
  options: { ids: "shared" as IndexLayout },
  bindings: {
    ids: read("i32", indexShape),
    first: write("u32", (dims, options) => [listsOf(dims, options), dims.V ?? 0]),
    next: write("u32", (dims, options) => [listsOf(dims, options), dims.N ?? 0]),
  },
  check: ({ V }) => checkPlaces("index_chains", V),
  plan: (dims, limits, options) => flatPlan(listsOf(dims, options) * dims.V, limits),
  cost: (dims, options) => {
    const lists = listsOf(dims, options);
    return { flops: lists * dims.V * dims.N, bytes: 4 * lists * (dims.V + 2 * dims.N) };
  },
  wgsl: (plan, { options }) => wgsl`
    ${PLACE}
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let at = id.x + id.y * ${plan.width}u;
      if (at >= ${options.ids === "shared" ? "dims.V" : "dims.outer * dims.V"}) { return; }
      let base = at / dims.V * dims.N;
      let v = at % dims.V;
      var found = dims.N;
      for (var n = dims.N; n > 0u; n--) {
        if (placeOf(ids[base + n - 1u]) == v) {
          next[base + n - 1u] = found;
          found = n - 1u;
        }
      }
      first[at] = found;
    }`,
});
