import { type FlatPlan, perCall, perModel, ValueError, wgsl } from "../core";

/*
 * What kernels of linear attention share. A head's state is a matrix S [D, E] that each step changes. In
 *   S'_t = a_t ⊙ S_{t−1},   w_t = β_t·(v_t − S'_tᵀ·k_t),   S_t = S'_t + k_t·w_tᵀ
 * a column of S needs no other column, and once w is known, a row needs no other row; the same is true of the gradient. So
 * an invocation has a column or a row in its registers, walks over the steps, and no state is stored on the way.
 */

export const DIMS = {
  B: perCall("batch rows"),
  T: perCall("time steps"),
  N: perModel("heads of queries"),
  M: perModel("heads of keys and values"),
  D: perModel("features of a key"),
  E: perModel("features of a value"),
  A: perModel("decays of a head at a step: D, or 1 for all its features"),
} as const;

/** The most features of a key or a value: an invocation keeps as many numbers. */
export const MOST_FEATURES = 256;

/** @throws ValueError if a row or a column is longer than an invocation can keep */
export function expectFeatures({ D, E }: { readonly D: number; readonly E: number }): void {
  for (const [what, features] of Object.entries({ "features of a key": D, "features of a value": E })) {
    if (features <= MOST_FEATURES) continue;
    const remedy = "Use more heads of fewer features.";
    const expected = `at most ${MOST_FEATURES} for each head`;
    throw new ValueError({ where: "linearAttention", what, expected, received: String(features), remedy });
  }
}

interface Walk {
  readonly plan: FlatPlan;
  /** The array that the walk begins with; zeros where absent. */
  readonly from: string | undefined;
  /** WGSL of it: `b` and `m` are the row of the batch and the head, `state` is what the invocation keeps. */
  readonly body: string;
}

/** WGSL of invocations that each have a column `j` of a head's matrix: `state[i]`. */
export const columnWalk = ({ plan, from, body }: Walk): string => wgsl`
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let n = id.x + id.y * ${plan.width}u;
      if (n >= dims.B * M * E) { return; }
      let b = n / (M * E);
      let m = n / E % M;
      let j = n % E;
      let first = n / E * D * E + j; // of the column, in an array [B, M, D, E]
      var state: array<f32, D>;
      ${from ? `for (var i = 0u; i < D; i++) { state[i] = ${from}[first + i * E]; }` : ""}
      ${body}
    }`;

/** WGSL of invocations that each have a row `i` of a head's matrix: `state[j]`. */
export const rowWalk = ({ plan, from, body }: Walk): string => wgsl`
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let n = id.x + id.y * ${plan.width}u;
      if (n >= dims.B * M * D) { return; }
      let b = n / (M * D);
      let m = n / D % M;
      let i = n % D;
      var state: array<f32, E>;
      ${from ? `for (var j = 0u; j < E; j++) { state[j] = ${from}[n * E + j]; }` : ""}
      ${body}
    }`;

/** WGSL of all steps, `head` being head m of a step; `back` from the last to the first. */
export const eachStep = (body: string, { back = false } = {}): string => wgsl`
      for (var s = 0u; s < dims.T; s++) {
        let head = (b * dims.T + ${back ? "dims.T - 1u - s" : "s"}) * M + m;
        ${body}
      }`;

/** WGSL of a_t for feature i of a key at `head`: `value`, less what a decay takes of it. */
export const decayed = (value: string, hasDecay: boolean, A: number): string =>
  hasDecay ? `retain[head${A === 1 ? "" : " * D + i"}] * ${value}` : value;
