import { expectKnown, expectShape, LayerNorm, Tensor } from "@unroll/nn";
import type { KeysAndValues } from "../key-value-cache";
import type { AttentionMask } from "../masks/mask";
import { MultiHeadAttention } from "../multi-head-attention";
import type { TransformerOptions } from "./encoder-layer";
import { TransformerLayer } from "./layer";
import type { TransformerLayerOptions } from "./options";

export interface TransformerDecoderLayerOptions extends TransformerLayerOptions {
  /** Features of the memory; `size` by default. */
  memorySize?: number;
}

/** What a decoder layer is told beside its input. */
export interface TransformerDecoderOptions extends TransformerOptions {
  /** Which steps of the memory each step may attend to; all by default. */
  memoryMask?: AttentionMask | undefined;
  /** Whether the weights of the attention to the memory are wanted as well; false by default. */
  needWeights?: boolean;
}

/** What a decoder layer gives. */
export interface Decoded {
  /** [B, T, size] */
  readonly output: Tensor;
  /** Of the attention to the memory [B, N, T, S], where asked for. */
  readonly weights: Tensor | undefined;
}

/**
 * One layer of a Transformer decoder (Vaswani et al. 2017, section 3.1): self-attention, attention to the memory that an
 * encoder made, then two linear layers, each with a way around it and layer normalisation.
 */
export class TransformerDecoderLayer extends TransformerLayer {
  readonly memorySize: number;
  readonly crossAttention: MultiHeadAttention;
  readonly norm3: LayerNorm;

  /** @throws ValueError if a size or option is out of range */
  constructor(size: number, heads: number, options: TransformerDecoderLayerOptions = {}) {
    const { memorySize = size, ...layer } = options;
    super("TransformerDecoderLayer", size, heads, layer);
    const { rotary: _, epsilon = 1e-5, bias = true, feedForward: __, activation: ___, norm: ____, ...rest } = layer;
    this.memorySize = memorySize;
    const rng = this.dropout.rng;
    this.crossAttention = new MultiHeadAttention(size, heads, { ...rest, bias, keySize: memorySize, rng });
    this.norm3 = new LayerNorm(size, { epsilon, bias });
  }

  /** How PyTorch calls its parts. */
  get torchNames(): Readonly<Record<string, string>> {
    return { selfAttention: "self_attn", crossAttention: "multihead_attn" };
  }

  /** Keys and values of the memory [B, S, memorySize], projected once for all steps. */
  prepare(memory: Tensor): KeysAndValues {
    return this.crossAttention.prepare(memory);
  }

  /**
   * @param x [B, T, size]
   * @param memory [B, S, memorySize], or what `prepare` made of it
   * @throws ShapeError if x or the memory has other features
   */
  forward(x: Tensor, memory: Tensor | KeysAndValues, options: TransformerDecoderOptions = {}): Decoded {
    const where = "TransformerDecoderLayer.forward";
    expectKnown(where, options, ["mask", "memoryMask", "needWeights"]);
    expectShape(where, { x }, ["B", "T", this.size]);
    const prepared = memory instanceof Tensor ? this.prepare(memory) : memory;
    const own = this.wrapped(x, this.norm1, (y) => this.selfAttention.forward(y, { mask: options.mask }).output);
    return this.#crossed(own, prepared, options);
  }

  /** The next T steps: the same rows that `forward` with a causal mask gives. */
  step(
    x: Tensor,
    prepared: KeysAndValues,
    kept: KeysAndValues,
    lengths: Tensor,
    options: TransformerDecoderOptions = {},
  ): Decoded & { readonly kept: KeysAndValues } {
    const where = "TransformerDecoderLayer.step";
    expectKnown(where, options, ["mask", "memoryMask", "needWeights"]);
    expectShape(where, { x }, ["B", "T", this.size]);
    let after = kept;
    const own = this.wrapped(x, this.norm1, (y) => {
      const result = this.selfAttention.step(y, kept, lengths, { mask: options.mask });
      after = result.kept;
      return result.output;
    });
    return { ...this.#crossed(own, prepared, options), kept: after };
  }

  #crossed(
    x: Tensor,
    prepared: KeysAndValues,
    { memoryMask, needWeights = false }: TransformerDecoderOptions,
  ): Decoded {
    let weights: Tensor | undefined;
    const crossed = this.wrapped(x, this.norm2, (y) => {
      const result = this.crossAttention.attend(y, prepared, { mask: memoryMask, needWeights });
      weights = result.weights;
      return result.output;
    });
    return { output: this.wrapped(crossed, this.norm3, (y) => this.feedForward(y)), weights };
  }
}
