import { type DimValues, optional, read, write } from "../core";
import { elmanForwardScan } from "./elman";
import { gruForwardScan } from "./gru";
import { lstmForwardScan } from "./lstm";
import { stackExtents } from "./pack";
import { orderOfRows } from "./scan";
import { wavefrontKernel } from "./wavefront-kernel";

/** Extents of the weights of a stack of cells with G gates. */
const weights =
  (G: number) =>
  ({ L = 0, H = 0 }: DimValues, { bias }: Readonly<Record<string, unknown>>): number[] =>
    stackExtents(L, { G, H, bias: bias === true });

/** `lstm_forward` of L stacked layers as a wavefront. T ≥ 1, L ≥ 2. */
export const lstmWavefront = wavefrontKernel({
  name: "lstm_wavefront",
  scan: lstmForwardScan,
  gates: 4,
  bindings: {
    gx: read("vec4f", "B T H"), //           W·x_t + b of the first layer
    rT: read("vec4f", weights(4)), //   from pack_stack
    h0: optional(read("f32", "L B H")), //   zeros when absent
    c0: optional(read("f32", "L B H")), //   zeros when absent
    order: orderOfRows, //                    all rows whole when absent
    y: write("f32", "L B T H"), //           h_t
    gates: write("vec4f", "L B T H"), //     i f g o after their activations
    cells: write("vec2f", "L B T H"), //     c_{t−1}, c_t
  },
});

/** `gru_forward` of L stacked layers as a wavefront. T ≥ 1, L ≥ 2. */
export const gruWavefront = wavefrontKernel({
  name: "gru_wavefront",
  scan: gruForwardScan,
  gates: 3,
  bindings: {
    gx: read("f32", "B T H 3"), //           W·x_t + b of the first layer
    rT: read("vec4f", weights(3)), //   from pack_stack
    bN: optional(read("f32", "L H")), //     zeros when absent
    h0: optional(read("f32", "L B H")), //   zeros when absent
    order: orderOfRows, //                    all rows whole when absent
    y: write("f32", "L B T H"), //           h_t
    gates: write("vec4f", "L B T H"), //     r z n after their activations, and R_n·h_{t−1} + b_N
  },
});

/** `elman_forward` of L stacked layers as a wavefront. T ≥ 1, L ≥ 2. */
export const elmanWavefront = wavefrontKernel({
  name: "elman_wavefront",
  scan: elmanForwardScan,
  gates: 1,
  bindings: {
    gx: read("f32", "B T H"), //             W·x_t + b of the first layer
    rT: read("vec4f", weights(1)), //   from pack_stack
    h0: optional(read("f32", "L B H")), //   zeros when absent
    order: orderOfRows, //                    all rows whole when absent
    y: write("f32", "L B T H"), //           h_t
  },
});
