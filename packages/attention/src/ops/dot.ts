import { dotAttentionBackward, dotAttention as dotAttentionKernel } from "@unroll/kernels";
import { defineOp, type Gradients, mul, run, scalar, type Tensor } from "@unroll/nn";
import { memoryGradient } from "./additive";
import { plainAttention, plainDotScores } from "./plain";
import { overQueries, sideBySide, wholeFours } from "./steps";

type Inputs = { readonly query: Tensor; readonly keys: Tensor; readonly memory: Tensor };
type Outputs = { readonly context: Tensor; readonly weights: Tensor };
type Saved = Inputs & { readonly weights: Tensor };

interface Attributes {
  readonly lengths: Tensor | undefined;
  readonly scale: number;
}

interface StepGradients {
  readonly dScores: Tensor;
  readonly dQuery: Tensor;
}

/** Those already made of a record, and from which gradients: what all steps share is made of them later. */
const made = new WeakMap<Saved, { readonly of: Gradients<Outputs>; readonly step: StepGradients }>();

function dimsOf({ query, keys, memory }: Inputs): { B: number; T: number; S: number; A: number; D: number } {
  const [B, T, A] = query.shape as [number, number, number];
  return { B, T, A, S: keys.shape[1] as number, D: memory.shape[2] as number };
}

function stepGradients(saved: Saved, of: Gradients<Outputs>, scale: number): StepGradients {
  const known = made.get(saved);
  if (known && known.of.context === of.context && known.of.weights === of.weights) return known.step;
  const { query, keys, memory, weights } = saved;
  const step = run(
    dotAttentionBackward,
    { keys, memory, weights, dContext: of.context, dWeights: of.weights },
    {
      dims: dimsOf(saved),
      scalars: { scale: scalar(scale) },
      options: wholeFours(keys, memory),
      shapes: { dQuery: query.shape },
      dtypes: { dQuery: query.dtype },
    },
  );
  made.set(saved, { of, step });
  return step;
}

type Use = { readonly dOut: Gradients<Outputs>; readonly saved: Saved; readonly attributes: Attributes };

/** Gradients of keys, dk_s = scale·Σ_t de_ts·q_t, and memory over the queries of all steps. */
function sharedGradients(
  uses: readonly Use[],
  needs: { readonly has: (input: "keys" | "memory") => boolean },
): { keys?: Tensor; memory?: Tensor } {
  const gradients: { keys?: Tensor; memory?: Tensor } = {};
  if (needs.has("keys")) {
    const [{ saved, attributes }] = uses as [Use];
    const { scale } = attributes;
    const w = sideBySide(uses.map((use) => stepGradients(use.saved, use.dOut, scale).dScores));
    const x = sideBySide(uses.map((use) => use.saved.query));
    gradients.keys = overQueries(scale === 1 ? w : mul(w, scale), x, saved.keys);
  }
  if (needs.has("memory")) gradients.memory = memoryGradient(uses);
  return gradients;
}

const attended = defineOp<Inputs, Attributes, Outputs, Saved>({
  name: "dotAttention",
  forward(inputs, { lengths, scale }) {
    const { keys, memory } = inputs;
    const dims = dimsOf(inputs);
    const { context, weights } = run(
      dotAttentionKernel,
      { ...inputs, lengths },
      {
        dims,
        scalars: { scale: scalar(scale) },
        options: wholeFours(keys, memory),
        shapes: { context: [dims.B, dims.T, dims.D] },
        dtypes: { context: memory.dtype },
      },
    );
    return { out: { context, weights }, saved: { ...inputs, weights } };
  },
  plain: ({ query, keys, memory }, { lengths, scale }) =>
    plainAttention(plainDotScores(query, keys, scale), memory, lengths),
  // de_s = α_s·(dα_s + dc·m_s − Σ_u α_u·(dα_u + dc·m_u)),   dq = scale·Σ_s de_s·k_s: those of a step; keys and memory are
  // the same at all steps of a decoder.
  backward: (dOut, saved, needs, attributes) => ({
    query: stepGradients(saved, dOut, attributes.scale).dQuery,
    ...sharedGradients([{ dOut, saved, attributes }], needs),
  }),
  shared: {
    inputs: ["keys", "memory"],
    key: ({ scale }) => String(scale),
    backward: (records, needs) => sharedGradients(records, needs),
  },
});

/**
 * Attention by scalar products, one dispatch: see `DotAttention`.
 *   e_ts = scale·q_t·k_s,   α_t = softmax(e_t) within the row's length,   c_t = Σ_s α_ts·m_s
 * @param inputs query [B, T, A], keys [B, S, A], memory [B, S, D]
 * @param options.lengths [B] of u32
 * @returns context [B, T, D] of the dtype of the memory, weights [B, T, S] of f32
 */
export function dotAttention(
  inputs: Inputs,
  { lengths, scale = 1 }: { lengths?: Tensor | undefined; scale?: number } = {},
): Outputs {
  return attended(inputs, { lengths, scale });
}
