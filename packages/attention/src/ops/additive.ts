import {
  additiveAttentionBackward,
  additiveAttention as additiveAttentionKernel,
  additiveKeyGradients,
  additiveQueryGradient,
  additiveScores as additiveScoresKernel,
  attentionScoreGradient,
  attentionVectorGradient,
} from "@unroll/kernels";
import { defineOp, type Gradients, run, type Tensor } from "@unroll/nn";
import { plainAdditiveScores, plainAttention } from "./plain";
import { gradientsSideBySide, overQueries, sideBySide, wholeFours } from "./steps";

/** What an additive score reads. */
export type AdditiveInputs = {
  /** [B, T, A] */
  readonly query: Tensor;
  /** [B, S, A] */
  readonly keys: Tensor;
  /** v, and below it what weighs each feature of a position: [1 + F, A]. */
  readonly vector: Tensor;
  /** [B, T, S, F], where F is not 0. */
  readonly features: Tensor | undefined;
};

type Inputs = AdditiveInputs & { readonly memory: Tensor };
type Outputs = { readonly context: Tensor; readonly weights: Tensor };
type Saved = Inputs & { readonly weights: Tensor };

function scoreDims({ query, keys, vector }: AdditiveInputs): { B: number; T: number; S: number; A: number; F: number } {
  const [B, T, A] = query.shape as [number, number, number];
  return { B, T, A, S: keys.shape[1] as number, F: (vector.shape[0] as number) - 1 };
}

/** Gradients of what belongs to one step. */
interface StepGradients {
  readonly dScores: Tensor;
  readonly query: Tensor;
  readonly features: Tensor | undefined;
}

/** Those already made of a record, and from which gradients: what all steps share is made of them later. */
const made = new WeakMap<Saved, { readonly of: Gradients<Outputs>; readonly step: StepGradients }>();

function stepGradients(saved: Saved, of: Gradients<Outputs>): StepGradients {
  const known = made.get(saved);
  if (known && known.of.context === of.context && known.of.weights === of.weights) return known.step;
  const step = of.weights || saved.features || !of.context ? inTwo(saved, of) : inOne(saved, of.context);
  made.set(saved, { of, step });
  return step;
}

function inOne({ query, keys, vector, memory, weights }: Saved, dContext: Tensor): StepGradients {
  const { dScores, dQuery } = run(
    additiveAttentionBackward,
    { query, keys, vector, memory, weights, dContext },
    {
      dims: { ...scoreDims({ query, keys, vector, features: undefined }), D: memory.shape[2] as number },
      options: wholeFours(keys, memory),
      shapes: { dQuery: query.shape },
      dtypes: { dQuery: query.dtype },
    },
  );
  return { dScores, query: dQuery, features: undefined };
}

/** One dispatch more, since all arrays would be more than a kernel may have: those of the scores first. */
function inTwo(saved: Saved, { context: dContext, weights: dWeights }: Gradients<Outputs>): StepGradients {
  const { memory, weights } = saved;
  const { B, T, S } = scoreDims(saved);
  const { dScores } = run(
    attentionScoreGradient,
    { memory, weights, dContext, dWeights },
    { dims: { B, T, S, D: memory.shape[2] as number }, options: wholeFours(memory, memory) },
  );
  return { dScores, ...ofScores(saved, dScores) };
}

function ofScores(inputs: AdditiveInputs, dScores: Tensor): Omit<StepGradients, "dScores"> {
  const { query, keys, vector, features } = inputs;
  const { dQuery, dFeatures } = run(
    additiveQueryGradient,
    { query, keys, vector, features, dScores },
    {
      dims: scoreDims(inputs),
      options: wholeFours(keys),
      shapes: { dQuery: query.shape },
      dtypes: { dQuery: query.dtype, ...(features ? { dFeatures: features.dtype } : {}) },
      ...(features ? { outputs: ["dFeatures"] } : {}),
    },
  );
  return { query: dQuery, features: features && dFeatures };
}

/** Gradients of keys and vector, of the queries of all steps side by side. */
function keyGradients(
  steps: readonly (AdditiveInputs & { readonly dScores: Tensor })[],
  needs: { readonly has: (input: "keys" | "vector") => boolean },
): { keys?: Tensor; vector?: Tensor } {
  const [{ keys, vector, features }] = steps as readonly [AdditiveInputs, ...typeof steps];
  const query = sideBySide(steps.map((step) => step.query));
  const all: AdditiveInputs = {
    query,
    keys,
    vector,
    features: features && sideBySide(steps.map((step) => step.features as Tensor)),
  };
  const dims = scoreDims(all);
  const { dKeys, dVectors } = run(
    additiveKeyGradients,
    { ...all, dScores: sideBySide(steps.map(({ dScores }) => dScores)) },
    { dims, options: wholeFours(keys), shapes: { dKeys: keys.shape }, dtypes: { dKeys: keys.dtype } },
  );
  if (!needs.has("vector")) return { keys: dKeys };
  const { B, S } = dims;
  const { total } = run(
    attentionVectorGradient,
    { parts: dVectors },
    { dims: { B, S, V: vector.size }, shapes: { total: vector.shape } },
  );
  return { keys: dKeys, vector: total };
}

