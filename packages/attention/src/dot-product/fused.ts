import {
  dotProductAttention,
  dotProductAttentionKeyGradients,
  dotProductAttentionQueryGradient,
  dotProductAttentionStatistics,
  NO_ATTENTION_BIAS,
} from "@unroll/kernels";
import {
  cast,
  concat,
  defineOp,
  type Generator,
  reshape,
  run,
  scalar,
  sharedGenerator,
  Tensor,
  where,
} from "@unroll/nn";
import { MASKED } from "../masked";
import type { AttentionMask } from "../masks/mask";
import { type DotProductOptions, type HeadSizes, headSizes } from "./heads";
import { plainDotProductAttention } from "./plain";
import { termGradient } from "./term-gradient";

type Draw = ReturnType<Generator["next"]>;
type Numbers = Readonly<
  Record<"scale" | "softcap" | "offset" | "p" | "seedLow" | "seedHigh" | "draw", ReturnType<typeof scalar> | number>
>;

interface Attributes {
  readonly sizes: HeadSizes;
  readonly options: DotProductOptions;
  /** What the kernels are told: dims, options and numbers, the same forward and backward. */
  readonly call: {
    readonly dims: HeadSizes & typeof NO_ATTENTION_BIAS;
    readonly options: Readonly<
      Record<"causal" | "lengths" | "offsets" | "slopes" | "bias" | "softcap" | "dropout", boolean>
    >;
    readonly scalars: Numbers;
  };
}

type Inputs = { readonly q: Tensor; readonly k: Tensor; readonly v: Tensor; readonly terms: Tensor | undefined };

const attended = defineOp<Inputs, Attributes, { out: Tensor }, Inputs & { out: Tensor; logSum: Tensor }>({
  name: "scaledDotProductAttention",
  forward(inputs, { sizes, call }) {
    const { B, T, N, E } = sizes;
    const { out, logSum } = run(dotProductAttention, inputs, {
      ...call,
      outputs: ["logSum"],
      shapes: { out: [B, T, N * E], logSum: [B, T, N] },
      dtypes: { out: inputs.q.dtype },
    });
    return { out: { out }, saved: { ...inputs, out, logSum } };
  },
  plain: ({ q, k, v }, { options }) => ({ out: plainDotProductAttention(q, k, v, options).output }),
  // δ = dOut·out;  dv = Σ p·dOut;  da = p·(dOut·v − δ);  dq = scale·Σ da·k;  dk = scale·Σ da·q, with p = e^(a − logSum)
  // made again from q and k: what is kept is one number for each query and head.
  backward({ out: dOut }, { out, logSum, ...inputs }, needs, { sizes, options, call }) {
    if (!dOut) return {};
    const { B, T, N, E } = sizes;
    const { q, k, v, terms } = inputs;
    const { statistics } = run(dotProductAttentionStatistics, { out, dOut, logSum }, { dims: { R: B * T * N, E } });
    const given = { ...inputs, dOut, statistics };
    const gradients: Partial<Record<keyof Inputs, Tensor>> = {};
    if (needs.has("q")) {
      const { dq } = run(dotProductAttentionQueryGradient, given, {
        ...call,
        shapes: { dq: q.shape },
        dtypes: { dq: q.dtype },
      });
      gradients.q = dq;
    }
    if (needs.has("k") || needs.has("v")) {
      const { dk, dv } = run(dotProductAttentionKeyGradients, given, {
        ...call,
        shapes: { dk: k.shape, dv: v.shape },
        dtypes: { dk: k.dtype, dv: v.dtype },
      });
      gradients.k = dk;
      gradients.v = dv;
    }
    if (terms && needs.has("terms")) gradients.terms = termGradient({ q, k, v, dOut, terms }, sizes, options);
    return gradients;
  },
});

/**
 * Scaled dot-product attention of several heads (Vaswani et al. 2017, eq. 1):
 *   out_t = Σ_s p_ts·v_s,   p_t = softmax over s of (scale·q_t·k_s + mask)
 * Heads lie side by side in the features. The scores are never stored, forward or backward: the kernels keep a running
 * softmax (Dao et al., FlashAttention, 2022), so memory grows with T + S and not with T·S. A query that may attend to no
 * key gives zeros, and has zero gradients.
 * @param q queries [B, T, N·D]
 * @param k keys [B, S, M·D], where head n of the queries uses head ⌊n·M/N⌋
 * @param v values [B, S, M·E]
 * @returns [B, T, N·E], of the dtype of q
 * @throws ShapeError if the shapes, or those of the mask, do not fit
 * @throws ValueError if heads do not divide, or an option is out of range
 */
export function scaledDotProductAttention(q: Tensor, k: Tensor, v: Tensor, options: DotProductOptions): Tensor {
  const where = "scaledDotProductAttention";
  const sizes = headSizes(where, q, k, v, options);
  const { mask, scale = 1 / Math.sqrt(sizes.D), softcap = 0, dropout: p = 0, rng = sharedGenerator() } = options;
  const { causal = false, offset = 0 } = mask ?? {};
  const bias = mask && biasOf(mask);
  const draw: Draw | { seedLow: 0; seedHigh: 0; draw: 0 } = p > 0 ? rng.next() : { seedLow: 0, seedHigh: 0, draw: 0 };
  const call = {
    dims: { ...sizes, ...biasDims(bias) },
    options: {
      causal,
      lengths: mask?.lengths !== undefined,
      offsets: offset instanceof Tensor,
      slopes: mask?.slopes !== undefined,
      bias: bias !== undefined,
      softcap: softcap > 0,
      dropout: p > 0,
    },
    scalars: {
      scale: scalar(scale),
      softcap: scalar(softcap),
      offset: offset instanceof Tensor ? 0 : scalar(offset),
      p: p > 0 ? scalar(p) : 0,
      ...draw,
    },
  };
  return attended({ q, k, v, terms: mask && termsOf(mask, bias) }, { sizes, options, call }).out;
}

/** What a mask adds at each place, over [B, N, T, S] with 1 for axes along which it is the same. */
function biasOf({ allowed, bias }: AttentionMask): Tensor | undefined {
  return allowed ? where(allowed, bias ?? 0, MASKED) : bias;
}

function biasDims(bias: Tensor | undefined): typeof NO_ATTENTION_BIAS {
  if (!bias) return NO_ATTENTION_BIAS;
  const strides = bias.shape.map((extent, axis) =>
    extent === 1 ? 0 : bias.shape.slice(axis + 1).reduce((a, b) => a * b, 1),
  );
  const [biasB = 0, biasN = 0, biasT = 0, biasS = 0] = strides;
  return { biasB, biasN, biasT, biasS, biasSize: bias.size };
}

/** All numbers that a mask brings, one after another as the kernels read them; none where it is only causal. */
function termsOf({ lengths, offset, slopes }: AttentionMask, bias: Tensor | undefined): Tensor | undefined {
  const parts = [
    ...(lengths ? [cast(lengths, "f32")] : []),
    ...(offset instanceof Tensor ? [cast(offset, "f32")] : []),
    ...(slopes ? [cast(slopes, "f32")] : []),
    ...(bias ? [reshape(bias, [bias.size])] : []),
  ];
  return parts.length === 0 ? undefined : concat(parts, 0);
}
