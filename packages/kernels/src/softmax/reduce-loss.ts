import { defineKernel, perCall, read, wgsl, write } from "../core";

/** Lanes along each of the two axes. */
const SIDE = 16;

/**
 * Turns the losses of B·T rows into one number: their sum, or Σ loss / Σ weight, 0 where no row counts.
 * One workgroup of 16 × 16 lanes: lane (i, j) adds the rows with b mod 16 = i and t mod 16 = j, t outside and b
 * inside, and the lanes are added in order. So zeros, in steps past a row's end or in rows that only fill a batch up,
 * change no bit however many there are.
 */
export const reduceLoss = defineKernel({
  name: "reduce_loss",
  dims: { B: perCall("batch rows"), T: perCall("time steps") },
  options: { reduction: "mean" as "mean" | "sum" },
  bindings: {
    loss: read("f32", "B T"),
    weight: read("f32", "B T"),
    total: write("f32", "1"),
    totalWeight: write("f32", "1"),
  },
  plan: () => ({ workgroupSize: SIDE * SIDE, grid: [1, 1, 1] as const }),
  cost: ({ B, T }) => ({ flops: 2 * B * T, bytes: 8 * B * T }),
  wgsl: (_, { options }) => wgsl`
    var<workgroup> lanes: array<vec2f, ${SIDE * SIDE}>;
    @compute @workgroup_size(${SIDE * SIDE})
    fn main(@builtin(local_invocation_index) index: u32) {
      var own = vec2f(0.0);
      for (var t = index % ${SIDE}u; t < dims.T; t += ${SIDE}u) {
        for (var b = index / ${SIDE}u; b < dims.B; b += ${SIDE}u) {
          let n = b * dims.T + t;
          own += vec2f(loss[n], weight[n]);
        }
      }
      lanes[index] = own;
      workgroupBarrier();
      if (index == 0u) {
        var all = vec2f(0.0);
        for (var k = 0u; k < ${SIDE * SIDE}u; k++) { all += lanes[k]; }
        total[0] = ${options.reduction === "sum" ? "all.x" : "select(0.0, all.x / all.y, all.y != 0.0)"};
        totalWeight[0] = all.y;
      }
    }`,
});
