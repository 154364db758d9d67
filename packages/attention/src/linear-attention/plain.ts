import { add, exp, loopOverSteps, matmul, mul, reshape, sub, sum, type Tensor, zeros } from "@unroll/nn";
import type { LinearSizes } from "./sizes";

/** What linear attention reads, checked. */
export type LinearInputs = Readonly<Record<"q" | "k" | "v", Tensor>> &
  Readonly<Record<"decay" | "beta" | "state", Tensor | undefined>>;

/** What it gives. */
export interface LinearOutputs {
  /** [B, T, N·E] */
  readonly output: Tensor;
  /** S_T [B, M, D, E] */
  readonly state: Tensor;
}

/** Whose steps these are: alike in every call. */
const OWNER = {};

/**
 * Linear attention step by step, by operations on tensors: what the fused kernels must agree with, and what is written into
 * files for other programs. See `linearAttention`.
 */
export function plainLinearAttention(
  { q, k, v, decay, beta, state }: LinearInputs,
  { B, T, N, M, D, E, A }: LinearSizes,
  scale: number,
): LinearOutputs {
  const inputs = {
    q: reshape(q, [B, T, M, N / M, D]),
    k: reshape(k, [B, T, M, D, 1]),
    v: reshape(v, [B, T, M, 1, E]),
    ...(decay && { retain: reshape(exp(decay), [B, T, M, A, 1]) }),
    ...(beta && { beta: reshape(beta, [B, T, M, 1, 1]) }),
  };
  const { outputs, state: end } = loopOverSteps({
    owner: OWNER,
    inputs: inputs as Readonly<Record<string, Tensor>>,
    state: { memory: state ?? zeros([B, M, D, E]) },
    shared: {},
    step(now, { memory }) {
      const { q, k, v, retain, beta } = now as Record<"q" | "k" | "v", Tensor> & Record<string, Tensor | undefined>;
      const kept = retain ? mul(memory, retain) : memory;
      const written = beta ? mul(sub(v, sum(mul(k, kept), { axes: [-2], keepDims: true })), beta) : v;
      const next = add(kept, mul(k, written));
      return { outputs: { mixed: mul(matmul(q, next), scale) }, state: { memory: next } };
    },
  });
  return { output: reshape(outputs.mixed, [B, T, N * E]), state: end.memory };
}
