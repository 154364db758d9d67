import { defineKernel, foldGrid, optional, perCall, perModel, read, wgsl, write } from "../core";
import { eachQuad, quadLoad, quadStore, rowFunctions, rowHead, rowPlan } from "../wgsl/rows";

const ROWS = { R: perCall("rows"), D: perModel("features of a row") };

/**
 * Rows of up to so many features are walked by one invocation each: combining lanes costs more than it saves. On a
 * software adapter [2048, 512] takes a fifth of the time so.
 */
const LONGEST_ALONE = 1024;

/**
 * Layer normalisation over the last axis (Ba, Kiros & Hinton 2016):
 *   y = (x − μ)·ρ·γ + β,   μ = Σ x/D,   ρ = 1/√(Σ (x − μ)²/D + ε)
 * with the variance in a second pass, so that a large mean cancels nothing. γ is 1 and β 0 when absent. μ and ρ of
 * each row are kept for backward.
 */
export const layerNorm = defineKernel({
  name: "layer_norm",
  dims: ROWS,
  scalars: { epsilon: "f32" },
  bindings: {
    x: read("f32", "R D"),
    gamma: optional(read("f32", "D")),
    beta: optional(read("f32", "D")),
    y: write("f32", "R D"),
    mean: write("f32", "R"),
    inverseDeviation: write("f32", "R"),
  },
  plan: ({ R, D }, limits) => rowPlan(R, D, limits, LONGEST_ALONE),
  cost: ({ R, D }) => ({ flops: 8 * R * D, bytes: 8 * R * D + 8 * R }),
  wgsl: (plan, { has }) => wgsl`
    ${rowFunctions(plan).replaceAll("LOWEST", "0.0")}
    ${quadLoad("x")}
    ${has.gamma ? quadLoad("gamma") : ""}
    ${has.beta ? quadLoad("beta") : ""}
    ${quadStore("y")}
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) index: u32) {
      ${rowHead(plan, "dims.R", "D")}
      var sum = vec4f(0.0);
      ${eachQuad(plan, "sum += select(vec4f(0.0), load_x(base, i, count), inside);")}
      let mu = rowSum(sum, index) / f32(D);
      var squares = vec4f(0.0);
      ${eachQuad(
        plan,
        `let centred = select(vec4f(0.0), load_x(base, i, count) - mu, inside);
        squares += centred * centred;`,
      )}
      let rho = 1.0 / sqrt(rowSum(squares, index) / f32(D) + dims.epsilon);
      ${eachQuad(
        plan,
        `let normal = (load_x(base, i, count) - mu) * rho;
        store_y(base, i, count, normal${has.gamma ? " * load_gamma(0u, i, count)" : ""}${has.beta ? " + load_beta(0u, i, count)" : ""});`,
      )}
      if (lane == 0u && row < dims.R) {
        mean[row] = mu;
        inverseDeviation[row] = rho;
      }
    }`,
});

/**
 * The gradient of layer normalisation's input, one dispatch: with g = dy·γ and n = (x − μ)·ρ,
 *   dx = ρ·(g − Σ g/D − n·Σ (g·n)/D).
 */
export const layerNormBackward = defineKernel({
  name: "layer_norm_backward",
  dims: ROWS,
  bindings: {
    x: read("f32", "R D"),
    gamma: optional(read("f32", "D")),
    mean: read("f32", "R"),
    inverseDeviation: read("f32", "R"),
    dy: read("f32", "R D"),
    dx: write("f32", "R D"),
  },
  plan: ({ R, D }, limits) => rowPlan(R, D, limits, LONGEST_ALONE),
  cost: ({ R, D }) => ({ flops: 12 * R * D, bytes: 12 * R * D + 8 * R }),
  wgsl: (plan, { has }) => {
    const g = `load_dy(base, i, count)${has.gamma ? " * load_gamma(0u, i, count)" : ""}`;
    return wgsl`
    ${rowFunctions(plan).replaceAll("LOWEST", "0.0")}
    ${quadLoad("x")}
    ${quadLoad("dy")}
    ${has.gamma ? quadLoad("gamma") : ""}
    ${quadStore("dx")}
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) index: u32) {
      ${rowHead(plan, "dims.R", "D")}
      let own = min(row, dims.R - 1u); // lanes past the last row only keep the others company
      let mu = mean[own];
      let rho = inverseDeviation[own];
      var sum = vec4f(0.0);
      var product = vec4f(0.0);
      ${eachQuad(
        plan,
        `let g = select(vec4f(0.0), ${g}, inside);
        sum += g;
        product += g * ((load_x(base, i, count) - mu) * rho);`,
      )}
      let first = rowSum(sum, index) / f32(D);
      let second = rowSum(product, index) / f32(D);
      ${eachQuad(
        plan,
        `let normal = (load_x(base, i, count) - mu) * rho;
        store_dx(base, i, count, rho * (${g} - first - normal * second));`,
      )}
    }`;
  },
});

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
