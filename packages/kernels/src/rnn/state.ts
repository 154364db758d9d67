import {
  type DimValues,
  defineKernel,
  flatPlan,
  optional,
  perModel,
  read,
  type Variant,
  wgsl,
  withVariants,
  write,
} from "../core";
import { paddedColumns } from "./pack";
import { type ScanOptions, scanDims, timeFunctions } from "./scan";
import {
  each,
  eachSum,
  eachUnit,
  fewestLanes,
  ownRows,
  powerOfTwo,
  product,
  type Sharing,
  sums,
  type Tile,
  tileRows,
} from "./tile";

const options: ScanOptions = { reverse: false };

/** WGSL that takes n apart as an index into [D, B, H]. */
const stateIndex = wgsl`
      let u = n % H;
      let b = n / H % dims.B;
      let d = n / (H * dims.B);
      let length = lengthOf(b);`;

/** WGSL that takes n apart as an index into [B, T, D, H]. */
const stepIndex = wgsl`
      let u = n % H;
      let d = n / H % D;
      let t = n / (H * D) % dims.T;
      let b = n / (H * D * dims.T);
      let length = lengthOf(b);
      let state = (d * dims.B + b) * H + u;`;

/**
 * The state after each row's last step: hN[d, b] = y at that step, cN[d, b] = c there; of a row of length 0 the initial
 * state. `cells`, `c0` and `cN` are for LSTMs.
 */
export const finalState = defineKernel({
  name: "final_state",
  dims: scanDims,
  options,
  bindings: {
    y: read("f32", "B T D H"),
    cells: optional(read("vec2f", "B T D H")),
    h0: optional(read("f32", "D B H")),
    c0: optional(read("f32", "D B H")),
    lengths: optional(read("u32", "B")),
    hN: write("f32", "D B H"),
    cN: optional(write("f32", "D B H")), // needs `cells`
  },
  plan: ({ B, D, H }, limits) => flatPlan(D * B * H, limits),
  cost: ({ B, D, H }) => ({ flops: 0, bytes: 20 * B * D * H }),
  wgsl: (plan, { options: { reverse }, has }) => wgsl`
    ${timeFunctions({ hasLengths: has.lengths, reverse })}
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let n = id.x + id.y * ${plan.width}u;
      if (n >= D * dims.B * H) { return; }
      ${stateIndex}
      var h = ${has.h0 ? "h0[n]" : "0.0"};
      var c = ${has.c0 ? "c0[n]" : "0.0"};
      if (length > 0u) {
        let end = at(b, timeOf(length - 1u, length, d), d) + u;
        h = y[end];
        ${has.cells ? "c = cells[end].y;" : ""}
      }
      hN[n] = h;
      ${has.cN ? "cN[n] = c;" : ""}
    }`,
});

/** The state that each step started from, h_{t−1} in its direction, as [B, T, D, H]; zeros at padding. */
export const previousState = defineKernel({
  name: "previous_state",
  dims: scanDims,
  options,
  bindings: {
    y: read("f32", "B T D H"),
    h0: optional(read("f32", "D B H")),
    lengths: optional(read("u32", "B")),
    hPrev: write("f32", "B T D H"),
  },
  plan: ({ B, T, D, H }, limits) => flatPlan(B * T * D * H, limits),
  cost: ({ B, T, D, H }) => ({ flops: 0, bytes: 8 * B * T * D * H }),
  wgsl: (plan, { options: { reverse }, has }) => wgsl`
    ${timeFunctions({ hasLengths: has.lengths, reverse })}
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let n = id.x + id.y * ${plan.width}u;
      if (n >= dims.B * dims.T * D * H) { return; }
      ${stepIndex}
      let scanStep = timeOf(t, length, d);
      var h = 0.0;
      if (scanStep > 0u && t < length) { h = y[at(b, timeOf(scanStep - 1u, length, d), d) + u]; }
      ${has.h0 ? "if (scanStep == 0u && t < length) { h = h0[state]; }" : ""}
      hPrev[n] = h;
    }`,
});

/** dy with the gradient of the final state added where that state comes from: at the last step of each row's scan. */
export const addFinalGradient = defineKernel({
  name: "add_final_gradient",
  dims: scanDims,
  options,
  bindings: {
    dy: optional(read("f32", "B T D H")), // zeros when absent
    dhN: read("f32", "D B H"),
    lengths: optional(read("u32", "B")),
    sum: write("f32", "B T D H"),
  },
  plan: ({ B, T, D, H }, limits) => flatPlan(B * T * D * H, limits),
  cost: ({ B, T, D, H }) => ({ flops: B * D * H, bytes: 8 * B * T * D * H }),
  wgsl: (plan, { options: { reverse }, has }) => wgsl`
    ${timeFunctions({ hasLengths: has.lengths, reverse })}
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let n = id.x + id.y * ${plan.width}u;
      if (n >= dims.B * dims.T * D * H) { return; }
      ${stepIndex}
      var gradient = ${has.dy ? "dy[n]" : "0.0"};
      if (timeOf(t, length, d) + 1u == length) { gradient += dhN[state]; }
      sum[n] = gradient;
    }`,
});

interface StateGradientOptions extends ScanOptions {
  /** Units that make the gates, where a state has another number of features; 0 where it has H too. */
  readonly units: number;
  /** vec4f of one direction in `rows`, where other weights lie behind R; 0 where none do. */
  readonly stride: number;
}

