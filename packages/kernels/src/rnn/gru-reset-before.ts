import { optional, read, wgsl, write } from "../core";
import { clippedCode, clippedSlopeCode, savedCode } from "./clip";
import { gruOptions } from "./gru";
import { paddedColumns } from "./pack";
import { orderOfRows } from "./scan";
import { recurrentForward, scanKernel } from "./scan-kernel";

/**
 * A gated recurrent unit that resets before the recurrent product, after its input product gx = W·x + b:
 *   r_t = σ(gx_r + R_r·h_{t−1});   z_t = σ(gx_z + R_z·h_{t−1});   n_t = tanh(gx_n + R_n·(r_t∘h_{t−1}))
 *   h_t = (1 − z_t)·n_t + z_t·h_{t−1}
 * Cho et al. (2014), their published version; ONNX's `linear_before_reset = 0` and Keras's `reset_after = false`.
 * The candidate of each unit needs the reset state of all, so a step has two phases. T ≥ 1.
 */
export const gruResetBeforeForward = scanKernel({
  name: "gru_reset_before_forward",
  options: gruOptions,
  backward: false,
  bindings: {
    gx: read("f32", "B T D H 3"), //         W·x_t + b
    rT: read("vec4f", "D H H"), //           R as pack_recurrent lays it: [D, k, unit]
    h0: optional(read("f32", "D B H")), //   zeros when absent
    order: orderOfRows, //                    all rows whole when absent
    y: write("f32", "B T D H"), //           h_t
    gates: write("vec4f", "B T D H"), //     r z n after their activations, before them where they are clipped; and 0; not written at padding
    states: write("f32", "2 B T D H"), //    what R multiplies: h_{t−1}, then r_t∘h_{t−1}; zeros at padding
  },
  weights: { array: "rT", count: (H) => H * H },
  cost: ({ B, T, D, H }) => ({
    flops: T * D * B * H * (6 * H + 15),
    bytes: 4 * T * D * (8 * H * H + B * H * 14),
  }),
  functions: ({ options: { gate, candidate, clip }, has }) => wgsl`
    fn reset(row: Row, u: u32, recurrent: vec2f) {
      var hPrev = ${has.h0 ? "h0[row.state + u]" : "0.0"};
      if (!row.first) { hPrev = y[row.before + u]; }
      let ar = gx[3u * (row.now + u)] + recurrent.x;
      let az = gx[3u * (row.now + u) + 1u] + recurrent.y;
      let r = ${clippedCode(gate, clip, "ar")};
      ${clip > 0 ? "" : `let z = ${clippedCode(gate, clip, "az")};`}
      gates[row.now + u] = vec4f(${clip > 0 ? "ar, az" : "r, z"}, 0.0, 0.0);
      states[row.now + u] = hPrev;
      states[dims.B * dims.T * D * H + row.now + u] = r * hPrev;
    }
    // The gradient of R is a product over all of them.
    fn padStates(row: Row, u: u32) {
      states[row.now + u] = 0.0;
      states[dims.B * dims.T * D * H + row.now + u] = 0.0;
    }
    fn finish(row: Row, u: u32, recurrent: f32) {
      let an = gx[3u * (row.now + u) + 2u] + recurrent;
      let n = ${clippedCode(candidate, clip, "an")};
      let z = ${savedCode(gate, clip, "gates[row.now + u].y")};
      y[row.now + u] = (1.0 - z) * n + z * states[row.now + u];
      gates[row.now + u].z = ${clip > 0 ? "an" : "n"};
    }`,
  phases: ({ H, has }) => [
    {
      count: H,
      type: "vec2f",
      byFours: false,
      products: recurrentForward(has.h0, (unit) => `weightAt(d, k * H + ${unit}).xy`),
      finish: "reset(row, u, value);",
      pad: "padStates(row, u);",
    },
    {
      count: H,
      type: "f32",
      byFours: false,
      products: [
        {
          when: "always",
          count: "H",
          value: (row) => `states[dims.B * dims.T * D * H + ${row}.now + k]`,
          weight: (unit) => `weightAt(d, k * H + ${unit}).z`,
        },
      ],
      finish: "finish(row, u, value);",
      pad: "y[row.now + u] = 0.0;",
    },
  ],
});

