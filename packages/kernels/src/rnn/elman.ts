import { optional, read, wgsl, write } from "../core";
import type { Activation } from "../wgsl/activation";
import { clippedCode, clippedSlopeCode } from "./clip";
import { packedColumns, paddedColumns } from "./pack";
import { orderOfRows, type ScanOptions } from "./scan";
import { defineScan, recurrentBackward, recurrentForward, scanKernel } from "./scan-kernel";
import { stackWeights, wavefrontKernel } from "./wavefront-kernel";

export interface ElmanOptions extends ScanOptions {
  readonly activation: Activation;
  /** Bound of the pre-activations, which may lie from −clip to clip; 0 where there is none. */
  readonly clip: number;
}

const options: ElmanOptions = { reverse: false, activation: { name: "tanh" }, clip: 0 };

/**
 * A simple recurrent network over all steps, after its input product gx = W·x + b:
 *   h_t = tanh(gx_t + R·h_{t−1})                                                          (Elman 1990)
 * or another activation, of clipped pre-activations where there is a clip. T ≥ 1.
 */
export const elmanForwardScan = defineScan({
  name: "elman_forward",
  options,
  backward: false,
  bindings: {
    gx: read("f32", "B T D H"), //           W·x_t + b
    more: optional(read("f32", "B T D H")), // added to it: what was not known before the loop
    rT: read("vec4f", ({ D = 0, H = 0 }) => [D, H, packedColumns(1, H)]), // R as pack_recurrent lays it
    h0: optional(read("f32", "D B H")), //   zeros when absent
    order: orderOfRows, //                    all rows whole when absent
    y: write("f32", "B T D H"), //           h_t
    raw: optional(write("f32", "B T D H")), // gx_t + R·h_{t−1}: what backward needs where there is a clip; not written at padding
  },
  weights: { array: "rT", count: (H) => H * packedColumns(1, H) },
  cost: ({ B, T, D, H }) => ({ flops: T * D * B * H * (2 * H + 2), bytes: 4 * T * D * (H * H + B * H * 3) }),
  functions: ({ options: { activation, clip }, has }) => wgsl`
    fn finish(row: Row, u: u32, x: f32, recurrent: f32) {
      let a = x + recurrent;
      y[row.now + u] = ${clippedCode(activation, clip, "a")};
      ${has.raw ? "raw[row.now + u] = a;" : ""}
    }`,
  phases: ({ H, has }) => [
    {
      count: packedColumns(1, H),
      type: "vec4f",
      byFours: true,
      products: recurrentForward(has.h0, (column) => `weightAt(d, k * ${packedColumns(1, H)}u + ${column})`),
      input: has.more ? "gx[row.now + u] + more[row.now + u]" : "gx[row.now + u]",
      finish: "finish(row, u, x, value);",
      pad: "y[row.now + u] = 0.0;",
    },
  ],
});

/** The kernels of `elmanForwardScan`. */
export const elmanForward = scanKernel(elmanForwardScan);

/**
 * The gradient of `elman_forward`, from the last step of the scan to the first:
 *   dGates_t = (dy_t + Rᵀ·dGates_{t+1})·(1 − h_t²)
 * The slope of every activation is taken from its value. The gradient of h_N enters through dy
 * (`add_final_gradient`), that of h_0 is made by `state_gradient`.
 */
export const elmanBackward = scanKernel({
  name: "elman_backward",
  options,
  backward: true,
  bindings: {
    dy: read("f32", "B T D H"),
    y: read("f32", "B T D H"),
    raw: optional(read("f32", "B T D H")), // of the forward scan, where there is a clip
    rows: read("vec4f", ({ D = 0, H = 0 }) => [D, H, paddedColumns(H)]), // R as pad_recurrent lays it
    order: orderOfRows,
    dGates: write("f32", "B T D H"), //      gradient of gx; zeros at padding
  },
  weights: { array: "rows", count: (H) => H * paddedColumns(H) },
  cost: ({ B, T, D, H }) => ({ flops: T * D * B * H * (2 * H + 4), bytes: 4 * T * D * (H * H + B * H * 4) }),
  functions: ({ options: { activation, clip } }) => wgsl`
    fn finish(row: Row, u: u32, recurrent: f32) {
      let h = y[row.now + u];
      let dh = select(dy[row.now + u] + recurrent, dy[row.now + u], row.last);
      dGates[row.now + u] = dh * ${clippedSlopeCode(activation, clip, "h", "raw[row.now + u]")};
    }`,
  phases: ({ H }) => [
    recurrentBackward({
      ...{ H, gates: 1, gradients: "dGates" },
      finish: "finish(row, u, value);",
      pad: "dGates[row.now + u] = 0.0;",
    }),
  ],
});

/** `elman_forward` of L stacked layers as a wavefront. T ≥ 1, L ≥ 2. */
export const elmanWavefront = wavefrontKernel({
  name: "elman_wavefront",
  scan: elmanForwardScan,
  gates: 1,
  bindings: {
    gx: read("f32", "B T H"), //             W·x_t + b of the first layer
    rT: read("vec4f", stackWeights(1)), // from pack_stack
    h0: optional(read("f32", "L B H")), //   zeros when absent
    order: orderOfRows, //                    all rows whole when absent
    y: write("f32", "L B T H"), //           h_t
  },
});
