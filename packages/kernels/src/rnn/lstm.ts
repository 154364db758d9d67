import { optional, read, wgsl, write } from "../core";
import { type Activation, activationCode, activationSlopeCode } from "../wgsl/activation";
import { paddedColumns } from "./pack";
import { orderOfRows, type ScanOptions } from "./scan";
import { defineScan, recurrentBackward, recurrentForward, scanKernel } from "./scan-kernel";

export interface LSTMOptions extends ScanOptions {
  /** Of i, f and o. */
  readonly gate: Activation;
  /** Of g. */
  readonly candidate: Activation;
  /** Of the cell state on its way out. */
  readonly output: Activation;
}

const options: LSTMOptions = {
  reverse: false,
  gate: { name: "sigmoid" },
  candidate: { name: "tanh" },
  output: { name: "tanh" },
};

/**
 * An LSTM over all steps, after its input product gx = W·x + b:
 *   (i, f, g, o)_t = gx_t + R·h_{t−1};   c_t = σ(f)·c_{t−1} + σ(i)·tanh(g);   h_t = σ(o)·tanh(c_t)
 * Hochreiter & Schmidhuber (1997), with the forget gate of Gers et al. (2000). T ≥ 1.
 */
export const lstmForwardScan = defineScan({
  name: "lstm_forward",
  options,
  backward: false,
  bindings: {
    gx: read("vec4f", "B T D H"), //         W·x_t + b
    rT: read("vec4f", "D H H"), //           R as pack_recurrent lays it: [D, k, unit]
    h0: optional(read("f32", "D B H")), //   zeros when absent
    c0: optional(read("f32", "D B H")), //   zeros when absent
    order: orderOfRows, //                    all rows whole when absent
    y: write("f32", "B T D H"), //           h_t
    gates: write("vec4f", "B T D H"), //     i f g o after their activations; not written at padding
    cells: write("vec2f", "B T D H"), //     c_{t−1}, c_t; not written at padding
  },
  weights: { array: "rT", count: (H) => H * H },
  cost: ({ B, T, D, H }) => ({
    flops: T * D * B * H * (8 * H + 18),
    bytes: 4 * T * D * (4 * H * H + B * H * 13),
  }),
  functions: ({ options: { gate, candidate, output }, has }) => wgsl`
    fn finish(row: Row, u: u32, x: vec4f, recurrent: vec4f) {
      let a = x + recurrent;
      var cPrev = ${has.c0 ? "c0[row.state + u]" : "0.0"};
      if (!row.first) { cPrev = cells[row.before + u].y; }
      let i = ${activationCode(gate, "a.x")};
      let f = ${activationCode(gate, "a.y")};
      let g = ${activationCode(candidate, "a.z")};
      let o = ${activationCode(gate, "a.w")};
      let c = f * cPrev + i * g;
      y[row.now + u] = o * ${activationCode(output, "c")};
      gates[row.now + u] = vec4f(i, f, g, o);
      cells[row.now + u] = vec2f(cPrev, c);
    }`,
  phases: ({ H, has }) => [
    {
      count: H,
      type: "vec4f",
      byFours: false,
      products: recurrentForward(has.h0, (unit) => `weightAt(d, k * H + ${unit})`),
      input: "gx[row.now + u]",
      finish: "finish(row, u, x, value);",
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
 * through dy (`add_final_gradient`), that of h_0 is made by `state_gradient`, and dR = dGatesᵀ·h_{t−1}, dW = dGatesᵀ·x
 * and db are products over all steps at once.
 */
export const lstmBackward = scanKernel({
  name: "lstm_backward",
  options,
  backward: true,
  bindings: {
    dy: read("f32", "B T D H"),
    gates: read("vec4f", "B T D H"),
    cells: read("vec2f", "B T D H"),
    rows: read("vec4f", ({ D = 0, H = 0 }) => [D, 4 * H, paddedColumns(H)]), // R as pad_recurrent lays it
    order: orderOfRows,
    dcN: optional(read("f32", "D B H")), //  gradient of the final cell state; zeros when absent
    dGates: write("f32", "B T D H 4"), //    gradient of gx; zeros at padding
    carry: write("f32", "D B H"), //         dc on its way back; after the last dispatch the gradient of c_0
  },
  weights: { array: "rows", count: (H) => 4 * H * paddedColumns(H) },
  cost: ({ B, T, D, H }) => ({
    flops: T * D * B * H * (8 * H + 26),
    bytes: 4 * T * D * (4 * H * H + B * H * 17),
  }),
  functions: ({ options: { gate, candidate, output }, has }) => wgsl`
    fn setGates(n: u32, d: vec4f) {
      dGates[4u * n] = d.x;
      dGates[4u * n + 1u] = d.y;
      dGates[4u * n + 2u] = d.z;
      dGates[4u * n + 3u] = d.w;
    }
    fn lastGradient(row: Row, u: u32) -> f32 { return ${has.dcN ? "dcN[row.state + u]" : "0.0"}; }
    fn pad(row: Row, u: u32) {
      setGates(row.now + u, vec4f());
      carry[row.state + u] = lastGradient(row, u);
    }
    fn finish(row: Row, u: u32, recurrent: f32) {
      let gate = gates[row.now + u];
      let i = gate.x;
      let f = gate.y;
      let g = gate.z;
      let o = gate.w;
      let c = cells[row.now + u];
      let out = ${activationCode(output, "c.y")};
      let dh = select(dy[row.now + u] + recurrent, dy[row.now + u], row.last);
      let dc = select(carry[row.state + u], lastGradient(row, u), row.last) + dh * o * ${activationSlopeCode(output, "out")};
      setGates(row.now + u, vec4f(
        dc * g * ${activationSlopeCode(gate, "i")},
        dc * c.x * ${activationSlopeCode(gate, "f")},
        dc * i * ${activationSlopeCode(candidate, "g")},
        dh * out * ${activationSlopeCode(gate, "o")},
      ));
      carry[row.state + u] = dc * f;
    }`,
  phases: ({ H }) => [
    recurrentBackward({
      ...{ H, gates: 4, gradients: "dGates" },
      finish: "finish(row, u, value);",
      pad: "pad(row, u);",
    }),
  ],
});
