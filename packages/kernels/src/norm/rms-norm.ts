import { defineKernel, optional, perCall, perModel, read, wgsl, write } from "../core";
import { eachQuad, formName, held, type RowForm, rowArray, rowCode, rowKernel, rowPlan, rowSums } from "../wgsl/rows";

const DIMS = { R: perCall("rows"), D: perModel("features of a row") };
const OVER_ROWS = { rows: "R", length: "D" };

const defineRmsNorm = (form: RowForm) =>
  defineKernel({
    name: formName("rms_norm", form),
    dims: DIMS,
    scalars: { epsilon: "f32" },
    bindings: {
      x: rowArray(form, "read", "R D"),
      gamma: optional(rowArray(form, "read", "D")),
      y: rowArray(form, "write", "R D"),
      inverseRoot: write("f32", "R"),
    },
    plan: ({ R, D }, limits) => rowPlan(form, R, D, limits),
    cost: ({ R, D }) => ({ flops: 4 * R * D, bytes: 8 * R * D + 4 * R }),
    wgsl: (plan, { has }) =>
      rowCode(
        plan,
        { length: "D", loads: has.gamma ? ["x", "gamma"] : ["x"], store: "y", scratch: ["squares"] },
        wgsl`
      ${rowSums(plan, { squares: (sum) => `fma(value, value, ${sum})` }, `let value = ${held(plan, "load_x(base, q, count)")};`)}
      let rho = 1.0 / sqrt(squares / f32(D) + dims.epsilon);
      ${eachQuad(plan, `store_y(base, q, count, load_x(base, q, count) * rho${has.gamma ? " * load_gamma(0u, q, count)" : ""});`)}
      if (lane == 0u && row < dims.R) { inverseRoot[row] = rho; }`,
      ),
  });

/**
 * Root-mean-square normalisation over the last axis (Zhang & Sennrich 2019):
 *   y = x·ρ·γ,   ρ = 1/√(Σ x²/D + ε)
 * γ is 1 when absent. ρ of each row is kept for backward.
 */
export const rmsNorm = rowKernel(defineRmsNorm, OVER_ROWS);

const defineRmsNormBackward = (form: RowForm) =>
  defineKernel({
    name: formName("rms_norm_backward", form),
    dims: DIMS,
    bindings: {
      x: rowArray(form, "read", "R D"),
      gamma: optional(rowArray(form, "read", "D")),
      inverseRoot: read("f32", "R"),
      dy: rowArray(form, "read", "R D"),
      dx: rowArray(form, "write", "R D"),
    },
    plan: ({ R, D }, limits) => rowPlan(form, R, D, limits),
    cost: ({ R, D }) => ({ flops: 8 * R * D, bytes: 12 * R * D + 4 * R }),
    wgsl: (plan, { has }) => {
      const g = `load_dy(base, q, count)${has.gamma ? " * load_gamma(0u, q, count)" : ""}`;
      const normal = "let normal = load_x(base, q, count) * rho;";
      const loads = (["x", "dy", "gamma"] as const).filter((name) => has[name]);
      return rowCode(
        plan,
        { length: "D", loads, store: "dx", scratch: ["product"] },
        wgsl`
      let rho = inverseRoot[min(row, dims.R - 1u)]; // lanes past the last row only keep the others company
      ${rowSums(plan, { product: (sum) => `fma(g, normal, ${sum})` }, `let g = ${held(plan, g)};\n        ${normal}`)}
      let share = product / f32(D);
      ${eachQuad(plan, `${normal}\n        store_dx(base, q, count, rho * fma(-normal, vec4f(share), ${g}));`)}`,
      );
    },
  });

/** The gradient of its input: with g = dy·γ and n = x·ρ, dx = ρ·(g − n·Σ (g·n)/D). That of γ is `layerNormParameterGradients` of mean 0. */
export const rmsNormBackward = rowKernel(defineRmsNormBackward, OVER_ROWS);
