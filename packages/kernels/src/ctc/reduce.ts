import { defineKernel, perCall, read, wgsl, write } from "../core";
import type { CtcReduction } from "./gradient";
import { INFINITY_BITS, NAN_BITS } from "./states";

const LANES = 256;

/**
 * Losses of rows as they are asked for: all, their sum, or 1/B·Σ loss/max(1, target length). With `zeroInfinity` an
 * infinite loss counts 0; without it one makes the result infinite, and a NaN makes it a NaN either way. Lane i of 256 adds rows i, i + 256, …, then the lanes
 * are added in order, so rows of loss 0 at the end of a batch change no bit of the sum.
 */
export const ctcReduce = defineKernel({
  name: "ctc_reduce",
  dims: { B: perCall("batch rows") },
  options: { reduction: "mean" as CtcReduction, zeroInfinity: false as boolean },
  bindings: {
    loss: read("f32", "B"),
    targetLengths: read("u32", "B"),
    reduced: write("f32", ({ B = 0 }, { reduction }) => [reduction === "none" ? B : 1]),
  },
  plan: () => ({ workgroupSize: LANES, grid: [1, 1, 1] as const }),
  cost: ({ B }) => ({ flops: 2 * B, bytes: 8 * B }),
  wgsl: (_, { options: { reduction, zeroInfinity } }) => wgsl`
    var<workgroup> sums: array<f32, ${LANES}>;
    var<workgroup> odd: array<u32, ${LANES}>;
    @compute @workgroup_size(${LANES})
    fn main(@builtin(local_invocation_index) lane: u32) {
      var sum = 0.0;
      var kinds = 0u; // 1 where a loss is infinite, 2 where one is no number
      for (var row = lane; row < dims.B; row += ${LANES}u) {
        let bits = bitcast<u32>(loss[row]);
        let infinite = bits == ${INFINITY_BITS};
        ${
          reduction === "none"
            ? `reduced[row] = bitcast<f32>(select(bits, ${zeroInfinity ? "0u" : INFINITY_BITS}, infinite));`
            : `if (infinite) { kinds |= 1u; } else if (!isFinite(loss[row])) { kinds |= 2u; } else {
                 sum += ${reduction === "sum" ? "loss[row]" : "loss[row] / f32(max(targetLengths[row], 1u))"};
               }`
        }
      }
      sums[lane] = sum;
      odd[lane] = kinds;
      workgroupBarrier();
      ${reduction === "none" ? "" : totalCode(reduction, zeroInfinity)}
    }`,
});

const totalCode = (reduction: CtcReduction, zeroInfinity: boolean): string => wgsl`
      if (lane == 0u) {
        var total = 0.0;
        var any = 0u;
        for (var k = 0u; k < ${LANES}u; k++) {
          total += sums[k];
          any |= odd[k];
        }
        let finite = bitcast<u32>(${reduction === "mean" ? "total / f32(dims.B)" : "total"});
        let possible = select(finite, ${INFINITY_BITS}, ${zeroInfinity ? "false" : "(any & 1u) != 0u"});
        reduced[0] = bitcast<f32>(select(possible, ${NAN_BITS}, (any & 2u) != 0u));
      }`;
