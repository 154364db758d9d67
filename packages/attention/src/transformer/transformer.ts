import { expectKnown, Module, type Tensor } from "@unroll/nn";
import { type AttentionMask, causalMask } from "../masks/mask";
import { type DecodedStack, TransformerDecoder } from "./decoder";
import { TransformerEncoder } from "./encoder";
import { LAYER_OPTIONS, type TransformerLayerOptions } from "./options";

export interface TransformerOfOptions extends TransformerLayerOptions {
  /** Layers of the encoder and of the decoder; 6 each by default. */
  encoderLayers?: number;
  /** 6 by default. */
  decoderLayers?: number;
}

/** The masks of one call. */
export interface TransformerMasks {
  /** Of the source among itself; all by default. */
  sourceMask?: AttentionMask | undefined;
  /** Of the target among itself; causal by default. */
  targetMask?: AttentionMask | undefined;
  /** Of the target among the source; that of the source by default. */
  memoryMask?: AttentionMask | undefined;
  /** Whether the weights of the attention to the source are wanted as well. */
  needWeights?: boolean;
}

/** An encoder and a decoder, each ending in a normalisation (Vaswani et al. 2017). Embeddings and positions are the caller's. */
export class Transformer extends Module {
  readonly encoder: TransformerEncoder;
  readonly decoder: TransformerDecoder;

  /** @throws ValueError if a size or option is out of range */
  constructor(size: number, heads: number, options: TransformerOfOptions = {}) {
    super();
    expectKnown("Transformer", options, ["encoderLayers", "decoderLayers", ...LAYER_OPTIONS]);
    const { encoderLayers = 6, decoderLayers = 6, ...rest } = options;
    this.encoder = new TransformerEncoder(size, heads, { ...rest, layers: encoderLayers, finalNorm: true });
    this.decoder = new TransformerDecoder(size, heads, { ...rest, layers: decoderLayers, finalNorm: true });
  }

  /**
   * @param source [B, S, size]
   * @param target [B, T, size]
   * @returns [B, T, size]
   */
  forward(source: Tensor, target: Tensor, options: TransformerMasks = {}): DecodedStack {
    expectKnown("Transformer.forward", options, ["sourceMask", "targetMask", "memoryMask", "needWeights"]);
    const { sourceMask, targetMask = causalMask(), memoryMask = sourceMask, needWeights = false } = options;
    const memory = this.encoder.forward(source, { mask: sourceMask });
    return this.decoder.forward(target, memory, { mask: targetMask, memoryMask, needWeights });
  }
}
