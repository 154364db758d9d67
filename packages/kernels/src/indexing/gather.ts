import { word } from "../copy/word";
import { defineKernel, flatPlan, perCall, read, type StorageOptions, wgsl, write } from "../core";
import { checkPlaces, type IndexLayout, indexShape, PLACE } from "./places";

export interface GatherOptions extends StorageOptions {
  readonly ids: IndexLayout;
}

const defaults: GatherOptions = { ids: "shared" };

/**
 * Elements by index along an axis, words of any type: out[o, n, i] = x[o, place, i], the place that of index n of its
 * list; zeros where it is none. The gradient is `indexChains` and `scatter` of the reduction add.
 */
export const gather = defineKernel({
  name: "gather",
  dims: {
    outer: perCall("rows before the axis"),
    V: perCall("extent of the axis of x"),
    N: perCall("indices along the axis"),
    inner: perCall("words after the axis"),
  },
  options: defaults,
  bindings: {
    x: read(word, "outer V inner"),
    ids: read("i32", indexShape),
    out: write(word, "outer N inner"),
  },
  check: ({ V }) => checkPlaces("gather", V),
  plan: ({ outer, N, inner }, limits) => flatPlan(outer * N * inner, limits),
  cost: ({ outer, N, inner }) => ({ flops: 0, bytes: 12 * outer * N * inner }),
  wgsl: (plan, { options }) => wgsl`
    ${PLACE}
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let at = id.x + id.y * ${plan.width}u;
      if (at >= dims.outer * dims.N * dims.inner) { return; }
      let n = at / dims.inner % dims.N;
      let o = at / dims.inner / dims.N;
      let place = placeOf(ids[${{ shared: "n", rows: "o * dims.N + n", elements: "at" }[options.ids]}]);
      let source = (o * dims.V + place) * dims.inner + at % dims.inner;
      if (place < dims.V) { out[at] = x[source]; } else { out[at] = ${word(options)}(); }
    }`,
});
