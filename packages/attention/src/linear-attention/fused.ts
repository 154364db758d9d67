import {
  linearAttentionErrors,
  linearAttention as linearAttentionKernel,
  linearAttentionKeyGradient,
  linearAttentionQueryGradient,
  linearAttentionValueGradient,
} from "@unroll/kernels";
import {
  add,
  cast,
  cumSum,
  defineOp,
  exp,
  lengthsTensor,
  maskSteps,
  mul,
  reshape,
  run,
  scalar,
  sub,
  sum,
  type Tensor,
  zeros,
} from "@unroll/nn";
import { type LinearInputs, type LinearOutputs, plainLinearAttention } from "./plain";
import { type LinearAttentionCall, type LinearSizes, linearSizes } from "./sizes";

interface Attributes {
  readonly sizes: LinearSizes;
  readonly scale: number;
}

type Made = { readonly output: Tensor; readonly state: Tensor };

const attended = defineOp<LinearInputs, Attributes, Made, LinearInputs & { readonly end: Tensor }>({
  name: "linearAttention",
  forward(inputs, { sizes, scale }) {
    const { B, T, N, E } = sizes;
    const { q, k, v, beta, state: start } = inputs;
    const { out, end } = run(
      linearAttentionKernel,
      { q, k, v, retain: retainOf(inputs), beta, start },
      { dims: sizes, scalars: { scale: scalar(scale) }, shapes: { out: [B, T, N * E] }, dtypes: { out: q.dtype } },
    );
    return { out: { output: out, state: end }, saved: { ...inputs, end } };
  },
  plain: (inputs, { sizes, scale }) => plainLinearAttention(inputs, sizes, scale),
  backward({ output, state: dEnd }, { end, ...inputs }, needs, { sizes, scale }) {
    const { B, T, N, M, D, E } = sizes;
    const { q, k, v, decay, beta, state: start } = inputs;
    const dOut = output ?? zeros([B, T, N * E]);
    const retain = retainOf(inputs);
    const call = { dims: sizes, scalars: { scale: scalar(scale) } };
    const ofValues = run(
      linearAttentionValueGradient,
      { q, k, retain, beta, dOut, dEnd },
      {
        ...call,
        outputs: needs.has("state") ? ["dStart"] : [],
      },
    );
    const gradients = {
      v: asLike(ofValues.dv, v),
      ...(start && needs.has("state") ? { state: asLike(ofValues.dStart, start) } : {}),
    };
    if (!["q", "k", "decay", "beta"].some((name) => needs.has(name as keyof LinearInputs))) return gradients;

    const errors = beta && run(linearAttentionErrors, { k, v, retain, beta, start }, { dims: sizes }).errors;
    const written = beta && errors ? mul(errors, reshape(beta, [B, T, M, 1])) : v;
    const dv = beta && ofValues.dv;
    const { dq, readGradient } = run(
      linearAttentionQueryGradient,
      { k, written, retain, start, dOut, dv },
      {
        ...call,
        outputs: beta ? ["readGradient"] : [],
      },
    );
    const { writeGradient } = run(linearAttentionKeyGradient, { q, k, u: errors ?? v, retain, dOut, dv, dEnd }, call);
    const keys = reshape(k, [B, T, M, D]);
    const toWritten = beta ? mul(writeGradient, reshape(beta, [B, T, M, 1])) : writeGradient;
    return {
      ...gradients,
      q: asLike(dq, q),
      k: asLike(beta ? sub(toWritten, readGradient) : toWritten, k),
      ...(beta ? { beta: asLike(sum(mul(keys, writeGradient), { axes: [-1] }), beta) } : {}),
      ...(decay && needs.has("decay")
        ? {
            decay: decayGradient(decay, sizes, {
              q,
              dq,
              keys,
              reached: beta ? add(toWritten, readGradient) : toWritten,
              end,
              dEnd,
            }),
          }
        : {}),
    };
  },
});

/**
 * d ln a_t = G'_t·S'_t = G_t·S_t − k_t·(gradients that k_t had as it was written and as it was read), and G_t·S_t is q_t·dq_t and
 * what comes of step t + 1: a sum from the last step on, which needs no state (Yang et al. 2024, appendix C).
 */
function decayGradient(
  decay: Tensor,
  { B, T, N, M, D, A }: LinearSizes,
  {
    q,
    dq,
    keys,
    reached,
    end,
    dEnd,
  }: Readonly<Record<"q" | "dq" | "keys" | "reached" | "end", Tensor>> & { dEnd: Tensor | undefined },
): Tensor {
  /** Over the features of a key, if they have one decay. */
  const summed = (x: Tensor): Tensor => (A === 1 ? sum(x, { axes: [-1], keepDims: true }) : x);
  const queries = [q, dq].map((x) => reshape(x, [B, T, M, N / M, D])) as [Tensor, Tensor];
  const own = summed(sub(sum(mul(...queries), { axes: [3] }), mul(keys, reached)));
  const slopes = cumSum(own, 1, { reverse: true });
  if (!dEnd) return asLike(slopes, decay);
  const last = summed(sum(mul(dEnd, end), { axes: [-1] }));
  return asLike(add(slopes, reshape(last, [B, 1, M, A])), decay);
}

/** a_t, what a decay leaves of a state. */
const retainOf = ({ decay }: LinearInputs): Tensor | undefined => decay && exp(decay);

const asLike = (gradient: Tensor, like: Tensor): Tensor => cast(reshape(gradient, like.shape), like.dtype);

/**
 * Attention without a softmax, which is a recurrence: a head's keys and values are kept in one matrix S [D, E], so a step
 * costs the same however long the sequence is, and memory does not grow with it.
 *   S_t = S'_t + k_t·w_tᵀ,   out_t = scale·S_tᵀ·q_t,   S'_t = a_t ⊙ S_{t−1}
 *   w_t = v_t (Katharopoulos et al. 2020), or with `beta` β_t·(v_t − S'_tᵀ·k_t), the delta rule (Schlag et al. 2021)
 * a_t = e^decay (Yang et al., "Gated linear attention", 2024; with the delta rule "Gated delta networks", 2025), 1 where
 * there is none. With the delta rule keys should have length 1: longer ones make the state grow from step to step. One
 * kernel forward and four backward walk over all T steps, and store no state on the way. Each step waits for the one before it:
 * there are as many invocations as rows times features of all values.
 * @param q queries [B, T, N·D]
 * @param k keys [B, T, M·D], where head n of the queries uses head ⌊n·M/N⌋
 * @param v values [B, T, M·E]
 * @returns output [B, T, N·E] of the dtype of q, and the state [B, M, D, E] after the last step, of f32
 * @throws ShapeError if the shapes do not fit
 * @throws ValueError if heads do not divide, a length is out of range, or a head has more than 256 features
 */
export function linearAttention(q: Tensor, k: Tensor, v: Tensor, call: LinearAttentionCall): LinearOutputs {
  const sizes = linearSizes("linearAttention", q, k, v, call);
  const { decay, beta, state, lengths, scale = 1 / Math.sqrt(sizes.D) } = call;
  const inputs = { q, k, v, decay, beta };
  const steps = lengthsTensor("linearAttention", lengths, sizes, true);
  if (!steps) return attended({ ...inputs, state }, { sizes, scale });
  const masked = Object.fromEntries(
    Object.entries(inputs).map(([name, of]) => [name, of && maskSteps(of, steps)]),
  ) as typeof inputs;
  const { output, state: end } = attended({ ...masked, state }, { sizes, scale });
  return { output: maskSteps(output, steps), state: end };
}
