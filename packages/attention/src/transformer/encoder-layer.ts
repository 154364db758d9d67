import { expectKnown, expectShape, type Tensor } from "@unroll/nn";
import type { KeysAndValues } from "../key-value-cache";
import type { AttentionMask } from "../masks/mask";
import { TransformerLayer } from "./layer";
import type { TransformerLayerOptions } from "./options";

/** What a layer is told beside its input. */
export interface TransformerOptions {
  /** Which steps each step may attend to; all by default. */
  mask?: AttentionMask | undefined;
}

/**
 * One layer of a Transformer encoder (Vaswani et al. 2017, section 3.1): self-attention, then two linear layers, each with
 * a way around it and layer normalisation. With a causal mask it is one of a decoder-only language model.
 */
export class TransformerEncoderLayer extends TransformerLayer {
  /** @throws ValueError if a size or option is out of range */
  constructor(size: number, heads: number, options: TransformerLayerOptions = {}) {
    super("TransformerEncoderLayer", size, heads, options);
  }

  /** How PyTorch calls its parts. */
  get torchNames(): Readonly<Record<string, string>> {
    return { selfAttention: "self_attn" };
  }

  /**
   * @param x [B, T, size]
   * @returns [B, T, size]
   * @throws ShapeError if x has other features
   */
  forward(x: Tensor, options: TransformerOptions = {}): Tensor {
    const where = "TransformerEncoderLayer.forward";
    expectKnown(where, options, ["mask"]);
    expectShape(where, { x }, ["B", "T", this.size]);
    const { mask } = options;
    const attended = this.wrapped(x, this.norm1, (y) => this.selfAttention.forward(y, { mask }).output);
    return this.wrapped(attended, this.norm2, (y) => this.feedForward(y));
  }

  /**
   * The next T steps: the same rows that `forward` with a causal mask gives.
   * @param kept what the cache has of this layer
   * @param lengths steps of each row that are in it: u32 [B]
   */
  step(
    x: Tensor,
    kept: KeysAndValues,
    lengths: Tensor,
    options: TransformerOptions = {},
  ): { output: Tensor; kept: KeysAndValues } {
    const where = "TransformerEncoderLayer.step";
    const { mask } = expectKnown(where, options, ["mask"]);
    expectShape(where, { x }, ["B", "T", this.size]);
    let after = kept;
    const attended = this.wrapped(x, this.norm1, (y) => {
      const result = this.selfAttention.step(y, kept, lengths, { mask });
      after = result.kept;
      return result.output;
    });
    return { output: this.wrapped(attended, this.norm2, (y) => this.feedForward(y)), kept: after };
  }
}
