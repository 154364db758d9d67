import { foldGrid, type Limits, type Plan, type Variant, wgsl } from "../core";
import { INFINITY_BITS, NAN_BITS, STATE_FUNCTIONS, stateCount } from "./states";

/** How a walk over a sequence lies on the device: a workgroup to a row, its states over the lanes, in turn if need be. */
export interface WalkCut {
  /** What it adds to the name of the kernel. */
  readonly name: string;
  readonly why: string;
  /** Whether the states of a step stay in workgroup memory; else the next step reads them where this one wrote them. */
  readonly isKept: boolean;
  readonly lanes: number;
  /** Expected on a GPU and on a software adapter, the plain kernel being 1. */
  readonly speed: { readonly gpu: number; readonly software: number };
}

/** Any number of states: the plain kernel of both walks. */
export const PLAIN: WalkCut = {
  name: "",
  why: "the plain kernel: states in storage",
  isKept: false,
  lanes: 256,
  speed: { gpu: 1, software: 1 },
};

export const CUTS: readonly WalkCut[] = [
  { name: "_kept", why: "states in workgroup memory", isKept: true, lanes: 256, speed: { gpu: 3, software: 1.2 } },
  {
    name: "_kept_narrow",
    why: "states in workgroup memory, few lanes: cheap barriers",
    isKept: true,
    lanes: 32,
    speed: { gpu: 0.8, software: 2 },
  },
];

/** Steps after which the states are brought back to about 1: a whole number is taken from all their logarithms. */
const EVERY = 8;

/** Words of workgroup memory beside the two columns of states. */
const SPARE_WORDS = 16;

/** States that one column in workgroup memory has room for. */
const mostKept = ({ maxComputeWorkgroupStorageSize }: Limits): number =>
  Math.floor(maxComputeWorkgroupStorageSize / 8) - SPARE_WORDS;

export interface WalkPlan extends Plan {
  readonly workgroupSize: number;
  readonly widest: number;
  /** States that a column in workgroup memory has room for; 0 where it is not there. */
  readonly room: number;
}

interface Sizes {
  readonly B: number;
  readonly T: number;
  readonly L: number;
}

export function walkPlan({ isKept, lanes }: WalkCut, { B, L }: Sizes, limits: Limits): WalkPlan {
  const states = stateCount(L);
  const most = Math.min(lanes, limits.maxComputeInvocationsPerWorkgroup, limits.maxComputeWorkgroupSizeX);
  return {
    workgroupSize: Math.min(most, atLeast(states, 16)),
    ...foldGrid(B, limits),
    widest: limits.maxComputeWorkgroupsPerDimension,
    room: isKept ? Math.min(mostKept(limits), atLeast(states, 64)) : 0,
  };
}

/** The smallest power of two times `smallest` that is at least `n`: few codes for many lengths. */
function atLeast(n: number, smallest: number): number {
  let size = smallest;
  while (size < n) size *= 2;
  return size;
}

/** A variant for each cut that has room for the states. */
export const walkVariants = (define: (cut: WalkCut) => Variant["kernel"]): Variant[] =>
  CUTS.map((cut) => ({
    kernel: define(cut),
    why: cut.why,
    speed: ({ dims: { L = 0 } }, { adapter, limits }) => {
      if (stateCount(L) > mostKept(limits)) return 0;
      return adapter.isSoftware ? cut.speed.software : cut.speed.gpu;
    },
  }));

/** Operations of one state at one step: exponentials and a logarithm, a gather, and its share of a barrier. */
const STATE_FLOPS = 24;
/** Multiply-adds that the slowest device in use makes in a millisecond, and the steps of one row that it makes. */
const SLOWEST = { flops: 1e6, steps: 100 };

export const walkCost = ({ B, T, L }: Sizes) => ({
  flops: STATE_FLOPS * B * T * stateCount(L),
  bytes: 4 * B * T * (4 * stateCount(L) + 3),
});

/** Dispatches of a walk: as many as keep each within the time that one may take. */
export function walkDispatches(sizes: Sizes, { dispatchMilliseconds }: Limits): number {
  const milliseconds = Math.max(walkCost(sizes).flops / SLOWEST.flops, sizes.T / SLOWEST.steps);
  const most = Math.max(1, Math.ceil(sizes.T / EVERY));
  return Math.max(1, Math.min(most, Math.ceil(milliseconds / dispatchMilliseconds)));
}

/**
 * WGSL of a walk. With p the place of a state in the direction of the walk and `carried` what a step hands to the next:
 *   sum_n(p) = ln(e^carried(p) + e^carried(p−1) + [may skip]·e^carried(p−2)),   carried_n(p) = sum_n(p) + ln y_t(p)
 * which is α forwards and, with the states and the times turned round, β + ln y backwards. It writes `carried` forwards
 * and `sum` backwards.
 *
 * Logarithms of thousands would have few digits left for the differences that matter. So every 8 steps the whole part of
 * the highest is taken from all states of the row and added to `offsets`: sums of whole numbers, exact in any order. Steps
 * are counted from where the walk began, so neither padding nor where a dispatch ends changes a bit.
 */