const stateGradientOptions: StateGradientOptions = { ...options, units: 0, stride: 0 };

/** Rows of R, G·H, and vec4f of one direction. */
const rowsOfR = ({ G = 0, H = 0 }: DimValues, { units, stride }: Readonly<Record<string, unknown>>) => {
  const count = G * (Number(units) || H);
  return { count, stride: Number(stride) || count * paddedColumns(H) };
};

/** Four units of each of `rows` rows. */
const tile = (rows: number): Tile => ({ rows, columns: 1, type: "vec4f" });

const defineStateGradient = (sharing: Sharing) =>
  defineKernel({
    name: sharing > 0 ? `state_gradient_shared_${sharing}` : "state_gradient",
    dims: { ...scanDims, G: perModel("gates of a unit") },
    options: stateGradientOptions,
    bindings: {
      dGates: optional(
        read("f32", (dims, given) => [dims.B ?? 0, dims.T ?? 0, dims.D ?? 0, rowsOfR(dims, given).count]),
      ),
      rows: optional(read("vec4f", (dims, given) => [dims.D ?? 0, rowsOfR(dims, given).stride])), // R from pad_recurrent or pad_lstm
      carry: optional(read("f32", "D B H")),
      lengths: optional(read("u32", "B")),
      dhN: optional(read("f32", "D B H")),
      dh0: write("f32", "D B H"),
    },
    plan: ({ B, D, H }) => {
      // A software adapter has few cores, which many small workgroups share evenly, and what it is short of is loads.
      const workgroupSize = powerOfTwo(paddedColumns(H), fewestLanes(sharing), sharing > 0 ? 8 : 32);
      const rows = sharing > 0 && B >= 16 ? 16 : tileRows(B);
      return {
        workgroupSize,
        rows,
        grid: [Math.ceil(paddedColumns(H) / workgroupSize), Math.ceil(B / rows), D] as const,
      };
    },
    cost: ({ B, D, G, H }) => ({ flops: 2 * D * B * G * H * H, bytes: 4 * D * (G * H * H + B * H * (G + 2)) }),
    wgsl: ({ workgroupSize, rows }, { dims: { G, H }, options: { reverse, units, stride }, has }) => {
      const firstOf = (name: string, row: string): string =>
        `let ${name} = G * firstStep(id.y * ${rows}u + ${row}, d)${units > 0 ? ` / H * ${units}u` : ""};`;
      return wgsl`
    const Q = ${paddedColumns(H)}u;
    ${timeFunctions({ hasLengths: has.lengths, reverse })}
    fn finish(index: u32, d: u32, u: u32, recurrent: f32) {
      let n = (d * dims.B + index) * H + u;
      let flowing = ${has.carry ? "carry[n] + " : ""}recurrent;
      dh0[n] = select(flowing, ${has.dhN ? "dhN[n]" : "0.0"}, lengthOf(index) == 0u);
    }

    @compute @workgroup_size(${workgroupSize})
    fn main(
      @builtin(global_invocation_id) id: vec3u,
      ${sharing > 0 ? "@builtin(subgroup_invocation_id) subLane: u32," : ""}
    ) {
      let q = min(id.x, Q - 1u); // those past the end lend a hand
      let d = id.z;
      ${sums(tile(rows))}
      ${
        has.dGates
          ? wgsl`
      ${each(rows, (r) => firstOf(`row${r}`, `${r}u`))}
      ${ownRows(rows, sharing, firstOf)}
      ${product({
        ...tile(rows),
        count: units > 0 ? `${G * units}u` : "G * H",
        value: (row) => `dGates[${row} + k]`,
        weight: () => (stride > 0 ? `rows[d * ${stride}u + k * Q + q]` : "rows[(d * G * H + k) * Q + q]"),
        sharing: sharing > 0 && rows % sharing === 0 ? sharing : 0,
      })}`
          : ""
      }
      if (id.x < Q) { ${eachSum(tile(rows), "id.y", eachUnit("q", "finish(index, d, u, value);"))} }
    }
    fn firstStep(index: u32, d: u32) -> u32 {
      let b = min(index, dims.B - 1u);
      return at(b, timeOf(0u, lengthOf(b), d), d);
    }`;
    },
  });

/**
 * The gradient of the initial state, from what the scan left at each row's first step:
 *   dh0[d, b] = carry[d, b] + Rᵀ·dGates at that step;   of a row of length 0, dhN[d, b]
 * Of a projected LSTM, H here is that of its states, and `units` that of its gates. `dGates` and `rows` come together; a GRU that resets before its product has all in `carry` and gives neither.
 * Its variants have four or eight lanes of a subgroup read as many rows for all of them.
 */
export const stateGradient = withVariants(defineStateGradient(0), [
  sharedStateGradient(4, 2),
  sharedStateGradient(8, 2.1),
]);

function sharedStateGradient(sharing: Sharing, rate: number): Variant {
  return {
    kernel: defineStateGradient(sharing),
    why: `rows loaded by ${sharing} lanes of a subgroup`,
    speed: ({ dims: { B = 0 }, has }, { adapter, features }) =>
      adapter.isSoftware &&
      has.dGates &&
      B >= sharing &&
      features.has("subgroups") &&
      (adapter.subgroupMinSize ?? 0) >= sharing
        ? rate
        : 0,
  };
}
