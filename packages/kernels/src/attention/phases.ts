import { foldGrid, type Limits, type Plan, wgsl } from "../core";
import { fours } from "./quads";

/** Invocations of a workgroup, which has one query and all positions of its row's memory. */
const LANES = 128;
/** Lanes that share the sum of one position: neighbours read neighbouring fours of features. */
const SHARE = 16;
/** Between the parts of two positions: one more than parts, so that lanes of a column meet in no bank of memory. */
const PITCH = SHARE + 1;
/** Fours of features that lanes sum over positions side by side; the lanes of a four share its positions. */
const ACROSS = 32;
const GROUPS = LANES / ACROSS;

/** A workgroup for each of the B·T queries. */
export interface QueryPlan extends Plan {
  readonly widest: number;
}

export function queryPlan(queries: number, limits: Limits): QueryPlan {
  return { workgroupSize: LANES, ...foldGrid(queries, limits), widest: limits.maxComputeWorkgroupsPerDimension };
}

/** Constants and workgroup memory of the phases below: 11 KiB. */
const SCRATCH = wgsl`
    const LOWEST: f32 = -3.4e38;
    var<workgroup> parts: array<f32, ${LANES * PITCH}>;
    var<workgroup> lanes: array<f32, ${LANES}>;
    var<workgroup> sums: array<f32, ${LANES / SHARE}>;
    var<workgroup> quads: array<vec4f, ${LANES}>;`;

/**
 * A kernel of phases: `row` is the query, `b` its row of the batch, `at` and `keysAt` the first positions of its
 * weights [B, T, S] and of its memory [B, S, …], `count` how many positions there are.
 *
 * Every sum over features or positions adds the same numbers in the same order however long the padded axis is: so
 * padding changes no bit.
 */
export const queryKernel = (
  { widest }: QueryPlan,
  { count, functions, phases }: { count: string; functions: readonly string[]; phases: readonly string[] },
): string => wgsl`
    ${SCRATCH}
    ${functions.join("\n    ")}
    @compute @workgroup_size(${LANES})
    fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) index: u32) {
      let row = group.x + group.y * ${widest}u;
      if (row >= dims.B * dims.T) { return; }
      let b = row / dims.T;
      let at = row * dims.S;
      let keysAt = b * dims.S;
      let count = ${count};
      ${phases.join("\n      ")}
    }`;

/** WGSL of the positions of a row: those of its length. */
export const positions = (hasLengths: boolean): string => (hasLengths ? "min(lengths[b], dims.S)" : "dims.S");

/** A sum over the features of a position. */
export interface PositionSum {
  /** Features, in fours. */
  readonly extent: number;
  /** WGSL of what is the same at all positions, by four, which lanes keep. */
  readonly kept?: Readonly<Record<string, (q: string) => string>>;
  /** WGSL of four terms of position `s`, from the names of what is kept. */
  readonly term: (q: string, kept: (name: string) => string) => string;
  /** WGSL that has the sum as `value`. */
  readonly finish: string;
}

/**
 * A sum over features for each position `s`. The lane of position s is s mod 128, in `finish` and in all phases that
 * follow, so it finds what it wrote without a barrier. Each of 16 lanes adds every 16th four, then the parts of the four,
 * and the lanes' sums are added in order.
 */
export function eachPosition({ extent, kept = {}, term, finish }: PositionSum): string {
  const count = fours(extent);
  const chunks = Array.from({ length: Math.ceil(count / SHARE) }, (_, k) => k);
  const keep = chunks.flatMap((k) => [
    `let q${k} = min(${k * SHARE}u + index % ${SHARE}u, ${count - 1}u);`,
    ...Object.entries(kept).map(([name, load]) => `let ${name}${k} = ${load(`q${k}`)};`),
  ]);
  const add = chunks.map((k) => {
    const sum = `sum += ${term(`q${k}`, (name) => `${name}${k}`)};`;
    const isWhole = (k + 1) * SHARE <= count;
    return isWhole ? sum : `if (${k * SHARE}u + index % ${SHARE}u < ${count}u) { ${sum} }`;
  });
  return wgsl`
      {
        ${keep.join("\n        ")}
        for (var start = 0u; start < count; start += ${LANES}u) {
          let end = min(start + ${LANES}u, count);
          for (var s = start + index / ${SHARE}u; s < end; s += ${LANES / SHARE}u) {
            var sum = vec4f(0.0);
            ${add.join("\n            ")}
            parts[(s - start) * ${PITCH}u + index % ${SHARE}u] = (sum.x + sum.y) + (sum.z + sum.w);
          }
          workgroupBarrier();
          let s = start + index;
          if (s < end) {
            var value = 0.0;
            for (var k = 0u; k < ${SHARE}u; k++) { value += parts[index * ${PITCH}u + k]; }
            ${finish}
          }
          workgroupBarrier();
        }
      }`;
}

