import { type Float64Tensor, float64 } from "@unroll/testing";

/** Sizes of a call: batch rows, steps, heads of queries and of keys, features of keys and of values. */
export interface LinearSizes {
  readonly B: number;
  readonly T: number;
  readonly N: number;
  readonly M: number;
  readonly D: number;
  readonly E: number;
}

/** Decays are logarithms, [B, T, M, D] or [B, T, M, 1]. */
export type LinearInputs = Readonly<Record<"q" | "k" | "v", Float64Tensor>> &
  Readonly<Partial<Record<"decay" | "beta" | "start", Float64Tensor>>>;

export type LinearOutputs = Readonly<Record<"out" | "end", Float64Tensor>>;

/** One head of one row of the batch: places in the arrays of what a step reads. */
const places = ({ T, N, M, D, E }: LinearSizes, b: number, m: number, A: number) => ({
  key: (t: number, i: number) => ((b * T + t) * M + m) * D + i,
  value: (t: number, j: number) => ((b * T + t) * M + m) * E + j,
  beta: (t: number) => (b * T + t) * M + m,
  decay: (t: number, i: number) => ((b * T + t) * M + m) * A + (A === 1 ? 0 : i),
  query: (t: number, g: number, i: number) => ((b * T + t) * N + (m * N) / M + g) * D + i,
  out: (t: number, g: number, j: number) => ((b * T + t) * N + (m * N) / M + g) * E + j,
  state: (i: number, j: number) => ((b * M + m) * D + i) * E + j,
});

/** What the walk over the steps of one head leaves behind: S', w and S of each. */
function walk(inputs: LinearInputs, sizes: LinearSizes, b: number, m: number) {
  const { T, D, E } = sizes;
  const { k, v, decay, beta, start } = inputs;
  const at = places(sizes, b, m, decay?.shape[3] ?? 1);
  let state = Float64Array.from({ length: D * E }, (_, n) => start?.data[at.state(Math.floor(n / E), n % E)] ?? 0);
  const steps = [];
  for (let t = 0; t < T; t++) {
    const kept = state.map((s, n) => s * Math.exp(decay?.data[at.decay(t, Math.floor(n / E))] ?? 0));
    const error = Float64Array.from({ length: E }, (_, j) => {
      let e = v.data[at.value(t, j)] as number;
      if (beta) for (let i = 0; i < D; i++) e -= (k.data[at.key(t, i)] as number) * (kept[i * E + j] as number);
      return e;
    });
    const written = error.map((e) => e * (beta?.data[at.beta(t)] ?? 1));
    state = kept.map((s, n) => s + (k.data[at.key(t, Math.floor(n / E))] as number) * (written[n % E] as number));
    steps.push({ kept, error, written, state });
  }
  return { steps, end: state, at };
}

/** S_t = S'_t + k_t·w_tᵀ with S'_t = e^decay ⊙ S_{t−1} and w_t = β_t·(v_t − S'_tᵀ·k_t), or v_t; out_t = scale·S_tᵀ·q_t. */
export function linearAttentionReference(inputs: LinearInputs, sizes: LinearSizes, scale: number): LinearOutputs {
  const { B, T, N, M, D, E } = sizes;
  const out = new Float64Array(B * T * N * E);
  const ends = new Float64Array(B * M * D * E);
  for (let b = 0; b < B; b++) {
    for (let m = 0; m < M; m++) {
      const { steps, end, at } = walk(inputs, sizes, b, m);
      ends.set(end, at.state(0, 0));
      for (const [t, { state }] of steps.entries())
        for (let g = 0; g < N / M; g++)
          for (let n = 0; n < D * E; n++)
            out[at.out(t, g, n % E)] =
              (out[at.out(t, g, n % E)] as number) +
              scale * (inputs.q.data[at.query(t, g, Math.floor(n / E))] as number) * (state[n] as number);
    }
  }
  return { out: float64([B, T, N, E], out), end: float64([B, M, D, E], ends) };
}

/** What `linearAttentionErrors` gives, and the gradients of everything, with the two halves of that of a key apart. */
export function linearAttentionBackwardReference(
  inputs: LinearInputs,
  d: LinearOutputs,
  sizes: LinearSizes,
  scale: number,
): Record<keyof LinearInputs | "errors" | "readGradient" | "writeGradient", Float64Tensor> {
  const { B, T, N, M, D, E } = sizes;
  const A = inputs.decay?.shape[3] ?? 1;
  const zeros = (...shape: number[]) => float64(shape, new Float64Array(shape.reduce((a, c) => a * c, 1)));
  const made = {
    q: zeros(B, T, N, D),
    k: zeros(B, T, M, D),
    v: zeros(B, T, M, E),
    decay: zeros(B, T, M, A),
    beta: zeros(B, T, M),
    start: zeros(B, M, D, E),
    errors: zeros(B, T, M, E),
    readGradient: zeros(B, T, M, D),
    writeGradient: zeros(B, T, M, D),
  };
  const add = ({ data }: Float64Tensor, at: number, value: number) => {
    data[at] = (data[at] as number) + value;
  };
  for (let b = 0; b < B; b++) {
    for (let m = 0; m < M; m++) {
      const { steps, at } = walk(inputs, sizes, b, m);
      const slope = Float64Array.from({ length: D * E }, (_, n) => d.end.data[at.state(0, 0) + n] as number);
      for (let t = T - 1; t >= 0; t--) {
        const { kept, error, written, state } = steps[t] as (typeof steps)[number];
        made.errors.data.set(error, at.value(t, 0));
        const [k, β] = [(i: number) => inputs.k.data[at.key(t, i)] as number, inputs.beta?.data[at.beta(t)] ?? 1];
        for (let n = 0; n < D * E; n++) {
          const [i, j] = [Math.floor(n / E), n % E];
          for (let g = 0; g < N / M; g++) {
            const [dOut, q] = [d.out.data[at.out(t, g, j)] as number, inputs.q.data[at.query(t, g, i)] as number];
            add(made.q, at.query(t, g, i), scale * dOut * (state[n] as number));
            slope[n] = (slope[n] as number) + scale * dOut * q;
          }
        }
        for (let n = 0; n < D * E; n++) {
          const [i, j] = [Math.floor(n / E), n % E];
          add(made.v, at.value(t, j), β * k(i) * (slope[n] as number));
          add(made.beta, at.beta(t), (error[j] as number) * k(i) * (slope[n] as number));
          add(made.writeGradient, at.key(t, i), (error[j] as number) * (slope[n] as number));
          add(made.k, at.key(t, i), (written[j] as number) * (slope[n] as number));
        }
        for (let n = 0; n < D * E; n++) {
          const [i, j] = [Math.floor(n / E), n % E];
          const before = kept[n] as number;
          if (inputs.beta) {
            const dv = made.v.data[at.value(t, j)] as number;
            add(made.readGradient, at.key(t, i), dv * before);
            add(made.k, at.key(t, i), -dv * before);
            slope[n] = (slope[n] as number) - k(i) * dv;
          }
          add(made.decay, at.decay(t, i), (slope[n] as number) * before);
          slope[n] = (slope[n] as number) * Math.exp(inputs.decay?.data[at.decay(t, i)] ?? 0);
        }
      }
      made.start.data.set(slope, at.state(0, 0));
    }
  }
  return made;
}