type Use = { readonly dOut: Gradients<Outputs>; readonly saved: Saved };

/** Gradients of what the steps of a decoder share: keys, vector and memory. */
function sharedGradients(
  uses: readonly Use[],
  needs: { readonly has: (input: "keys" | "vector" | "memory") => boolean },
): { keys?: Tensor; vector?: Tensor; memory?: Tensor } {
  const gradients: { keys?: Tensor; vector?: Tensor; memory?: Tensor } = {};
  if (needs.has("keys") || needs.has("vector")) {
    const steps = uses.map(({ saved, dOut }) => ({ ...saved, dScores: stepGradients(saved, dOut).dScores }));
    Object.assign(gradients, keyGradients(steps, needs));
  }
  if (needs.has("memory")) gradients.memory = memoryGradient(uses);
  return gradients;
}

/** dm_s = Σ_t α_ts·dc_t over the queries of all steps. */
export function memoryGradient(
  uses: readonly {
    readonly dOut: Gradients<Outputs>;
    readonly saved: { readonly memory: Tensor; readonly weights: Tensor };
  }[],
): Tensor {
  const [{ saved }] = uses as [(typeof uses)[number]];
  const [B, , D] = saved.memory.shape as [number, number, number];
  const w = sideBySide(uses.map((use) => use.saved.weights));
  const x = gradientsSideBySide(
    uses.map((use) => ({
      gradient: use.dOut.context,
      shape: [B, use.saved.weights.shape[1] as number, D],
    })),
  );
  return overQueries(w, x, saved.memory);
}

const attended = defineOp<Inputs, { readonly lengths: Tensor | undefined }, Outputs, Saved>({
  name: "additiveAttention",
  forward(inputs, { lengths }) {
    const { keys, memory } = inputs;
    const dims = { ...scoreDims(inputs), D: memory.shape[2] as number };
    const { context, weights } = run(
      additiveAttentionKernel,
      { ...inputs, lengths },
      {
        dims,
        options: wholeFours(keys, memory),
        shapes: { context: [dims.B, dims.T, dims.D] },
        dtypes: { context: memory.dtype },
      },
    );
    return { out: { context, weights }, saved: { ...inputs, weights } };
  },
  plain: (inputs, { lengths }) => plainAttention(plainAdditiveScores(inputs), inputs.memory, lengths),
  // de_s = α_s·(dα_s + dc·m_s − Σ_u α_u·(dα_u + dc·m_u)), and through tanh to the query and the features: those of a step.
  // Keys, vector and memory are the same at all steps of a decoder: their gradients are made of all of them at once.
  backward(dOut, saved, needs) {
    const { query, features } = stepGradients(saved, dOut);
    return { query, features, ...sharedGradients([{ dOut, saved }], needs) };
  },
  shared: {
    inputs: ["keys", "vector", "memory"],
    key: () => "steps",
    backward: (records, needs) => sharedGradients(records, needs),
  },
});

/**
 * Additive attention, one dispatch: see `AdditiveAttention`.
 *   e_ts = Σ_a v_a·tanh(q_ta + k_sa + Σ_f u_fa·x_tsf),   α_t = softmax(e_t) within the row's length,   c_t = Σ_s α_ts·m_s
 * @param inputs query [B, T, A], keys [B, S, A], vector [1 + F, A] of v and u, features x [B, T, S, F], memory [B, S, D]
 * @param lengths [B] of u32
 * @returns context [B, T, D] of the dtype of the memory, weights [B, T, S] of f32
 */
export function additiveAttention(inputs: Inputs, lengths?: Tensor): Outputs {
  return attended(inputs, { lengths });
}

const scored = defineOp<AdditiveInputs, object, { scores: Tensor }, AdditiveInputs>({
  name: "additiveScores",
  forward: (inputs) => ({
    out: {
      scores: run(additiveScoresKernel, { ...inputs }, { dims: scoreDims(inputs), options: wholeFours(inputs.keys) })
        .scores,
    },
    saved: inputs,
  }),
  plain: (inputs) => ({ scores: plainAdditiveScores(inputs) }),
  backward({ scores: dScores }, saved, needs) {
    if (!dScores) return {};
    const isShared = needs.has("keys") || needs.has("vector");
    return {
      ...(needs.has("query") || needs.has("features") ? ofScores(saved, dScores) : {}),
      ...(isShared ? keyGradients([{ ...saved, dScores }], needs) : {}),
    };
  },
  shared: {
    inputs: ["keys", "vector"],
    key: () => "steps",
    backward: (records, needs) =>
      keyGradients(
        records.map(({ saved, dOut }) => ({ ...saved, dScores: dOut.scores as Tensor })),
        needs,
      ),
  },
});

/** The scores [B, T, S] of additive attention, of all S positions: for alignments that are no plain softmax. */
export function additiveScores(inputs: AdditiveInputs): Tensor {
  return scored(inputs, {}).scores;
}
