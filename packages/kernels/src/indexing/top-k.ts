import {
  defineKernel,
  foldGrid,
  perCall,
  read,
  ValueError,
  type ValueOptions,
  valueType,
  wgsl,
  withVariants,
  write,
} from "../core";

export interface TopKOptions extends ValueOptions {
  /** Whether the smallest are taken in place of the largest. */
  readonly smallest: boolean;
}

const defaults: TopKOptions = { type: "f32", smallest: false };
/** Invocations of a workgroup: they share a row, or have one each. */
const LANES = 64;
/** Rows below which most of a processor's vectors would idle, had each one invocation. */
const MANY = 4;

const defineTopK = (alone: boolean) =>
  defineKernel({
    name: alone ? "top_k_alone" : "top_k",
    dims: { R: perCall("rows"), V: perCall("elements of a row"), K: perCall("elements taken of each") },
    options: defaults,
    bindings: { x: read(valueType, "R V"), values: write(valueType, "R K"), indices: write("u32", "R K") },
    check: ({ V, K }) => {
      if (K <= V) return;
      throw new ValueError({ where: "top_k", what: "K", expected: `at most V = ${V}`, received: `${K}` });
    },
    plan: ({ R }, limits) => ({
      workgroupSize: LANES,
      ...foldGrid(alone ? Math.ceil(R / LANES) : R, limits),
      widest: limits.maxComputeWorkgroupsPerDimension,
    }),
    cost: ({ R, V, K }) => ({ flops: 2 * R * V * K, bytes: 4 * R * (V + 2 * K) }),
    wgsl: ({ widest }, { options: { type, smallest } }) => {
      const better = smallest ? "<" : ">";
      const worse = smallest ? ">" : "<";
      // by its bits: a comparison with NaN may come out either way
      const isNumber = (of: string): string =>
        type === "f32" ? `(bitcast<u32>(${of}) & 0x7fffffffu) <= 0x7f800000u` : "true";
      // the best of what comes after the last one taken; the lowest index of equals
      const turn = (from: string, step: number): string => `
        var best = ${type}();
        var place = dims.V;
        for (var v = ${from}; v < dims.V; v += ${step}u) {
          let candidate = x[base + v];
          let follows = k == 0u || candidate ${worse} last || (candidate == last && v > lastPlace);
          let isBetter = place == dims.V || candidate ${better} best;
          if (follows && isBetter && ${isNumber("candidate")}) { best = candidate; place = v; }
        }`;
      // where no number is left: the next NaN
      const take = `
        if (place < dims.V) {
          last = best;
          lastPlace = place;
        } else {
          place = nextNaN;
          while (place < dims.V - 1u && ${isNumber("x[base + place]")}) { place++; }
          best = x[base + place];
          nextNaN = place + 1u;
        }`;
      const store = "values[row * dims.K + k] = best; indices[row * dims.K + k] = place;";
      const start = `let base = row * dims.V;
      var last = ${type}();
      var lastPlace = 0u;
      var nextNaN = 0u;`;
      if (alone) {
        return wgsl`
    @compute @workgroup_size(${LANES})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let row = id.x + id.y * ${widest * LANES}u;
      if (row >= dims.R) { return; }
      ${start}
      for (var k = 0u; k < dims.K; k++) {
        ${turn("0u", 1)}
        ${take}
        ${store}
      }
    }`;
      }
      return wgsl`
    var<workgroup> bests: array<${type}, ${LANES}>;
    var<workgroup> places: array<u32, ${LANES}>;

    @compute @workgroup_size(${LANES})
    fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
      let row = group.x + group.y * ${widest}u;
      if (row >= dims.R) { return; } // the whole workgroup overhangs
      ${start}
      for (var k = 0u; k < dims.K; k++) {
        ${turn("lane", LANES)}
        bests[lane] = best;
        places[lane] = place;
        workgroupBarrier();
        for (var other = 0u; other < ${LANES}u; other++) { // every lane finds the winner: no second way round
          let theirs = bests[other];
          let isThere = places[other] < dims.V;
          let wins = place == dims.V || theirs ${better} best || (theirs == best && places[other] < place);
          if (isThere && wins) { best = theirs; place = places[other]; }
        }
        ${take}
        if (lane == 0u) { ${store} }
        workgroupBarrier(); // before the next turn writes over what others still read
      }
    }`;
    },
  });

/**
 * The K largest of each row, largest first, and where they are; of equals the one of the lowest index first, and NaN last,
 * whichever end is asked for. The order of what is taken follows from the numbers alone, so every way of finding them gives
 * the same bits. This one takes them one after another, each time the best of what comes after the last, in K walks over
 * the row.
 *
 * @throws ValueError if K is larger than V
 */
export const topK = withVariants(defineTopK(false), [
  {
    kernel: defineTopK(true),
    why: "an invocation a row: no barrier",
    speed: ({ dims: { R = 0 } }, { adapter }) => (adapter.isSoftware && R >= MANY ? 4 : 0.1),
  },
]);
