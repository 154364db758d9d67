import { monotonicAlignmentBackward, monotonicAlignment as monotonicAlignmentKernel } from "@unroll/kernels";
import { defineOp, run, type Tensor } from "@unroll/nn";

type Inputs = { readonly p: Tensor; readonly previous: Tensor };

function dimsOf({ p }: Inputs): { B: number; T: number; S: number } {
  const [B, T, S] = p.shape as [number, number, number];
  return { B, T, S };
}

const aligned = defineOp<Inputs, object, { weights: Tensor }, Inputs & { reached: Tensor }>({
  name: "monotonicAlignment",
  forward(inputs) {
    const { weights, reached } = run(monotonicAlignmentKernel, { ...inputs }, { dims: dimsOf(inputs) });
    return { out: { weights }, saved: { ...inputs, reached } };
  },
  // δ_ts = p_ts·dα_ts + (1 − p_ts)·δ_t,s+1;   dp_ts = r_ts·(dα_ts − δ_t,s+1);   what is before gets δ
  backward({ weights: dWeights }, { p, previous, reached }) {
    if (!dWeights) return {};
    const dims = dimsOf({ p, previous });
    const { dP, dPrevious } = run(monotonicAlignmentBackward, { p, reached, dWeights }, { dims });
    return { p: dP, previous: dPrevious };
  },
});

/**
 * The expected alignment of a reader that stops at position s with probability p_s and goes on from there (Raffel et al.
 * 2017, eq. 8), two positions apart in a row as in a recurrence, without the divisions of its parallel form:
 *   r_ts = (1 − p_t,s−1)·r_t,s−1 + α_t−1,s,   α_ts = p_ts·r_ts
 * @param p [B, T, S], 0 past a row's length
 * @param previous α_0 [B, S]
 * @returns α [B, T, S]
 */
export function monotonicAlignment(p: Tensor, previous: Tensor): Tensor {
  return aligned({ p, previous }, {}).weights;
}
