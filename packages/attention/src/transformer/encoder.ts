import { LayerNorm, Module, type Tensor } from "@unroll/nn";
import {
  advanced,
  emptyCache,
  type KeysAndValues,
  type KeyValueCache,
  type StepCounts,
  withRoom,
} from "../key-value-cache";
import { expectSize } from "../sizes";
import { TransformerEncoderLayer, type TransformerOptions } from "./encoder-layer";
import type { TransformerLayerOptions } from "./options";

export interface TransformerStackOptions extends TransformerLayerOptions {
  /** How many layers there are; 6 by default. */
  layers?: number;
  /** Whether the stack ends in a normalisation of its own: by default where layers normalise before their parts. */
  finalNorm?: boolean;
}

/** What a step of a stack is told beside its input and cache. */
export interface StepOptions extends TransformerOptions {
  /** How many of the T steps of each row are true, where rows differ; all by default. */
  lengths?: StepCounts;
}

/** A stack of encoder layers, one after another (Vaswani et al. 2017); with a causal mask a decoder-only Transformer. */
export class TransformerEncoder extends Module {
  readonly size: number;
  readonly layers: readonly TransformerEncoderLayer[];
  readonly norm: LayerNorm | null;

  /** @throws ValueError if a size or option is out of range */
  constructor(size: number, heads: number, { layers = 6, finalNorm, ...options }: TransformerStackOptions = {}) {
    super();
    this.size = size;
    const count = expectSize("TransformerEncoder", { layers });
    this.layers = Array.from({ length: count }, () => new TransformerEncoderLayer(size, heads, options));
    this.norm = finalNormOf(size, options, finalNorm);
  }

  /**
   * @param x [B, T, size]
   * @returns [B, T, size]
   * @throws ShapeError if x has other features
   */
  forward(x: Tensor, options: TransformerOptions = {}): Tensor {
    const output = this.layers.reduce((y, layer) => layer.forward(y, options), x);
    return this.norm ? this.norm.forward(output) : output;
  }

  /** A cache without steps for B rows of at most `capacity` steps. */
  emptyCache(B: number, capacity: number): KeyValueCache {
    return emptyCache(
      B,
      capacity,
      this.layers.map((layer) => layer.selfAttention.cacheFeatures),
    );
  }

  /**
   * The next T steps of B sequences, each seeing those before it: the same rows that `forward` with a causal mask gives for
   * the whole sequences.
   * @param x [B, T, size]
   * @returns [B, T, size], and the cache with these steps
   */
  step(
    x: Tensor,
    cache: KeyValueCache,
    { lengths, ...options }: StepOptions = {},
  ): { output: Tensor; cache: KeyValueCache } {
    const T = x.shape[1] ?? 0;
    const roomy = withRoom(cache, T);
    const layers: KeysAndValues[] = [];
    let output = x;
    for (const [index, layer] of this.layers.entries()) {
      const result = layer.step(output, roomy.layers[index] as KeysAndValues, cache.lengths, options);
      output = result.output;
      layers.push(result.kept);
    }
    return { output: this.norm ? this.norm.forward(output) : output, cache: advanced(roomy, layers, T, lengths) };
  }
}

/** The normalisation that a stack ends in, if any. */
export function finalNormOf(
  size: number,
  { norm, epsilon = 1e-5, bias = true }: TransformerLayerOptions,
  finalNorm = norm === "pre",
): LayerNorm | null {
  return finalNorm ? new LayerNorm(size, { epsilon, bias }) : null;
}
