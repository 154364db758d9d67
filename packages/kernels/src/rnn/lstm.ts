import { type DimValues, optional, read, write } from "../core";
import { cellBackward, cellForward, lstmGates, lstmInput, lstmInputCode, lstmOptions } from "./lstm-cell";
import { paddedColumns } from "./pack";
import { lstmColumns, lstmRows } from "./pack-lstm";
import { orderOfRows } from "./scan";
import { defineScan, recurrentBackward, recurrentForward, scanKernel } from "./scan-kernel";
import { stackWeights, wavefrontKernel } from "./wavefront-kernel";

type Options = Readonly<Record<string, unknown>>;

/** vec4f of one direction in the array of recurrent weights, forward and backward. */
const columns = (H: number, { peepholes }: Options) =>
  lstmColumns({ ...{ H, P: H }, peepholes: peepholes === true, projected: false });
const rows = (H: number, options: Options) =>
  lstmRows({ ...{ H, P: H, G: lstmGates(options) }, peepholes: options.peepholes === true, projected: false });

/**
 * An LSTM over all steps, after its input product gx = W·x + b:
 *   (i, f, g, o)_t = gx_t + R·h_{t−1};   c_t = σ(f)·c_{t−1} + σ(i)·tanh(g);   h_t = σ(o)·tanh(c_t)
 * Hochreiter & Schmidhuber (1997), with the forget gate of Gers et al. (2000). T ≥ 1. `LSTMOptions` adds peepholes,
 * coupled gates and clips; `cellForward` has the equations with them.
 */
export const lstmForwardScan = defineScan({
  name: "lstm_forward",
  options: lstmOptions,
  backward: false,
  bindings: {
    gx: lstmInput, //                         W·x_t + b
    more: optional(lstmInput), //             added to it: what was not known before the loop
    rT: read("vec4f", ({ D = 0, H = 0 }: DimValues, options: Options) => [D, columns(H, options)]), // from pack_recurrent, or pack_lstm with peepholes
    h0: optional(read("f32", "D B H")), //   zeros when absent
    c0: optional(read(({ paired }) => (paired === true ? "vec2f" : "f32"), "D B H")), // zeros when absent
    order: orderOfRows, //                    all rows whole when absent; where there is `more`, always
    y: write("f32", "B T D H"), //           h_t
    gates: write("vec4f", "B T D H"), //     i f g o after their activations; before them where they are clipped; not written at padding
    cells: write("vec2f", "B T D H"), //     c_{t−1}, c_t; not written at padding
  },
  weights: { array: "rT", count: (H, options) => columns(H, { ...options }) },
  cost: ({ B, T, D, H }, options) => ({
    flops: T * D * B * H * (2 * lstmGates(options) * H + 18),
    bytes: 4 * T * D * (4 * H * H + B * H * 13),
  }),
  functions: (context) =>
    cellForward(context, { hidden: "y[row.now + u]", peephole: `weightAt(d, ${context.H * context.H}u + u)` }),
  phases: ({ H, options, has }) => [
    {
      count: H,
      type: options.coupled ? "vec3f" : "vec4f",
      byFours: false,
      products: recurrentForward(has.h0, (unit) => `weightAt(d, k * H + ${unit})${options.coupled ? ".xyz" : ""}`),
      input: lstmInputCode(options, has.more),
      finish: `finish(row, ${options.peepholes ? "d, " : ""}u, x, value);`,
      pad: "y[row.now + u] = 0.0;",
    },
  ],
});

/** The kernels of `lstmForwardScan`. */
export const lstmForward = scanKernel(lstmForwardScan);

/**
 * The gradient of `lstm_forward`, from the last step of the scan to the first; δ is the gradient of c_t:
 *   dh_t = dy_t + Rᵀ·dGates_{t+1};   δ = dc_t + dh_t·σ(o)·(1 − tanh²(c_t));   dc_{t−1} = δ·f
 *   dGates_t = (δ·g·i(1 − i), δ·c_{t−1}·f(1 − f), δ·i·(1 − g²), dh_t·tanh(c_t)·o(1 − o))
 * tanh(c_t) is computed again: that costs less than another [B, T, D, H] kept until now. The gradient of h_N enters
 * through dy (`add_final_gradient`), that of h_0 is made by `state_gradient`, that of peepholes by `peephole_gradient`,
 * and dR = dGatesᵀ·h_{t−1}, dW = dGatesᵀ·x and db are products over all steps at once.
 */
export const lstmBackward = scanKernel({
  name: "lstm_backward",
  options: lstmOptions,
  backward: true,
  bindings: {
    dy: read("f32", "B T D H"),
    gates: read("vec4f", "B T D H"),
    cells: read("vec2f", "B T D H"),
    rows: read("vec4f", ({ D = 0, H = 0 }: DimValues, options: Options) => [D, rows(H, options)]), // from pad_recurrent, or pad_lstm with peepholes
    order: orderOfRows,
    dcN: optional(read("f32", "D B H")), //  gradient of the final cell state; zeros when absent
    dGates: write("f32", ({ B = 0, T = 0, D = 0, H = 0 }, options) => [B, T, D, H, lstmGates(options)]), // of gx; zeros at padding
    carry: write("f32", "D B H"), //         dc on its way back; after the last dispatch the gradient of c_0
  },
  weights: { array: "rows", count: (H, options) => rows(H, { ...options }) },
  cost: ({ B, T, D, H }, options) => ({
    flops: T * D * B * H * (2 * lstmGates(options) * H + 26),
    bytes: 4 * T * D * (4 * H * H + B * H * 17),
  }),
  functions: (context) => {
    const Q = paddedColumns(context.H);
    const first = lstmGates(context.options) * context.H * Q;
    return cellBackward(context, {
      array: "dGates",
      dh: "select(dy[row.now + u] + recurrent, dy[row.now + u], row.last)",
      peephole: (n) => `weightAt(d, ${first + n * Q}u + u / 4u)[u % 4u]`,
    });
  },
  phases: ({ H, options }) => [
    recurrentBackward({
      ...{ H, gates: lstmGates(options), gradients: "dGates" },
      finish: `finish(row, ${options.peepholes ? "d, " : ""}u, value);`,
      pad: "pad(row, u);",
    }),
  ],
});

/** `lstm_forward` of L stacked layers as a wavefront. T ≥ 1, L ≥ 2. */
export const lstmWavefront = wavefrontKernel({
  name: "lstm_wavefront",
  scan: lstmForwardScan,
  gates: 4,
  bindings: {
    gx: read("vec4f", "B T H"), //           W·x_t + b of the first layer
    rT: read("vec4f", stackWeights(4)), // from pack_stack
    h0: optional(read("f32", "L B H")), //   zeros when absent
    c0: optional(read("f32", "L B H")), //   zeros when absent
    order: orderOfRows, //                    all rows whole when absent
    y: write("f32", "L B T H"), //           h_t
    gates: write("vec4f", "L B T H"), //     i f g o after their activations
    cells: write("vec2f", "L B T H"), //     c_{t−1}, c_t
  },
});
