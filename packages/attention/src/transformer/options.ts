import { ValueError } from "@unroll/kernels";
import { type Generator, gelu, relu, silu, type Tensor } from "@unroll/nn";
import type { MultiHeadAttentionOptions } from "../multi-head-attention";

/** What every Transformer layer takes. */
export interface TransformerLayerOptions
  extends Pick<MultiHeadAttentionOptions, "keyHeads" | "headSize" | "rotary" | "softcap"> {
  /** Features between the two linear layers; 4·size by default. */
  feedForward?: number;
  /** Between those; `gelu` is the exact one, x·Φ(x). `relu` by default. */
  activation?: keyof typeof ACTIVATIONS;
  /**
   * Where layers normalise: `post`, after each sum, as Vaswani et al. (2017) and by default; `pre`, before each part, as
   * Xiong et al. (2020), which trains without warm-up.
   */
  norm?: "pre" | "post";
  /** Probability that a feature of each part's output, of the inner layer, and a weight of attention is dropped. */
  dropout?: number;
  /** Whether linear layers and normalisations have biases. */
  bias?: boolean;
  /** ε of the normalisations; 10⁻⁵ by default. */
  epsilon?: number;
  rng?: Generator;
}

const ACTIVATIONS = { relu, gelu, silu } as const;

/** The function of a name. @throws ValueError if there is none */
export function activationOf(where: string, name: keyof typeof ACTIVATIONS): (x: Tensor) => Tensor {
  if (Object.hasOwn(ACTIVATIONS, name)) return ACTIVATIONS[name];
  const expected = Object.keys(ACTIVATIONS).join(", ");
  throw new ValueError({ where, what: "activation", expected: `one of ${expected}`, received: String(name) });
}

/** @throws ValueError if `norm` is none of the known */
export function expectNorm(where: string, norm: "pre" | "post"): "pre" | "post" {
  if (norm === "pre" || norm === "post") return norm;
  throw new ValueError({ where, what: "norm", expected: "pre or post", received: String(norm) });
}
