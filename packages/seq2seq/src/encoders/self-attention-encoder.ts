import {
  and,
  type Positions,
  paddingMask,
  positionScheme,
  TransformerEncoder,
  type TransformerLayerOptions,
} from "@unroll/attention";
import {
  where as choose,
  expectExtent,
  expectKnown,
  type Generator,
  Linear,
  reshape,
  sequenceMask,
  sharedGenerator,
  type Tensor,
} from "@unroll/nn";
import { type Encoded, type EncodeOptions, Encoder } from "./encoder";
import { PlacedVectors, scaledVectors, vectorDeviation } from "./placed-vectors";
import { SourceInput, type SourceOptions } from "./source-input";

/** How the layers of an encoder or a decoder of self-attention are. */
export interface SelfAttentionOptions extends Omit<TransformerLayerOptions, "rotary"> {
  /** N, a divisor of D. */
  heads: number;
  /** Layers stacked; 6 by default, as in the paper. */
  layers?: number;
  /** How places are told apart; `sinusoidal` by default. */
  positions?: Positions;
  /** Where layers normalise: `pre`, before each part, by default; `post`, after each sum, as in the paper. */
  norm?: "pre" | "post";
  /** Most steps of a sequence: with `learned` positions the places of their table, 512 by default; else any number. */
  maxLength?: number;
}

type TokensOrFeatures =
  | { vocabularySize: number; inputSize?: undefined }
  | { inputSize: number; vocabularySize?: undefined };

/** Sources are tokens of a vocabulary, or features of `inputSize`, which are projected to D. */
export type SelfAttentionEncoderOptions = SelfAttentionOptions & TokensOrFeatures;

/** Names of the options of both. */
// biome-ignore format: a list of words
export const SELF_ATTENTION_OPTIONS = ["vocabularySize", "heads", "layers", "positions", "maxLength", "keyHeads", "headSize", "softcap", "feedForward", "activation", "norm", "dropout", "bias", "epsilon", "rng"];

/** Places of a learned table where none are given. */
const PLACES = 512;

/** Most steps that a sequence may have. */
export function mostSteps({ positions, maxLength }: SelfAttentionOptions): number | undefined {
  return maxLength ?? (positions === "learned" ? PLACES : undefined);
}

/**
 * The encoder of a Transformer (Vaswani et al. 2017): every step of a source attends to all of them, in every layer. It has
 * no state: a recurrent decoder over it begins with the bridge "zero". Layers normalise before their parts (`norm: "pre"`)
 * unless told otherwise, which trains without warm-up (Xiong et al. 2020).
 */
export class SelfAttentionEncoder extends Encoder {
  readonly memorySize: number;
  readonly stateSizes: readonly number[] = [];
  readonly hasCell = false;
  readonly input: SourceInput;
  readonly projection: Linear | null; // [D, I], for sources of features
  readonly placed: PlacedVectors;
  readonly stack: TransformerEncoder;

  /**
   * @param size D
   * @throws ValueError if a size or option is out of range
   */
  constructor(size: number, options: SelfAttentionEncoderOptions) {
    super();
    const where = "SelfAttentionEncoder";
    expectKnown(where, options, ["inputSize", ...SELF_ATTENTION_OPTIONS]);
    const { heads, positions = "sinusoidal", maxLength: _, vocabularySize: __, inputSize, ...layer } = options;
    const { headSize, dropout = 0, rng = sharedGenerator() } = layer;
    expectExtent(where, { size });
    expectExtent(where, { heads });
    const length = mostSteps(options);
    this.memorySize = size;
    this.input = new SourceInput(where, sourceOf(options, size, length), { deviation: vectorDeviation(size) });
    this.projection = inputSize === undefined ? null : new Linear(inputSize, size, { rng });
    const scheme = positionScheme(where, positions, { size, heads, headSize, length, rng });
    this.placed = new PlacedVectors(scheme, { dropout, rng });
    this.stack = new TransformerEncoder(size, heads, stackOptions(layer, scheme.rotary, rng));
  }

  /** @throws ValueError if a source is longer than `maxLength`, or padded to more steps than a learned table has places */
  encode(source: Tensor, options: EncodeOptions = {}): Encoded {
    const lengths = this.input.check(source, options);
    const vectors = this.input.forward(source);
    const x = this.projection ? this.projection.forward(vectors) : scaledVectors(vectors);
    const padding = lengths && paddingMask(lengths);
    const mask = padding && this.placed.mask ? and(padding, this.placed.mask) : (padding ?? this.placed.mask);
    const memory = this.stack.forward(this.placed.forward(x), { mask });
    const copyIds = options.copyIds ?? (this.input.embedding ? source : undefined);
    return { memory: lengths ? within(memory, lengths) : memory, lengths, state: [], copyIds };
  }
}

/** How a stack of either kind is built. */
export function stackOptions(
  { layers = 6, norm = "pre", ...options }: Omit<SelfAttentionOptions, "heads" | "positions" | "maxLength">,
  rotary: TransformerLayerOptions["rotary"],
  rng: Generator,
) {
  return { ...options, layers, norm, finalNorm: true, rng, ...(rotary ? { rotary } : {}) };
}

function sourceOf(
  { vocabularySize, inputSize, rng }: SelfAttentionEncoderOptions,
  size: number,
  maxLength?: number,
): SourceOptions {
  const common = { ...(rng ? { rng } : {}), ...(maxLength === undefined ? {} : { maxLength }) };
  return vocabularySize === undefined
    ? { ...common, inputSize: inputSize as number }
    : { ...common, vocabularySize, embeddingSize: size };
}

/** Zeros past each row's length. */
function within(x: Tensor, lengths: Tensor): Tensor {
  const [B, S] = x.shape as [number, number];
  return choose(reshape(sequenceMask(lengths, S), [B, S, 1]), x, 0);
}