/**
 * The gradient of `gru_reset_before_forward`, from the last step of the scan to the first; q is r_t∘h_{t−1}:
 *   dh_t = dy_t + carry;   dn = dh_t·(1 − z)·(1 − n²);   dz = dh_t·(h_{t−1} − n)·z(1 − z)
 *   dq = R_nᵀ·dn;   dr = dq·h_{t−1}·r(1 − r);   carry = dh_t·z + dq·r + R_rᵀ·dr + R_zᵀ·dz
 * dGx is the gradient of gx. dGh holds (dr, dz, 0) and then (0, 0, dn), so that dR is one product over 2·B·T rows with
 * the `states` of the forward pass. After the last dispatch carry is the gradient of h_0, but for rows of length 0
 * (`state_gradient`). The gradient of h_N enters through dy (`add_final_gradient`).
 */
export const gruResetBeforeBackward = scanKernel({
  name: "gru_reset_before_backward",
  options: gruOptions,
  backward: true,
  bindings: {
    dy: read("f32", "B T D H"),
    gates: read("vec4f", "B T D H"),
    states: read("f32", "2 B T D H"),
    rows: read("vec4f", ({ D = 0, H = 0 }) => [D, 3 * H, paddedColumns(H)]), // R as pad_recurrent lays it
    order: orderOfRows,
    dGx: write("f32", "B T D H 3"), //       zeros at padding
    dGh: write("f32", "2 B T D H 3"), //     zeros at padding
    carry: write("f32", "D B H"), //         dh on its way back
  },
  weights: { array: "rows", count: (H) => 3 * H * paddedColumns(H) },
  cost: ({ B, T, D, H }) => ({
    flops: T * D * B * H * (6 * H + 20),
    bytes: 4 * T * D * (3 * H * H + B * H * 25),
  }),
  functions: ({ options: { gate, candidate, clip } }) => wgsl`
    fn dhOf(row: Row, u: u32) -> f32 {
      return select(dy[row.now + u] + carry[row.state + u], dy[row.now + u], row.last);
    }
    fn candidateGradient(row: Row, u: u32) {
      let z = ${savedCode(gate, clip, "gates[row.now + u].y")};
      let n = ${savedCode(candidate, clip, "gates[row.now + u].z")};
      let dh = dhOf(row, u);
      let dz = dh * (states[row.now + u] - n) * ${clippedSlopeCode(gate, clip, "z", "gates[row.now + u].y")};
      let dn = dh * (1.0 - z) * ${clippedSlopeCode(candidate, clip, "n", "gates[row.now + u].z")};
      setUpdate(row, u, dz, dn);
    }
    fn setUpdate(row: Row, u: u32, dz: f32, dn: f32) {
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
      let r = ${savedCode(gate, clip, "gates[row.now + u].x")};
      let dr = dq * states[row.now + u] * ${clippedSlopeCode(gate, clip, "r", "gates[row.now + u].x")};
      setReset(row, u, dr, dhOf(row, u) * ${savedCode(gate, clip, "gates[row.now + u].y")} + dq * r);
    }
    fn setReset(row: Row, u: u32, dr: f32, dh: f32) {
      dGx[3u * (row.now + u)] = dr;
      dGh[3u * (row.now + u)] = dr;
      carry[row.state + u] = dh;
    }
    fn finish(row: Row, u: u32, recurrent: f32) {
      carry[row.state + u] += recurrent;
    }`,
  phases: ({ H }) => {
    const count = paddedColumns(H);
    const sum = (g: number) => ({
      when: "always" as const,
      count: "H",
      value: (row: string) => `dGx[3u * (${row}.now + k) + ${g}u]`,
      weight: (column: string) => `weightAt(d, (3u * k + ${g}u) * ${count}u + ${column})`,
    });
    const phase = { count, type: "vec4f" as const, byFours: true };
    return [
      { ...phase, products: [], finish: "candidateGradient(row, u);", pad: "setUpdate(row, u, 0.0, 0.0);" },
      { ...phase, products: [sum(2)], finish: "resetGradient(row, u, value);", pad: "setReset(row, u, 0.0, 0.0);" },
      { ...phase, products: [sum(0), sum(1)], finish: "finish(row, u, value);", pad: "" },
    ];
  },
});
