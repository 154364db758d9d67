import { optional, read, wgsl, write } from "../core";
import type { Activation } from "../wgsl/activation";
import { clippedCode, clippedSlopeCode, savedCode } from "./clip";
import { paddedColumns } from "./pack";
import { orderOfRows, type ScanOptions } from "./scan";
import { defineScan, recurrentBackward, recurrentForward, scanKernel } from "./scan-kernel";
import { stackWeights, wavefrontKernel } from "./wavefront-kernel";

export interface GRUOptions extends ScanOptions {
  /** Of r and z. */
  readonly gate: Activation;
  /** Of n. */
  readonly candidate: Activation;
  /** Bound of all pre-activations, which may lie from −clip to clip; 0 where there is none. */
  readonly clip: number;
}

export const gruOptions: GRUOptions = {
  reverse: false,
  gate: { name: "sigmoid" },
  candidate: { name: "tanh" },
  clip: 0,
};

/**
 * A gated recurrent unit over all steps, after its input product gx = W·x + b, in the form that resets after the
 * recurrent product, as PyTorch, Keras 3 and cuDNN have it (Cho et al. 2014, version 1 of the paper):
 *   r_t = σ(gx_r + R_r·h_{t−1});   z_t = σ(gx_z + R_z·h_{t−1});   n_t = tanh(gx_n + r_t·(R_n·h_{t−1} + b_N))
 *   h_t = (1 − z_t)·n_t + z_t·h_{t−1}
 * Recurrent biases of r and z are only ever added to b, so there is none of them here. T ≥ 1.
 */
export const gruForwardScan = defineScan({
  name: "gru_forward",
  options: gruOptions,
  backward: false,
  bindings: {
    gx: read("f32", "B T D H 3"), //         W·x_t + b
    more: optional(read("f32", "B T D H 3")), // added to it: what was not known before the loop
    rT: read("vec4f", "D H H"), //           R as pack_recurrent lays it: [D, k, unit]
    bN: optional(read("f32", "D H")), //     zeros when absent
    h0: optional(read("f32", "D B H")), //   zeros when absent
    order: orderOfRows, //                    all rows whole when absent
    y: write("f32", "B T D H"), //           h_t
    gates: write("vec4f", "B T D H"), //     r z n after their activations, before them where they are clipped; R_n·h_{t−1} + b_N; not written at padding
  },
  weights: { array: "rT", count: (H) => H * H },
  cost: ({ B, T, D, H }) => ({
    flops: T * D * B * H * (6 * H + 15),
    bytes: 4 * T * D * (4 * H * H + B * H * 9),
  }),
  functions: ({ options: { gate, candidate, clip }, has }) => wgsl`
    fn inputOf(n: u32) -> vec3f {
      let x = vec3f(gx[3u * n], gx[3u * n + 1u], gx[3u * n + 2u]);
      return x${has.more ? " + vec3f(more[3u * n], more[3u * n + 1u], more[3u * n + 2u])" : ""};
    }
    fn finish(row: Row, d: u32, u: u32, x: vec3f, recurrent: vec3f) {
      var hPrev = ${has.h0 ? "h0[row.state + u]" : "0.0"};
      if (!row.first) { hPrev = y[row.before + u]; }
      let ar = x.x + recurrent.x;
      let az = x.y + recurrent.y;
      let r = ${clippedCode(gate, clip, "ar")};
      let z = ${clippedCode(gate, clip, "az")};
      let m = recurrent.z${has.bN ? " + bN[d * H + u]" : ""};
      let an = x.z + r * m;
      let n = ${clippedCode(candidate, clip, "an")};
      y[row.now + u] = (1.0 - z) * n + z * hPrev;
      gates[row.now + u] = vec4f(${clip > 0 ? "ar, az, an" : "r, z, n"}, m);
    }`,
  phases: ({ H, has }) => [
    {
      count: H,
      type: "vec3f",
      byFours: false,
      products: recurrentForward(has.h0, (unit) => `weightAt(d, k * H + ${unit}).xyz`),
      input: "inputOf(row.now + u)",
      finish: "finish(row, d, u, x, value);",
      pad: "y[row.now + u] = 0.0;",
    },
  ],
});

/** The kernels of `gruForwardScan`. */
export const gruForward = scanKernel(gruForwardScan);

