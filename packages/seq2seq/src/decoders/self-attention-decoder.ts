import {
  and,
  causalMask,
  type KeysAndValues,
  type KeyValueCache,
  paddingMask,
  positionScheme,
  SinusoidalPositions,
  TransformerDecoder,
} from "@unroll/attention";
import { ValueError } from "@unroll/kernels";
import { expectExtent, expectKnown, mean, reshape, sharedGenerator, type Tensor } from "@unroll/nn";
import type { Encoded, EncodedSizes } from "../encoders";
import { PlacedVectors, scaledVectors, vectorDeviation } from "../encoders/placed-vectors";
import {
  mostSteps,
  SELF_ATTENTION_OPTIONS,
  type SelfAttentionOptions,
  stackOptions,
} from "../encoders/self-attention-encoder";
import { expectEncoder } from "./checks";
import { Decoder, type DecoderStep, type Decoding } from "./decoder";
import { expectTokens } from "./tokens";
import { VocabularyHead } from "./vocabulary-head";

export interface SelfAttentionDecoderOptions extends SelfAttentionOptions {
  /** The encoder that it is for, or the sizes of what that gives. */
  encoder: Pick<EncodedSizes, "memorySize">;
  vocabularySize: number;
  /** D */
  size: number;
  /** Whether logits are made with the embedding's weights (Press & Wolf 2017); false by default. */
  tied?: boolean;
  /** The layer whose attention to the memory `weights` are, from 0, or from the end, −1 the last: that by default. */
  alignmentLayer?: number;
}

/** What a decoder of self-attention keeps: keys and values of the steps so far, and of the memory, for each layer. */
export interface SelfAttentionState {
  readonly cache: KeyValueCache;
  readonly memory: readonly KeysAndValues[];
  /** True lengths of the memory [B]; all of it where absent. */
  readonly lengths: Tensor | undefined;
}

/** What it says after one more token. */
export interface SelfAttentionStep extends DecoderStep<SelfAttentionState> {
  /** The mean over the heads of the alignment layer [B, S]. */
  readonly weights: Tensor;
  /** Of each layer, each head's [B, N, S]. */
  readonly headWeights: readonly Tensor[];
}

/** What it says after each of T tokens. */
export interface SelfAttentionDecoding extends Decoding<SelfAttentionState> {
  /** [B, T, S] */
  readonly weights: Tensor;
  /** [B, N, T, S] */
  readonly headWeights: readonly Tensor[];
}

/** Steps that a cache has room for at first; it doubles where more come. */
const ROOM = 16;

/**
 * The decoder of a Transformer (Vaswani et al. 2017): every step attends to those before it and itself, and to the memory.
 *   p(y_t) = softmax(W_o·h_t + b_o),   h = layers(√D·E·y + PE, memory)
 * Training is one pass over all steps. A step of search costs one step: the state is a cache of keys and values, and gives
 * the bits of the pass. Weights of the attention to the memory are tensors that cost nothing unless their values are asked
 * for; of the six layers of the paper the fifth aligns best (Garg et al. 2019).
 */
export class SelfAttentionDecoder extends Decoder<SelfAttentionState> {
  readonly vocabularySize: number;
  readonly head: VocabularyHead;
  readonly placed: PlacedVectors;
  readonly stack: TransformerDecoder;
  readonly maxLength: number;
  readonly alignmentLayer: number;

  /** @throws ValueError if a size or option is out of range, or there is none of its name */
  constructor(options: SelfAttentionDecoderOptions) {
    super();
    const where = "SelfAttentionDecoder";
    expectKnown(where, options, ["encoder", "size", "tied", "alignmentLayer", ...SELF_ATTENTION_OPTIONS]);
    const { encoder, vocabularySize, size, heads, tied = false, alignmentLayer = -1, ...rest } = options;
    const { positions = "sinusoidal", maxLength: _, ...layer } = rest;
    const { headSize, dropout = 0, rng = sharedGenerator() } = layer;
    const memorySize = expectEncoder(where, encoder).memorySize;
    expectExtent(where, { size });
    expectExtent(where, { heads });
    const length = mostSteps(options);
    if (length !== undefined) expectExtent(where, { maxLength: length });
    this.maxLength = length ?? Number.POSITIVE_INFINITY;
    this.vocabularySize = vocabularySize;
    const ends = { vocabularySize, embeddingSize: size, featureSize: size, tied, rng };
    this.head = new VocabularyHead(where, ends, { deviation: vectorDeviation(size) });
    const scheme = positionScheme(where, positions, { size, heads, headSize, length, rng });
    this.placed = new PlacedVectors(scheme, { dropout, rng });
    this.stack = new TransformerDecoder(size, heads, { ...stackOptions(layer, scheme.rotary, rng), memorySize });
    this.alignmentLayer = expectLayer(where, alignmentLayer, this.stack.layers.length);
  }

