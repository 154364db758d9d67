import {
  defineKernel,
  flatPlan,
  optional,
  perCall,
  read,
  ValueError,
  type ValueOptions,
  valueType,
  wgsl,
  write,
} from "../core";
import { checkPlaces, type IndexLayout, indexShape, listsOf, PLACE } from "./places";

/** What becomes of an element that updates are written to: the last of them, or all of them with its own value. */
export type ScatterReduction = "none" | "add" | "mul" | "min" | "max";

export interface ScatterOptions extends ValueOptions {
  readonly ids: IndexLayout;
  readonly reduction: ScatterReduction;
}

const defaults: ScatterOptions = { ids: "elements", reduction: "none", type: "f32" };

const TAKES = "value = u; taken = n + 1u;";
const STEPS: Readonly<Record<ScatterReduction, string>> = {
  none: TAKES,
  add: "value += u;",
  mul: "value *= u;",
  min: `if (u < value) { ${TAKES} }`,
  max: `if (u > value) { ${TAKES} }`,
};

/**
 * Updates written to, or combined with, the elements of an array that indices name:
 *   out[o, v, i] = data[o, v, i] ⊕ updates[o, n, i] ⊕ …   over the n whose index means v, in their order
 * Data that is left out is zeros, so that the reduction add makes the gradient of `gather`. Each element is owned by one
 * invocation: no atomic, and one order of additions. It finds its updates by the chains of `indexChains`; where each
 * element has an index of its own it looks through all of them instead. `source` tells which value out is: 0 for the
 * array's own, n + 1 for update n, the first of equals for min and max.
 */
export const scatter = defineKernel({
  name: "scatter",
  dims: {
    outer: perCall("rows before the axis"),
    V: perCall("extent of the axis of the array"),
    N: perCall("indices along the axis"),
    inner: perCall("elements after the axis"),
  },
  options: defaults,
  bindings: {
    data: optional(read(valueType, "outer V inner")),
    ids: optional(read("i32", indexShape)),
    first: optional(read("u32", (dims, options) => [listsOf(dims, options), dims.V ?? 0])),
    next: optional(read("u32", (dims, options) => [listsOf(dims, options), dims.N ?? 0])),
    updates: read(valueType, "outer N inner"),
    out: write(valueType, "outer V inner"),
    source: optional(write("u32", "outer V inner")),
  },
  check: ({ V }) => checkPlaces("scatter", V),
  plan: ({ outer, V, inner }, limits) => flatPlan(outer * V * inner, limits),
  cost: ({ outer, V, N, inner }, { ids }) => ({
    flops: outer * N * inner * (ids === "elements" ? V : 1),
    bytes: 4 * outer * inner * (2 * V + N),
  }),
  wgsl: (plan, { options, has }) => wgsl`
    ${options.ids === "elements" ? PLACE : ""}
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let e = id.x + id.y * ${plan.width}u;
      if (e >= dims.outer * dims.V * dims.inner) { return; }
      let i = e % dims.inner;
      let v = e / dims.inner % dims.V;
      let o = e / dims.inner / dims.V;
      var value = ${has.data ? "data[e]" : `${options.type}()`};
      var taken = 0u;
      ${loop(options, has)}
        let u = updates[(o * dims.N + n) * dims.inner + i];
        ${STEPS[options.reduction]}
      }
      out[e] = value;
      ${has.source ? "source[e] = taken;" : ""}
    }`,
});

/** WGSL that walks the updates of element e: by its chain, or past those of others. */
function loop({ ids }: ScatterOptions, has: { ids: boolean; first: boolean; next: boolean }): string {
  const isGiven = ids === "elements" ? has.ids : has.first && has.next;
  if (!isGiven) {
    throw new ValueError({
      where: "scatter",
      what: ids === "elements" ? 'binding "ids"' : 'bindings "first" and "next"',
      expected: `given for indices of the layout ${ids}`,
      received: "missing",
      ...(ids === "elements" ? {} : { remedy: "Pass what indexChains wrote." }),
    });
  }
  if (ids === "elements") {
    return `for (var n = 0u; n < dims.N; n++) {
        if (placeOf(ids[(o * dims.N + n) * dims.inner + i]) != v) { continue; }`;
  }
  const [first, next] = ids === "shared" ? ["v", "n"] : ["o * dims.V + v", "o * dims.N + n"];
  return `for (var n = first[${first}]; n < dims.N; n = next[${next}]) {`;
}
