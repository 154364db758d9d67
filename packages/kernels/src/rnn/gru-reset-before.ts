import { defineKernel, optional, read, wgsl, write } from "../core";
import { activationCode, activationSlopeCode } from "../wgsl/activation";
import { gruOptions } from "./gru";
import { paddedColumns } from "./pack";
import {
  each,
  eachSum,
  eachUnit,
  product,
  type ScanPlan,
  scanDims,
  scanFunctions,
  scanPlan,
  sums,
  type Tile,
} from "./scan";

/**
 * One workgroup makes all units of a tile of rows, because the candidate of each unit needs the reset state of all:
 * its invocations take the units in turn and meet at barriers. Between them values pass through the arrays in storage,
 * so that no width is too large for a workgroup's memory.
 */
function tilePlan(count: number, sizes: { B: number; D: number }): ScanPlan {
  const { rows, grid } = scanPlan(count, sizes);
  let workgroupSize = 4;
  while (workgroupSize < Math.min(count, 128)) workgroupSize *= 2;
  return { workgroupSize, rows, grid: [1, grid[1], grid[2]] };
}

/** Units of one forward invocation: two share each load of a state. */
const UNITS = 2;

/**
 * A gated recurrent unit that resets before the recurrent product, after its input product gx = W·x + b:
 *   r_t = σ(gx_r + R_r·h_{t−1});   z_t = σ(gx_z + R_z·h_{t−1});   n_t = tanh(gx_n + R_n·(r_t∘h_{t−1}))
 *   h_t = (1 − z_t)·n_t + z_t·h_{t−1}
 * Cho et al. (2014), their published version; ONNX's `linear_before_reset = 0` and Keras's `reset_after = false`.
 * One dispatch per step, T ≥ 1.
 */
export const gruResetBeforeForward = defineKernel({
  name: "gru_reset_before_forward",
  dims: scanDims,
  options: gruOptions,
  bindings: {
    gx: read("f32", "B T D H 3"), //         W·x_t + b
    rT: read("vec4f", "D H H"), //           R as pack_recurrent lays it: [D, k, unit]
    h0: optional(read("f32", "D B H")), //   zeros when absent
    lengths: optional(read("u32", "B")), //  T each when absent
    y: write("f32", "B T D H"), //           h_t
    gates: write("vec4f", "B T D H"), //     r z n after their activations, and 0
    states: write("f32", "2 B T D H"), //    what R multiplies: h_{t−1}, then r_t∘h_{t−1}
  },
  repeat: ({ T }) => T,
  plan: ({ B, D, H }) => tilePlan(Math.ceil(H / UNITS), { B, D }),
  cost: ({ B, T, D, H }) => ({
    flops: T * D * B * H * (6 * H + 15),
    bytes: 4 * T * D * (8 * H * H + B * H * 14),
  }),
  wgsl: ({ workgroupSize, rows }, { dims: { H }, options: { gate, candidate, reverse }, has }) => {
    const columns = Math.ceil(H / UNITS); // an invocation's units lie this far apart, so that neighbours load neighbours
    const gates = { rows, columns: UNITS, type: "vec2f" };
    const candidates = { rows, columns: UNITS, type: "f32" };
    const sum = (value: (row: number) => string, lanes: string) =>
      product({
        rows,
        columns: UNITS,
        count: "H",
        value,
        weight: (c) => `rT[(d * H + k) * H + min(q + ${c * columns}u, H - 1u)].${lanes}`,
      });
    const units = (body: string) => wgsl`
      for (var q = lane; q < ${columns}u; q += ${workgroupSize}u) {
        ${body}
      }`;
    const finishing = (tile: Tile, call: string) =>
      eachSum(
        tile,
        "group.y",
        `if (q + c * ${columns}u < H) { ${call}(rowAt(index, dims.step, d), q + c * ${columns}u, total); }`,
      );
    return wgsl`
    ${scanFunctions({ hasLengths: has.lengths, reverse })}
    fn reset(row: Row, u: u32, recurrent: vec2f) {
      var hPrev = ${has.h0 ? "h0[row.state + u]" : "0.0"};
      if (dims.step > 0u) { hPrev = y[row.before + u]; }
      let ar = gx[3u * (row.now + u)] + recurrent.x;
      let az = gx[3u * (row.now + u) + 1u] + recurrent.y;
      let r = ${activationCode(gate, "ar")};
      let z = ${activationCode(gate, "az")};
      gates[row.now + u] = select(vec4f(), vec4f(r, z, 0.0, 0.0), row.within);
      states[row.now + u] = select(0.0, hPrev, row.within);
      states[dims.B * dims.T * D * H + row.now + u] = select(0.0, r * hPrev, row.within);
    }
    fn finish(row: Row, u: u32, recurrent: f32) {
      let an = gx[3u * (row.now + u) + 2u] + recurrent;
      let n = ${activationCode(candidate, "an")};
      let z = gates[row.now + u].y;
      y[row.now + u] = select(0.0, (1.0 - z) * n + z * states[row.now + u], row.within);
      gates[row.now + u].z = select(0.0, n, row.within);
    }

    @compute @workgroup_size(${workgroupSize})
    fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
      let d = group.z;
      ${each(rows, (r) => `let row${r} = rowAt(group.y * ${rows}u + ${r}u, dims.step, d);`)}
      ${units(wgsl`
        ${sums(gates)}
        if (dims.step > 0u) {
          ${sum((r) => `y[row${r}.before + k]`, "xy")}
        }${has.h0 ? ` else { ${sum((r) => `h0[row${r}.state + k]`, "xy")} }` : ""}
        ${finishing(gates, "reset")}`)}
      storageBarrier(); // every unit's reset state is there
      ${units(wgsl`
        ${sums(candidates)}
        ${sum((r) => `states[dims.B * dims.T * D * H + row${r}.now + k]`, "z")}
        ${finishing(candidates, "finish")}`)}
    }`;
  },
});

