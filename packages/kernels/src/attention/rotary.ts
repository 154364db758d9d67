import { defineKernel, flatPlan, optional, perCall, perModel, read, wgsl, write } from "../core";

/**
 * Rotary position embedding (Su et al., RoFormer, 2021, eq. 34): in the first R of each head's D features, pair i of a
 * row at place p is turned by the angle whose cosine and sine stand in row p of the tables,
 *   y₁ = x₁·cos − x₂·sin,   y₂ = x₂·cos + x₁·sin
 * Pairs are (i, i + R/2), or (2i, 2i + 1) where `interleaved`; other features stay. The place of step t of batch row b is
 * `places`[b, t], or, without them, t + offset + b·strideB. The backward of a rotation is that by −angle: `turn` = −1.
 */
export const rotary = defineKernel({
  name: "rotary",
  dims: {
    B: perCall("batch rows"),
    T: perCall("time steps"),
    P: perCall("rows of the tables"),
    strideB: perCall("rows of the tables from batch row to batch row"),
    N: perModel("heads"),
    D: perModel("features of a head"),
    R: perModel("features of a head that are turned, an even number"),
  },
  options: { interleaved: false },
  scalars: { offset: "u32", turn: "f32" },
  bindings: {
    x: read("f32", "B T N D"),
    cosines: read("f32", (dims) => [((dims.P ?? 0) * (dims.R ?? 0)) / 2]),
    sines: read("f32", (dims) => [((dims.P ?? 0) * (dims.R ?? 0)) / 2]),
    places: optional(read("u32", "B T")),
    y: write("f32", "B T N D"),
  },
  plan: ({ B, T, N, D }, limits) => flatPlan(B * T * N * D, limits),
  cost: ({ B, T, N, D, R }) => ({ flops: 3 * B * T * N * R, bytes: 8 * B * T * N * D }),
  wgsl: (plan, { dims: { N, D, R }, options: { interleaved }, has }) => wgsl`
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let n = id.x + id.y * ${plan.width}u;
      if (n >= dims.B * dims.T * ${N * D}u) { return; }
      let d = n % ${D}u;
      if (d >= ${R}u) { y[n] = x[n]; return; }
      let step = n / ${N * D}u;
      let place = ${has.places ? "places[step]" : "step % dims.T + dims.offset + step / dims.T * dims.strideB"};
      let pair = ${interleaved ? "d / 2u" : `d % ${R / 2}u`};
      let isFirst = ${interleaved ? "d % 2u == 0u" : `d < ${R / 2}u`};
      let other = select(n - ${interleaved ? 1 : R / 2}u, n + ${interleaved ? 1 : R / 2}u, isFirst);
      let at = min(place, dims.P - 1u) * ${R / 2}u + pair;
      let s = dims.turn * sines[at];
      y[n] = fma(x[n], cosines[at], select(x[other] * s, -x[other] * s, isFirst));
    }`,
});