/**
 * The gradient of `gru_forward`, from the last step of the scan to the first, with m = R_n·h_{t−1} + b_N:
 *   dh_t = dy_t + z_{t+1}·dh_{t+1} + Rᵀ·dGh_{t+1};   dn = dh_t·(1 − z)·(1 − n²);   dz = dh_t·(h_{t−1} − n)·z(1 − z)
 *   dr = dn·m·r(1 − r);   dGx_t = (dr, dz, dn);   dGh_t = (dr, dz, dn·r)
 * dGx is the gradient of gx, dGh that of R·h_{t−1}: dR = dGhᵀ·h_{t−1}, and b_N gets the column sums of its n part. The
 * gradient of h_N enters through dy (`add_final_gradient`), that of h_0 is made by `state_gradient` from dGh and carry.
 */
export const gruBackward = scanKernel({
  name: "gru_backward",
  options: gruOptions,
  backward: true,
  bindings: {
    dy: read("f32", "B T D H"),
    gates: read("vec4f", "B T D H"),
    hPrev: read("f32", "B T D H"), //        from previous_state
    rows: read("vec4f", ({ D = 0, H = 0 }) => [D, 3 * H, paddedColumns(H)]), // R as pad_recurrent lays it
    order: orderOfRows,
    dGx: write("f32", "B T D H 3"), //       zeros at padding
    dGh: write("f32", "B T D H 3"), //       zeros at padding
    carry: write("f32", "D B H"), //         z_t·dh_t on its way back; after the last dispatch that of the first step
  },
  weights: { array: "rows", count: (H) => 3 * H * paddedColumns(H) },
  cost: ({ B, T, D, H }) => ({
    flops: T * D * B * H * (6 * H + 20),
    bytes: 4 * T * D * (3 * H * H + B * H * 17),
  }),
  functions: ({ options: { gate, candidate, clip } }) => wgsl`
    fn setGates(n: u32, dr: f32, dz: f32, dn: f32, dm: f32) {
      dGx[3u * n] = dr;
      dGx[3u * n + 1u] = dz;
      dGx[3u * n + 2u] = dn;
      dGh[3u * n] = dr;
      dGh[3u * n + 1u] = dz;
      dGh[3u * n + 2u] = dm;
    }
    fn pad(row: Row, u: u32) {
      setGates(row.now + u, 0.0, 0.0, 0.0, 0.0);
      carry[row.state + u] = 0.0;
    }
    fn finish(row: Row, u: u32, recurrent: f32) {
      let saved = gates[row.now + u];
      let r = ${savedCode(gate, clip, "saved.x")};
      let z = ${savedCode(gate, clip, "saved.y")};
      let n = ${savedCode(candidate, clip, "saved.z")};
      let dh = select(dy[row.now + u] + (carry[row.state + u] + recurrent), dy[row.now + u], row.last);
      let dn = dh * (1.0 - z) * ${clippedSlopeCode(candidate, clip, "n", "saved.z")};
      let dz = dh * (hPrev[row.now + u] - n) * ${clippedSlopeCode(gate, clip, "z", "saved.y")};
      let dr = dn * saved.w * ${clippedSlopeCode(gate, clip, "r", "saved.x")};
      setGates(row.now + u, dr, dz, dn, dn * r);
      carry[row.state + u] = dh * z;
    }`,
  phases: ({ H }) => [
    recurrentBackward({
      ...{ H, gates: 3, gradients: "dGh" },
      finish: "finish(row, u, value);",
      pad: "pad(row, u);",
    }),
  ],
});

/** `gru_forward` of L stacked layers as a wavefront. T ≥ 1, L ≥ 2. */
export const gruWavefront = wavefrontKernel({
  name: "gru_wavefront",
  scan: gruForwardScan,
  gates: 3,
  bindings: {
    gx: read("f32", "B T H 3"), //           W·x_t + b of the first layer
    rT: read("vec4f", stackWeights(3)), // from pack_stack
    bN: optional(read("f32", "L H")), //     zeros when absent
    h0: optional(read("f32", "L B H")), //   zeros when absent
    order: orderOfRows, //                    all rows whole when absent
    y: write("f32", "L B T H"), //           h_t
    gates: write("vec4f", "L B T H"), //     r z n after their activations, and R_n·h_{t−1} + b_N
  },
});
