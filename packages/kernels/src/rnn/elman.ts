import { defineKernel, optional, read, wgsl, write } from "../core";
import { type Activation, activationCode, activationSlopeCode } from "../wgsl/activation";
import { packedColumns, paddedColumns } from "./pack";
import {
  backwardMain,
  each,
  eachUnit,
  product,
  type ScanOptions,
  scanDims,
  scanFunctions,
  scanPlan,
  sums,
} from "./scan";

export interface ElmanOptions extends ScanOptions {
  readonly activation: Activation;
}

const options: ElmanOptions = { reverse: false, activation: { name: "tanh" } };

/**
 * A simple recurrent network over all steps, after its input product gx = W·x + b:
 *   h_t = tanh(gx_t + R·h_{t−1})                                                          (Elman 1990)
 * or another activation. One dispatch per step, T ≥ 1.
 */
export const elmanForward = defineKernel({
  name: "elman_forward",
  dims: scanDims,
  options,
  bindings: {
    gx: read("f32", "B T D H"), //           W·x_t + b
    rT: read("vec4f", ({ D = 0, H = 0 }) => [D, H, packedColumns(1, H)]), // R as pack_recurrent lays it
    h0: optional(read("f32", "D B H")), //   zeros when absent
    lengths: optional(read("u32", "B")), //  T each when absent
    y: write("f32", "B T D H"), //           h_t
  },
  repeat: ({ T }) => T,
  plan: ({ B, D, H }) => scanPlan(packedColumns(1, H), { B, D }),
  cost: ({ B, T, D, H }) => ({ flops: T * D * B * H * (2 * H + 2), bytes: 4 * T * D * (H * H + B * H * 3) }),
  wgsl: ({ workgroupSize, rows }, { dims: { H }, options: { activation, reverse }, has }) => {
    const weight = () => "rT[(d * H + k) * Q + q]";
    const sum = (value: (row: number) => string) => product({ rows, columns: 1, count: "H", value, weight });
    return wgsl`
    const Q = ${packedColumns(1, H)}u;
    ${scanFunctions({ hasLengths: has.lengths, reverse })}
    fn finish(row: Row, u: u32, recurrent: f32) {
      let a = gx[row.now + u] + recurrent;
      y[row.now + u] = select(0.0, ${activationCode(activation, "a")}, row.within);
    }

    @compute @workgroup_size(${workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let q = id.x;
      let d = id.z;
      if (q >= Q) { return; }
      ${each(rows, (r) => `let row${r} = rowAt(id.y * ${rows}u + ${r}u, dims.step, d);`)}
      ${sums({ rows, columns: 1, type: "vec4f" })}
      if (dims.step > 0u) {
        ${sum((r) => `y[row${r}.before + k]`)}
      }${has.h0 ? ` else { ${sum((r) => `h0[row${r}.state + k]`)} }` : ""}
      ${eachUnit(rows, "id.y", `finish(rowAt(index, dims.step, d), u, value);`)}
    }`;
  },
});

/**
 * The gradient of `elman_forward`, from the last step of the scan to the first:
 *   dGates_t = (dy_t + Rᵀ·dGates_{t+1})·(1 − h_t²)
 * The slope of every activation is taken from its value. The gradient of h_N enters through dy
 * (`add_final_gradient`), that of h_0 is made by `state_gradient`.
 */
export const elmanBackward = defineKernel({
  name: "elman_backward",
  dims: scanDims,
  options,
  bindings: {
    dy: read("f32", "B T D H"),
    y: read("f32", "B T D H"),
    rows: read("vec4f", ({ D = 0, H = 0 }) => [D, H, paddedColumns(H)]), // R as pad_recurrent lays it
    lengths: optional(read("u32", "B")),
    dGates: write("f32", "B T D H"), //      gradient of gx; zeros at padding
  },
  repeat: ({ T }) => T,
  plan: ({ B, D, H }) => scanPlan(paddedColumns(H), { B, D }),
  cost: ({ B, T, D, H }) => ({ flops: T * D * B * H * (2 * H + 4), bytes: 4 * T * D * (H * H + B * H * 4) }),
  wgsl: ({ workgroupSize, rows }, { dims: { H }, options: { activation, reverse }, has }) => wgsl`
    const Q = ${paddedColumns(H)}u;
    ${scanFunctions({ hasLengths: has.lengths, reverse })}
    fn finish(row: Row, u: u32, recurrent: f32) {
      let h = y[row.now + u];
      let dh = select(dy[row.now + u] + recurrent, dy[row.now + u], row.last);
      dGates[row.now + u] = select(0.0, dh * ${activationSlopeCode(activation, "h")}, row.within);
    }

    ${backwardMain({ workgroupSize, rows, gates: 1, gradients: "dGates" })}`,
});