  override get isRecurrent(): boolean {
    return false;
  }

  start({ memory, lengths }: Encoded): SelfAttentionState {
    const cache = this.stack.emptyCache(memory.shape[0] as number, Math.min(ROOM, this.maxLength));
    const layers = cache.layers.map(({ keys, values }) => ({
      keys: this.inPrecision(keys),
      values: this.inPrecision(values),
    }));
    return { cache: { ...cache, layers }, memory: this.stack.prepare(memory), lengths };
  }

  /** @throws ValueError if there are more steps than `maxLength` */
  step(state: SelfAttentionState, tokens: Tensor): SelfAttentionStep {
    const B = expectTokens("SelfAttentionDecoder.step", tokens, 1, rowsOf(state));
    const { logits, weights, headWeights, state: next } = this.#goOn(state, reshape(tokens, [B, 1]));
    const S = weights.shape[2] as number;
    return {
      logits: reshape(logits, [B, this.vocabularySize]),
      weights: reshape(weights, [B, S]),
      headWeights: headWeights.map((each) => reshape(each, [B, each.shape[1] as number, S])),
      state: next,
      ...(this.maxLength === Number.POSITIVE_INFINITY ? {} : { stepsLeft: this.maxLength - next.cache.used }),
    };
  }

  /** @throws ValueError if there are more steps than `maxLength` */
  decode(state: SelfAttentionState, tokens: Tensor): SelfAttentionDecoding {
    expectTokens("SelfAttentionDecoder.decode", tokens, 2, rowsOf(state));
    if (state.cache.used > 0) return this.#goOn(state, tokens);
    const x = this.#read(state, tokens);
    const mask = this.placed.mask ? and(causalMask(), this.placed.mask) : causalMask();
    const options = { mask, memoryMask: memoryMask(state), needWeights: true };
    const { output, weights } = this.stack.forward(this.placed.forward(x), state.memory, options);
    const goOn = (): SelfAttentionState => this.#goOn(state, tokens).state;
    return {
      ...this.#said(output, weights),
      // Made where it is asked for: training wants no cache.
      get state() {
        return goOn();
      },
    };
  }

  /** The next T tokens, with the cache of those before. */
  #goOn(state: SelfAttentionState, tokens: Tensor): SelfAttentionDecoding {
    const { cache, memory } = state;
    const x = this.#read(state, tokens);
    const { positions } = this.placed;
    if (positions instanceof SinusoidalPositions) positions.reserve(cache.used + (tokens.shape[1] as number));
    const options = { mask: this.placed.mask, memoryMask: memoryMask(state), needWeights: true };
    const decoded = this.stack.step(this.placed.forward(x, cache.lengths), memory, cache, options);
    return { ...this.#said(decoded.output, decoded.weights), state: { ...state, cache: decoded.cache } };
  }

  #said(output: Tensor, headWeights: readonly Tensor[]) {
    const aligned = headWeights[this.alignmentLayer] as Tensor;
    return { logits: this.head.logits(output), weights: mean(aligned, { axes: [1] }), headWeights };
  }

  /** Vectors of tokens [B, T, D]. @throws ValueError if there are more than places */
  #read({ cache }: SelfAttentionState, tokens: Tensor): Tensor {
    const steps = cache.used + (tokens.shape[1] as number);
    if (steps > this.maxLength) {
      throw new ValueError({
        where: "SelfAttentionDecoder",
        what: "the target",
        expected: `of at most ${this.maxLength} steps, the start counted`,
        received: String(steps),
        remedy: "Shorten it, or build the decoder with a greater maxLength.",
      });
    }
    return scaledVectors(this.head.embed(tokens));
  }
}

/** Of a state; undefined of what is none. */
const rowsOf = ({ cache }: SelfAttentionState): number | undefined => cache?.lengths.shape[0];

const memoryMask = ({ lengths }: SelfAttentionState) => lengths && paddingMask(lengths);

/** A layer's place from 0. @throws ValueError if there is no such layer */
function expectLayer(where: string, layer: number, layers: number): number {
  const place = layer < 0 ? layers + layer : layer;
  if (Number.isInteger(place) && place >= 0 && place < layers) return place;
  const expected = `a layer from 0 to ${layers - 1}, or, from the last on, from -1 to ${-layers}`;
  throw new ValueError({ where, what: "alignmentLayer", expected, received: String(layer) });
}