/** The sum of every lane's `own`, or the largest, as `name`, known to all: of 16 lanes at a time, then of those. */
const overLanes = (
  name: string,
  start: string,
  own: string,
  join: (all: string, one: string) => string,
): string => wgsl`
      lanes[index] = ${own};
      workgroupBarrier();
      if (index < ${LANES / SHARE}u) {
        var some = ${start};
        for (var k = 0u; k < ${SHARE}u; k++) { some = ${join("some", `lanes[index * ${SHARE}u + k]`)}; }
        sums[index] = some;
      }
      workgroupBarrier();
      var ${name} = ${start};
      for (var k = 0u; k < ${LANES / SHARE}u; k++) { ${name} = ${join(name, "sums[k]")}; }`;

/**
 * Softmax over the positions (Bahdanau et al. 2015, eq. 6): `score(then)` runs `then` for each position with its score as
 * `value`. `weights` gets e^(score − max)/Σ, and zeros past the row's length. Afterwards all lanes can read them.
 */
export const softmaxPhase = (score: (then: string) => string): string => wgsl`
      var most = LOWEST;
      ${score("weights[at + s] = value; most = max(most, value);")}
      ${overLanes("highest", "LOWEST", "most", (all, one) => `max(${all}, ${one})`)}
      var own = 0.0;
      for (var s = index; s < count; s += ${LANES}u) {
        let e = expSafe(weights[at + s] - highest);
        weights[at + s] = e;
        own += e;
      }
      ${overLanes("total", "0.0", "own", (all, one) => `${all} + ${one}`)}
      for (var s = index; s < dims.S; s += ${LANES}u) {
        if (s < count) { weights[at + s] = weights[at + s] / total; } else { weights[at + s] = 0.0; }
      }
      storageBarrier();
      workgroupBarrier();`;

/** A sum over positions of each feature. */
export interface FeatureSum {
  /** Features, in fours. */
  readonly extent: number;
  /** WGSL of what is the same at all positions of four `q`. */
  readonly before?: string;
  /** WGSL of four terms of position `s`. */
  readonly term: string;
  /** WGSL that has the sum as `sum`. */
  readonly finish: string;
}

/**
 * Σ_s of fours of features `q` over all positions: lane group g adds the positions with s mod 4 = g in order, and the
 * groups are added in order.
 */
export const eachFeature = ({ extent, before = "", term, finish }: FeatureSum): string => wgsl`
      for (var first = 0u; first < ${fours(extent)}u; first += ${ACROSS}u) {
        let q = first + index % ${ACROSS}u;
        var own = vec4f(0.0);
        if (q < ${fours(extent)}u) {
          ${before}
          for (var s = index / ${ACROSS}u; s < count; s += ${GROUPS}u) { own += ${term}; }
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

/** The context c = Σ_s α_s·m_s (Bahdanau et al. 2015, eq. 5). */
export const contextPhase = (D: number): string =>
  eachFeature({
    extent: D,
    term: "weights[at + s] * load_memory(keysAt + s, q)",
    finish: "store_context(row, q, sum);",
  });

/**
 * From the gradients of a context and of weights to those of the scores, which all lanes can read afterwards:
 *   dα_s = dα_s + Σ_d dc_d·m_sd,   de_s = α_s·(dα_s − Σ_u α_u·dα_u)
 * Weights that are 0 past a row's length make 0 of whatever stands there.
 */
export function scoreGradientPhase(D: number, has: { readonly dContext: boolean; readonly dWeights: boolean }): string {
  const note = (d: string): string => `let d = ${d};
            dScores[at + s] = d;
            own += weights[at + s] * d;`;
  const given = has.dWeights ? "dWeights[at + s]" : "0.0";
  const fromContext = eachPosition({
    extent: D,
    kept: { up: (q) => `load_dContext(row, ${q})` },
    term: (q, kept) => `${kept("up")} * load_memory(keysAt + s, ${q})`,
    finish: note(has.dWeights ? `value + ${given}` : "value"),
  });
  return wgsl`
      var own = 0.0;
      ${has.dContext ? fromContext : `for (var s = index; s < count; s += ${LANES}u) { ${note(given)} }`}
      ${overLanes("total", "0.0", "own", (all, one) => `${all} + ${one}`)}
      for (var s = index; s < count; s += ${LANES}u) {
        dScores[at + s] = weights[at + s] * (dScores[at + s] - total);
      }
      storageBarrier();
      workgroupBarrier();`;
}