/**
 * The gradient of `gru_reset_before_forward`, from the last step of the scan to the first; q is r_t∘h_{t−1}:
 *   dh_t = dy_t + carry;   dn = dh_t·(1 − z)·(1 − n²);   dz = dh_t·(h_{t−1} − n)·z(1 − z)
 *   dq = R_nᵀ·dn;   dr = dq·h_{t−1}·r(1 − r);   carry = dh_t·z + dq·r + R_rᵀ·dr + R_zᵀ·dz
 * dGx is the gradient of gx. dGh holds (dr, dz, 0) and then (0, 0, dn), so that dR is one product over 2·B·T rows with
 * the `states` of the forward pass. After the last dispatch carry is the gradient of h_0, but for rows of length 0
 * (`state_gradient`). The gradient of h_N enters through dy (`add_final_gradient`).
 */
export const gruResetBeforeBackward = defineKernel({
  name: "gru_reset_before_backward",
  dims: scanDims,
  options: gruOptions,
  bindings: {
    dy: read("f32", "B T D H"),
    gates: read("vec4f", "B T D H"),
    states: read("f32", "2 B T D H"),
    rows: read("vec4f", ({ D = 0, H = 0 }) => [D, 3 * H, paddedColumns(H)]), // R as pad_recurrent lays it
    lengths: optional(read("u32", "B")),
    dGx: write("f32", "B T D H 3"), //       zeros at padding
    dGh: write("f32", "2 B T D H 3"), //     zeros at padding
    carry: write("f32", "D B H"), //         dh on its way back
  },
  repeat: ({ T }) => T,
  plan: ({ B, D, H }) => tilePlan(paddedColumns(H), { B, D }),
  cost: ({ B, T, D, H }) => ({
    flops: T * D * B * H * (6 * H + 20),
    bytes: 4 * T * D * (3 * H * H + B * H * 25),
  }),
  wgsl: ({ workgroupSize, rows }, { dims: { H }, options: { gate, candidate, reverse }, has }) => {
    const sum = (g: number) =>
      product({
        rows,
        columns: 1,
        count: "H",
        value: (r) => `dGx[3u * (row${r}.now + k) + ${g}u]`,
        weight: () => `rows[(d * 3u * H + 3u * k + ${g}u) * Q + q]`,
      });
    const quads = (body: string) => wgsl`
      for (var q = lane; q < Q; q += ${workgroupSize}u) {
        ${body}
      }`;
    const start = sums({ rows, columns: 1, type: "vec4f" });
    const row = `rowAt(index, dims.T - 1u - dims.step, d)`;
    return wgsl`
    const Q = ${paddedColumns(H)}u;
    ${scanFunctions({ hasLengths: has.lengths, reverse })}
    fn dhOf(row: Row, u: u32) -> f32 {
      return select(dy[row.now + u] + carry[row.state + u], dy[row.now + u], row.last);
    }
    fn candidateGradient(row: Row, u: u32) {
      let z = gates[row.now + u].y;
      let n = gates[row.now + u].z;
      let dh = dhOf(row, u);
      let dz = select(0.0, dh * (states[row.now + u] - n) * ${activationSlopeCode(gate, "z")}, row.within);
      let dn = select(0.0, dh * (1.0 - z) * ${activationSlopeCode(candidate, "n")}, row.within);
      let first = 3u * (row.now + u);
      let second = first + 3u * dims.B * dims.T * D * H;
      dGx[first + 1u] = dz;
      dGx[first + 2u] = dn;
      dGh[first + 1u] = dz;
      dGh[first + 2u] = 0.0;
      dGh[second] = 0.0;
      dGh[second + 1u] = 0.0;
      dGh[second + 2u] = dn;
    }
    fn resetGradient(row: Row, u: u32, dq: f32) {
      let r = gates[row.now + u].x;
      let dr = select(0.0, dq * states[row.now + u] * ${activationSlopeCode(gate, "r")}, row.within);
      dGx[3u * (row.now + u)] = dr;
      dGh[3u * (row.now + u)] = dr;
      carry[row.state + u] = select(0.0, dhOf(row, u) * gates[row.now + u].y + dq * r, row.within);
    }
    fn finish(row: Row, u: u32, recurrent: f32) {
      carry[row.state + u] = select(0.0, carry[row.state + u] + recurrent, row.within);
    }

    @compute @workgroup_size(${workgroupSize})
    fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
      let d = group.z;
      ${each(rows, (r) => `let row${r} = rowAt(group.y * ${rows}u + ${r}u, dims.T - 1u - dims.step, d);`)}
      ${quads(wgsl`${start} ${eachUnit(rows, "group.y", `candidateGradient(${row}, u);`)}`)}
      storageBarrier(); // every unit's dn is there
      ${quads(wgsl`${start} ${sum(2)} ${eachUnit(rows, "group.y", `resetGradient(${row}, u, value);`)}`)}
      storageBarrier(); // every unit's dr is there
      ${quads(wgsl`${start} ${sum(0)} ${sum(1)} ${eachUnit(rows, "group.y", `finish(${row}, u, value);`)}`)}
    }`;
  },
});
