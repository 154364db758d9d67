import { expectExtent, expectKnown, type LayerState, reshape, type Tensor } from "@unroll/nn";
import { type Bridge, type BridgeName, bridgeOf } from "../bridges";
import type { Encoded, EncodedSizes } from "../encoders";
import type { CellName } from "../encoders/layer-states";
import { expectEncoder } from "./checks";
import { Decoder, type DecoderStep, type Decoding } from "./decoder";
import { LayerStack } from "./layer-stack";
import { expectTokens } from "./tokens";
import { VocabularyHead, type VocabularyHeadOptions } from "./vocabulary-head";

/** What every recurrent decoder is told. */
export interface RecurrentDecoderOptions extends Omit<VocabularyHeadOptions, "featureSize"> {
  /** The encoder that it is for, or the sizes of what that gives. */
  encoder: EncodedSizes;
  /** H */
  hiddenSize: number;
  /** `gru` by default. */
  cell?: CellName;
  /** Layers stacked; 1 by default. */
  layers?: number;
  /** How the first state is made of the encoder's; `dense` by default. */
  bridge?: BridgeName;
}

/** The state of a decoder without attention: that of each layer. */
export interface PlainDecoderState {
  readonly layers: readonly LayerState[];
}

// biome-ignore format: a list of words
const KNOWN = ["encoder", "vocabularySize", "embeddingSize", "hiddenSize", "cell", "layers", "bridge", "tied", "dropout", "rng"];

/** @throws ValueError if a recurrent decoder has no option of a name: none of these, and none of its own */
export function expectDecoderOptions(where: string, options: RecurrentDecoderOptions, own: readonly string[]): void {
  expectKnown(where, options, [...own, ...KNOWN]);
  expectEncoder(where, options.encoder);
}

/** What recurrent decoders are made of, checked. */
export function partsOf(where: string, options: RecurrentDecoderOptions, inputSize: number, featureSize: number) {
  const { encoder, hiddenSize, cell = "gru", layers = 1, bridge = "dense", dropout = 0, rng } = options;
  expectExtent(where, { hiddenSize });
  expectExtent(where, { layers });
  const head = new VocabularyHead(where, { ...options, featureSize });
  const stack = new LayerStack(where, inputSize, hiddenSize, { cell, layers, dropout, ...(rng ? { rng } : {}) });
  const sizes = { hiddenSize, layers, hasCell: cell === "lstm" };
  return { head, stack, bridge: bridgeOf(bridge, encoder, sizes, rng) as Bridge };
}

/**
 * A recurrent decoder that knows of its source what its first state holds (Sutskever et al. 2014; Cho et al. 2014):
 *   h_t = cell(E·y_{t−1}, h_{t−1}),   p(y_t) = softmax(W_o·h_t + b_o)
 * All steps of a batch are the fused layers of @unroll/nn.
 */
export class PlainDecoder extends Decoder<PlainDecoderState> {
  readonly vocabularySize: number;
  readonly head: VocabularyHead;
  readonly stack: LayerStack;
  readonly bridge: Bridge;

  /** @throws ValueError if a size or option is out of range, or the bridge does not fit the encoder */
  constructor(options: RecurrentDecoderOptions) {
    super();
    const where = "PlainDecoder";
    expectDecoderOptions(where, options, []);
    const { head, stack, bridge } = partsOf(where, options, options.embeddingSize, options.hiddenSize);
    this.head = head;
    this.stack = stack;
    this.bridge = bridge;
    this.vocabularySize = options.vocabularySize;
  }

  start(encoded: Encoded): PlainDecoderState {
    return { layers: this.bridge.forward(encoded) };
  }

  step(state: PlainDecoderState, tokens: Tensor): DecoderStep<PlainDecoderState> {
    const B = expectTokens("PlainDecoder.step", tokens, 1, rowsOf(state));
    const { logits, state: next } = this.decode(state, reshape(tokens, [B, 1]));
    return { logits: reshape(logits, [B, this.vocabularySize]), state: next };
  }

  decode({ layers }: PlainDecoderState, tokens: Tensor): Decoding<PlainDecoderState> {
    expectTokens("PlainDecoder.decode", tokens, 2, rowsOf({ layers }));
    const { output, state } = this.stack.forward(this.head.embed(tokens), layers);
    return { logits: this.head.logits(output), state: { layers: state } };
  }
}

/** Rows of a state; undefined of what is none. */
export const rowsOf = ({ layers }: PlainDecoderState): number | undefined => layers?.[0]?.h.shape[0];
