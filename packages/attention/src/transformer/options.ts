import { expectOneOf, type Generator, gelu, relu, silu, type Tensor } from "@unroll/nn";
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
  /**
   * Probability that a feature of each part's output, of the inner layer, and a weight of attention is dropped; 0 by
   * default.
   */
  dropout?: number;
  /** Whether linear layers and normalisations have biases; true by default. */
  bias?: boolean;
  /** ε of the normalisations; 10⁻⁵ by default. */
  epsilon?: number;
  /** `sharedGenerator()` by default. */
  rng?: Generator;
}

/** Names of them. */
// biome-ignore format: a list of words
export const LAYER_OPTIONS = ["keyHeads", "headSize", "rotary", "softcap", "feedForward", "activation", "norm", "dropout", "bias", "epsilon", "rng"];

const ACTIVATIONS = { relu, gelu, silu } as const;

/** The function of a name. @throws ValueError if there is none */
export function activationOf(where: string, name: keyof typeof ACTIVATIONS): (x: Tensor) => Tensor {
  return ACTIVATIONS[expectOneOf(where, { activation: name }, ["relu", "gelu", "silu"])];
}