export function walkCode(plan: WalkPlan, { isReverse, out }: { isReverse: boolean; out: string }): string {
  const { workgroupSize, widest, room } = plan;
  const isKept = room > 0;
  const barrier = isKept ? "workgroupBarrier();" : "storageBarrier(); workgroupBarrier();";
  const eachState = (until: string, body: string): string =>
    `for (var p = lane; p < ${until}; p += ${workgroupSize}u) { ${body} }`;
  const written = (n: string): string => {
    const value = `${out}[row.states + timeOf(row, ${n}) * row.stride + stateOf(row, p)]`;
    return isReverse ? `${value} + emission(row.index, timeOf(row, ${n}), stateOf(row, p))` : value;
  };
  return wgsl`
    ${STATE_FUNCTIONS}
    const LEAST: i32 = -16777216;
    ${isKept ? `var<workgroup> columns: array<f32, ${2 * room}>;` : ""}
    var<workgroup> top: atomic<i32>;
    var<workgroup> isBad: atomic<u32>;
    const WORKGROUP: u32 = ${workgroupSize}u;
    struct Row {
      index: u32,
      length: u32, // steps
      count: u32, //  states
      states: u32, // first state in an array [B, T, S]
      stride: u32, // S
    }
    fn timeOf(row: Row, n: u32) -> u32 { return ${isReverse ? "row.length - 1u - n" : "n"}; }
    fn stateOf(row: Row, p: u32) -> u32 { return ${isReverse ? "row.count - 1u - p" : "p"}; }
    // What step n - 1 handed on of place p.
    fn carried(row: Row, n: u32, p: u32) -> f32 {
      return ${isKept ? `columns[((n - 1u) & 1u) * ${room}u + p]` : written("n - 1u")};
    }
    fn raiseTop(value: f32) { atomicMax(&top, i32(floor(clamp(value, f32(LEAST), -f32(LEAST))))); }
    @compute @workgroup_size(${workgroupSize})
    fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
      let index = group.x + group.y * ${widest}u;
      if (index >= dims.B) { return; }
      let stride = 2u * dims.L + 1u;
      let row = Row(
        index, min(inputLengths[index], dims.T), 2u * min(targetLengths[index], dims.L) + 1u, index * dims.T * stride,
        stride,
      );
      let perDispatch = ((dims.T + dims.repeats - 1u) / dims.repeats + ${EVERY - 1}u) / ${EVERY}u * ${EVERY}u;
      let begin = min(dims.T, dims.step * perDispatch);
      let end = min(dims.T, begin + perDispatch);
      var offset = 0.0;
      if (lane == 0u) { atomicStore(&top, LEAST); }
      if (begin > 0u && begin < row.length) {
        offset = offsets[index * dims.T + timeOf(row, begin - 1u)];
        workgroupBarrier();
        ${eachState(
          "row.count",
          `let value = ${written("begin - 1u")};
          ${isKept ? `columns[((begin - 1u) & 1u) * ${room}u + p] = value;` : ""}
          raiseTop(value);`,
        )}
      }
      workgroupBarrier();
      for (var n = begin; n < min(end, row.length); n++) {
        let t = timeOf(row, n);
        var shift = 0.0;
        if (n > 0u && n % ${EVERY}u == 0u) {
          let highest = atomicLoad(&top);
          shift = select(0.0, f32(highest), highest > LEAST);
        }
        offset += shift;
        ${eachState(
          "stride",
          `let isState = p < row.count;
          let s = select(p, stateOf(row, p), isState);
          var sum = NONE;
          var value = NONE;
          if (isState) {
            if (n == 0u) {
              sum = select(NONE, 0.0, p < 2u);
            } else {
              var one = NONE;
              var two = NONE;
              if (p > 0u) { one = carried(row, n, p - 1u); }
              if (p > 1u && skipsBlank(index, s, stateOf(row, p - 2u))) { two = carried(row, n, p - 2u); }
              sum = logAdd(carried(row, n, p), one, two) - shift;
            }
            value = sum + emission(index, t, s);
            ${isKept ? `columns[(n & 1u) * ${room}u + p] = value;` : ""}
            if (n % ${EVERY}u == ${EVERY - 1}u) { raiseTop(value); }
          }
          ${out}[row.states + t * stride + s] = ${isReverse ? "sum" : "value"};`,
        )}
        if (lane == 0u) {
          offsets[index * dims.T + t] = offset;
          if (n % ${EVERY}u == ${EVERY / 2}u) { atomicStore(&top, LEAST); }
        }
        ${barrier}
      }
      for (var n = max(begin, row.length); n < end; n++) { // padding
        ${eachState("stride", `${out}[row.states + n * stride + p] = NONE;`)}
        if (lane == 0u) { offsets[index * dims.T + n] = 0.0; }
      }
      ${isReverse ? "" : LOSS_CODE}
    }`;
}

/**
 * Where the walk ends: −ln(α_T(S − 1) + α_T(S − 2)), or +∞ where no path of the target is as short as the row, or a NaN
 * where the statistics of a step are none.
 */
const LOSS_CODE = wgsl`
      let isLast = begin < row.length && row.length <= end;
      if (isLast || (row.length == 0u && dims.step == 0u)) {
        for (var t = lane; t < row.length; t += WORKGROUP) {
          if (!isFinite(stats[index * dims.T + t].y)) { atomicStore(&isBad, 1u); }
        }
        workgroupBarrier();
        if (lane == 0u) {
          var total = select(NONE, 0.0, row.count == 1u);
          if (row.length > 0u) {
            var label = NONE;
            if (row.count > 1u) { label = carried(row, row.length, row.count - 2u); }
            total = logAdd(carried(row, row.length, row.count - 1u), label, NONE);
          }
          let bits = select(bitcast<u32>(0.0 - (offset + total)), ${INFINITY_BITS}, total <= MASKED);
          loss[index] = bitcast<f32>(select(bits, ${NAN_BITS}, atomicLoad(&isBad) == 1u));
        }
      }`;
