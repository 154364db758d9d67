import { foldGrid, wgsl } from "../core";
import { BUNDLE, type FeatureSum, GROUPS, type Phases, type PositionSum, QUERY_PLACES, SHARE, STRIDE } from "./phases";
import { fours } from "./quads";

/** `count` lines of WGSL. */
const each = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join("\n");

/**
 * One subgroup a workgroup. Over features, a lane has a position, and all hear the fours of the query, which each lane
 * reads some of; over positions, a lane has a four of features, and all hear the weights, which each wrote some of.
 */
export function lanePhases(lanes: 4 | 8): Phases {
  /** Adds the fours of up to SHARE places from `base` on. */
  const addFours = (of: number, { kept = {}, factors }: PositionSum): string => wgsl`
          ${Object.entries(kept)
            .map(([name, load]) =>
              each(Math.ceil(of / lanes), (h) => {
                const isWhole = (h + 1) * lanes <= of;
                const place = isWhole ? `${h * lanes}u + lane` : `min(${h * lanes}u + lane, ${of - 1}u)`;
                return `let ${name}${h} = ${load(`base + ${place}`)};`;
              }),
            )
            .join("\n")}
          ${each(of, (j) => {
            const heard = (name: string): string => `subgroupBroadcast(${name}${Math.floor(j / lanes)}, ${j % lanes}u)`;
            return `part${j} = fma(${factors(`base + ${j}u`, heard).join(", ")}, part${j});`;
          })}`;

  const eachPosition = (sum: PositionSum): string => {
    const count = fours(sum.extent);
    const whole = Math.floor(count / SHARE) * SHARE;
    return wgsl`
      for (var start = 0u; start < count; start += ${lanes}u) {
        let place = start + lane;
        let s = min(place, count - 1u);
        ${each(SHARE, (k) => `var part${k} = vec4f(zero);`)}
        ${whole > 0 ? `for (var base = 0u; base < ${whole}u; base += ${SHARE}u) { ${addFours(SHARE, sum)} }` : ""}
        ${count > whole ? `{ let base = ${whole}u; ${addFours(count - whole, sum)} }` : ""}
        var value = 0.0;
        ${each(SHARE, (k) => `value += (part${k}.x + part${k}.y) + (part${k}.z + part${k}.w);`)}
        if (place < count) { ${sum.finish} }
      }`;
  };

  const ownPositions = (body: string, end = "count"): string =>
    `for (var s = lane; s < ${end}; s += ${lanes}u) { ${body} }`;

  const total = (name: string, value: string, factor = "1.0"): string => wgsl`
      var ${name} = 0.0;
      for (var bundle = 0u; bundle < min(count, ${STRIDE}u); bundle += ${BUNDLE}u) {
        var some = 0.0;
        for (var part = 0u; part < ${BUNDLE}u; part += ${lanes}u) {
          var own = 0.0;
          for (var s = bundle + part + lane; s < count; s += ${STRIDE}u) { own = fma(${factor}, ${value}, own); }
          ${each(lanes, (j) => `some += subgroupBroadcast(own, ${j}u);`)}
        }
        ${name} += some;
      }`;

  /** What lane `part + g` has of `mine`; `part` is 0, or 4 of 8 lanes. */
  const heardFrom = (g: number): string =>
    lanes === GROUPS
      ? `subgroupBroadcast(mine, ${g}u)`
      : `select(subgroupBroadcast(mine, ${g}u), subgroupBroadcast(mine, ${g + GROUPS}u), part > 0u)`;

  const eachFeature = ({ extent, before = "", weight, features, finish }: FeatureSum): string => {
    const count = fours(extent);
    return wgsl`
      for (var first = 0u; first < ${count}u; first += ${lanes}u) {
        let q = min(first + lane, ${count - 1}u);
        ${before}
        ${each(GROUPS, (g) => `var own${g} = vec4f(0.0);`)}
        for (var start = 0u; start < count; start += ${lanes}u) {
          var mine = 0.0;
          if (start + lane < count) { let s = start + lane; mine = ${weight}; }
          for (var part = 0u; part < min(${lanes}u, count - start); part += ${GROUPS}u) {
            ${each(GROUPS, (g) => `{ let s = min(start + part + ${g}u, count - 1u); own${g} = fma(vec4f(${heardFrom(g)}), ${features}, own${g}); }`)}
          }
        }
        var sum = own0;
        ${each(GROUPS - 1, (g) => `sum += own${g + 1};`)}
        if (first + lane < ${count}u) { ${finish} }
      }`;
  };

  return {
    suffix: `_lanes_${lanes}`,
    plan: (queries, limits) => ({
      workgroupSize: lanes,
      ...foldGrid(queries, limits),
      widest: limits.maxComputeWorkgroupsPerDimension,
    }),
    kernel: ({ widest }, { count, functions, phases }) => wgsl`
    const LOWEST: f32 = -3.4e38;
    ${functions.join("\n    ")}
    @compute @workgroup_size(${lanes})
    fn main(@builtin(workgroup_id) group: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
      let row = group.x + group.y * ${widest}u;
      if (row >= dims.B * dims.T) { return; }
      ${QUERY_PLACES}
      let count = ${count};
      ${phases.join("\n      ")}
    }`,
    eachPosition,
    ownPositions,
    highest: (name, own) => `let ${name} = subgroupMax(${own});`,
    total,
    meet: "", // lanes read what they wrote themselves, and tell the others
    eachFeature,
  };
}
