import { defineKernel, foldGrid, optional, perCall, perModel, read, wgsl, write } from "../core";
import { eachQuad, formName, held, type RowForm, rowArray, rowCode, rowKernel, rowPlan, rowSums } from "../wgsl/rows";

const DIMS = { R: perCall("rows"), D: perModel("features of a row") };
const OVER_ROWS = { rows: "R", length: "D" };

const defineLayerNorm = (form: RowForm) =>
  defineKernel({
    name: formName("layer_norm", form),
    dims: DIMS,
    scalars: { epsilon: "f32" },
    bindings: {
      x: rowArray(form, "read", "R D"),
      gamma: optional(rowArray(form, "read", "D")),
      beta: optional(rowArray(form, "read", "D")),
      y: rowArray(form, "write", "R D"),
      mean: write("f32", "R"),
      inverseDeviation: write("f32", "R"),
    },
    plan: ({ R, D }, limits) => rowPlan(form, R, D, limits),
    cost: ({ R, D }) => ({ flops: 8 * R * D, bytes: 8 * R * D + 8 * R }),
    wgsl: (plan, { has }) => {
      const scaled = has.gamma ? "normal * load_gamma(0u, q, count)" : "normal";
      const gamma = has.gamma ? "load_gamma(0u, q, count)" : "vec4f(1.0)";
      const loads = (["x", "gamma", "beta"] as const).filter((name) => has[name]);
      return rowCode(
        plan,
        { length: "D", loads, store: "y", scratch: ["sum", "squares"] },
        wgsl`
      ${rowSums(plan, { sum: (sum) => `${sum} + ${held(plan, "load_x(base, q, count)")}` })}
      let mu = sum / f32(D);
      ${rowSums(
        plan,
        { squares: (sum) => `fma(centred, centred, ${sum})` },
        `let centred = ${held(plan, "load_x(base, q, count) - mu")};`,
      )}
      let rho = 1.0 / sqrt(squares / f32(D) + dims.epsilon);
      ${eachQuad(
        plan,
        `let normal = (load_x(base, q, count) - mu) * rho;
        store_y(base, q, count, ${has.beta ? `fma(normal, ${gamma}, load_beta(0u, q, count))` : scaled});`,
      )}
      if (lane == 0u && row < dims.R) {
        mean[row] = mu;
        inverseDeviation[row] = rho;
      }`,
      );
    },
  });

/**
 * Layer normalisation over the last axis (Ba, Kiros & Hinton 2016):
 *   y = (x − μ)·ρ·γ + β,   μ = Σ x/D,   ρ = 1/√(Σ (x − μ)²/D + ε)
 * with the variance in a second pass, so that a large mean cancels nothing. γ is 1 and β 0 when absent. μ and ρ of
 * each row are kept for backward.
 */
export const layerNorm = rowKernel(defineLayerNorm, OVER_ROWS);

const defineLayerNormBackward = (form: RowForm) =>
  defineKernel({
    name: formName("layer_norm_backward", form),
    dims: DIMS,
    bindings: {
      x: rowArray(form, "read", "R D"),
      gamma: optional(rowArray(form, "read", "D")),
      mean: read("f32", "R"),
      inverseDeviation: read("f32", "R"),
      dy: rowArray(form, "read", "R D"),
      dx: rowArray(form, "write", "R D"),
    },
    plan: ({ R, D }, limits) => rowPlan(form, R, D, limits),
    cost: ({ R, D }) => ({ flops: 12 * R * D, bytes: 12 * R * D + 8 * R }),
    wgsl: (plan, { has }) => {
      const g = `load_dy(base, q, count)${has.gamma ? " * load_gamma(0u, q, count)" : ""}`;
      const normal = "let normal = (load_x(base, q, count) - mu) * rho;";
      const loads = (["x", "dy", "gamma"] as const).filter((name) => has[name]);
      return rowCode(
        plan,
        { length: "D", loads, store: "dx", scratch: ["sum", "product"] },
        wgsl`
      let own = min(row, dims.R - 1u); // lanes past the last row only keep the others company
      let mu = mean[own];
      let rho = inverseDeviation[own];
      ${rowSums(
        plan,
        { sum: (sum) => `${sum} + g`, product: (sum) => `fma(g, normal, ${sum})` },
        `let g = ${held(plan, g)};
        ${normal}`,
      )}
      let first = sum / f32(D);
      let second = product / f32(D);
      ${eachQuad(
        plan,
        `${normal}
        let g = ${g};
        store_dx(base, q, count, rho * fma(-normal, vec4f(second), g - first));`,
      )}`,
      );
    },
  });

/**
 * The gradient of layer normalisation's input, one dispatch: with g = dy·γ and n = (x − μ)·ρ,
 *   dx = ρ·(g − Σ g/D − n·Σ (g·n)/D).
 */
export const layerNormBackward = rowKernel(defineLayerNormBackward, OVER_ROWS);

/** Columns, lanes over batch rows and lanes over steps of one workgroup. */
const COLUMNS = 16;
const LANES_B = 4;
const LANES_T = 4;

/**
 * The gradients of γ and β: dγ_d = Σ dy_d·n_d, dβ_d = Σ dy_d over all B·T rows, n = (x − μ)·ρ. Sixteen lanes share a
 * column: lane (i, j) walks the rows with b mod 4 = i and t mod 4 = j in order, and the lanes are added in order. So
 * rows of zero dy, in steps past a sequence's end or in batch rows that only fill up, change no bit.
 */
export const layerNormParameterGradients = defineKernel({
  name: "layer_norm_parameter_gradients",
  dims: { B: perCall("batch rows"), T: perCall("time steps"), D: perModel("features of a row") },
  bindings: {
    x: read("f32", "B T D"),
    mean: read("f32", "B T"),
    inverseDeviation: read("f32", "B T"),
    dy: read("f32", "B T D"),
    dGamma: write("f32", "D"),
    dBeta: write("f32", "D"),
  },
  plan: ({ D }, limits) => ({
    workgroupSize: COLUMNS * LANES_B * LANES_T,
    ...foldGrid(Math.ceil(D / COLUMNS), limits),
    widest: limits.maxComputeWorkgroupsPerDimension,
  }),
  cost: ({ B, T, D }) => ({ flops: 5 * B * T * D, bytes: 8 * B * T * D + 8 * B * T + 8 * D }),
  wgsl: ({ workgroupSize, widest }) => wgsl`
    var<workgroup> lanes: array<vec2f, ${workgroupSize}>;
    @compute @workgroup_size(${workgroupSize})
    fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) index: u32) {
      let column = (group.x + group.y * ${widest}u) * ${COLUMNS}u + index % ${COLUMNS}u;
      let lane = index / ${COLUMNS}u;
      let steps = select(0u, dims.T, column < D);
      var own = vec2f(0.0);
      for (var t = lane % ${LANES_T}u; t < steps; t += ${LANES_T}u) {
        for (var b = lane / ${LANES_T}u; b < dims.B; b += ${LANES_B}u) {
          let row = b * dims.T + t;
          let d = dy[row * D + column];
          own += vec2f(d * ((x[row * D + column] - mean[row]) * inverseDeviation[row]), d);
        }
      }
      lanes[index] = own;
      workgroupBarrier();
      if (lane == 0u && column < D) {
        var all = vec2f(0.0);
        for (var k = 0u; k < ${LANES_B * LANES_T}u; k++) { all += lanes[index + k * ${COLUMNS}u]; }
        dGamma[column] = all.x;
        dBeta[column] = all.y;
      }
    }`,
});
