import { foldGrid, wgsl } from "../core";
import { BUNDLE, type FeatureSum, GROUPS, type Phases, type PositionSum, QUERY_PLACES, SHARE, STRIDE } from "./phases";
import { fours } from "./quads";

/** Invocations of a workgroup. */
const LANES = STRIDE;
/** Between the parts of two positions: one more than parts, so that lanes of a column meet in no bank of memory. */
const PITCH = SHARE + 1;
/** Fours of features that lanes sum over positions side by side. */
const ACROSS = LANES / GROUPS;

/** Constants and workgroup memory of the phases: 7 KiB. */
const SCRATCH = wgsl`
    const LOWEST: f32 = -3.4e38;
    var<workgroup> parts: array<f32, ${LANES * PITCH}>;
    var<workgroup> lanes: array<f32, ${LANES}>;
    var<workgroup> sums: array<f32, ${LANES / BUNDLE}>;
    var<workgroup> quads: array<vec4f, ${LANES}>;`;

/** Fours of what is the same at all positions that a lane keeps in registers; of more it reads them again. */
const MOST_KEPT = 8;

/** A lane's part of the sum of a position, and what it keeps for all of them. */
function laneSum({ extent, kept = {}, factors }: PositionSum): { keep: string[]; add: string } {
  const count = fours(extent);
  const lane = `index % ${SHARE}u`;
  const chunks = Math.ceil(count / SHARE);
  if (chunks > MOST_KEPT) {
    const add = `sum = fma(${factors("q", (name) => (kept[name] as (q: string) => string)("q")).join(", ")}, sum);`;
    return { keep: [], add: `for (var q = ${lane}; q < ${count}u; q += ${SHARE}u) { ${add} }` };
  }
  const each = Array.from({ length: chunks }, (_, k) => k);
  const keep = each.flatMap((k) => [
    `let q${k} = min(${k * SHARE}u + ${lane}, ${count - 1}u);`,
    ...Object.entries(kept).map(([name, load]) => `let ${name}${k} = ${load(`q${k}`)};`),
  ]);
  const add = each.map((k) => {
    const sum = `sum = fma(${factors(`q${k}`, (name) => `${name}${k}`).join(", ")}, sum);`;
    return (k + 1) * SHARE <= count ? sum : `if (${k * SHARE}u + ${lane} < ${count}u) { ${sum} }`;
  });
  return { keep, add: add.join("\n            ") };
}

/** The lane of position s is s mod 128: it finds what it wrote without a barrier. */
function eachPosition(of: PositionSum): string {
  const { keep, add } = laneSum(of);
  return wgsl`
      {
        ${keep.join("\n        ")}
        for (var start = 0u; start < count; start += ${LANES}u) {
          let end = min(start + ${LANES}u, count);
          for (var s = start + index / ${SHARE}u; s < end; s += ${LANES / SHARE}u) {
            var sum = vec4f(zero);
            ${add}
            parts[(s - start) * ${PITCH}u + index % ${SHARE}u] = (sum.x + sum.y) + (sum.z + sum.w);
          }
          workgroupBarrier();
          let s = start + index;
          if (s < end) {
            var value = 0.0;
            for (var k = 0u; k < ${SHARE}u; k++) { value += parts[index * ${PITCH}u + k]; }
            ${of.finish}
          }
          workgroupBarrier();
        }
      }`;
}

const ownPositions = (body: string, end = "count"): string =>
  `for (var s = index; s < ${end}; s += ${LANES}u) { ${body} }`;

/** Every lane's `own` joined, of 16 lanes at a time, then of those. */
const overLanes = (
  name: string,
  start: string,
  own: string,
  join: (all: string, one: string) => string,
): string => wgsl`
      lanes[index] = ${own};
      workgroupBarrier();
      if (index < ${LANES / BUNDLE}u) {
        var some = ${start};
        for (var k = 0u; k < ${BUNDLE}u; k++) { some = ${join("some", `lanes[index * ${BUNDLE}u + k]`)}; }
        sums[index] = some;
      }
      workgroupBarrier();
      var ${name} = ${start};
      for (var k = 0u; k < ${LANES / BUNDLE}u; k++) { ${name} = ${join(name, "sums[k]")}; }`;

const eachFeature = ({ extent, before = "", weight, features, finish }: FeatureSum): string => wgsl`
      for (var first = 0u; first < ${fours(extent)}u; first += ${ACROSS}u) {
        let q = first + index % ${ACROSS}u;
        var own = vec4f(0.0);
        if (q < ${fours(extent)}u) {
          ${before}
          for (var s = index / ${ACROSS}u; s < count; s += ${GROUPS}u) { own = fma(vec4f(${weight}), ${features}, own); }
        }
        quads[index] = own;
        workgroupBarrier();
        if (index < ${ACROSS}u && q < ${fours(extent)}u) {
          var sum = quads[index];
          for (var k = 1u; k < ${GROUPS}u; k++) { sum += quads[index + k * ${ACROSS}u]; }
          ${finish}
        }
        workgroupBarrier();
      }`;

/** The plain phases: 128 lanes that meet at barriers. */
export const BARRIERS: Phases = {
  suffix: "",
  plan: (queries, limits) => ({
    workgroupSize: LANES,
    ...foldGrid(queries, limits),
    widest: limits.maxComputeWorkgroupsPerDimension,
  }),
  kernel: ({ widest }, { count, functions, phases }) => wgsl`
    ${SCRATCH}
    ${functions.join("\n    ")}
    @compute @workgroup_size(${LANES})
    fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) index: u32) {
      let row = group.x + group.y * ${widest}u;
      if (row >= dims.B * dims.T) { return; }
      ${QUERY_PLACES}
      let count = ${count};
      ${phases.join("\n      ")}
    }`,
  eachPosition,
  ownPositions,
  highest: (name, own) => overLanes(name, "LOWEST", own, (all, one) => `max(${all}, ${one})`),
  total: (name, value, factor = "1.0") => wgsl`
      var own_${name} = 0.0;
      ${ownPositions(`own_${name} = fma(${factor}, ${value}, own_${name});`)}
      ${overLanes(name, "0.0", `own_${name}`, (all, one) => `${all} + ${one}`)}`,
  meet: "storageBarrier();\n      workgroupBarrier();",
  eachFeature,
};
