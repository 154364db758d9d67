import { ShapeError, ValueError } from "@unroll/kernels";
import {
  add,
  cast,
  concat,
  expectDType,
  formatShape,
  greaterEqual,
  Linear,
  log,
  matmul,
  mul,
  oneHot,
  sigmoid,
  softmax,
  sub,
  type Tensor,
  where,
  zeros,
} from "@unroll/nn";
import type { Encoded } from "../encoders";
import { contextsOf } from "./attended-memory";
import {
  BAHDANAU_OPTIONS,
  BahdanauDecoder,
  type BahdanauDecoderOptions,
  type BahdanauState,
  type StepFeatures,
} from "./bahdanau-decoder";
import { expectDecoderOptions } from "./plain-decoder";

export interface PointerGeneratorOptions extends BahdanauDecoderOptions {
  /** X, words of one source that the vocabulary may lack at most: tokens V … V + X − 1 stand for them; 0 by default. */
  extraTokens?: number;
  /** What is read in place of a word that the vocabulary lacks; needed with `extraTokens`. */
  unknownId?: number;
}

/** Keeps the logarithm of what cannot be said finite. */
const LEAST = 1e-20;

/**
 * A decoder that says a token of its vocabulary or copies one of the source's (See et al. 2017, eq. 8 and 9):
 *   p_gen = σ(w·[c_t; h_t; x_t] + b),   P(y) = p_gen·P_vocab(y) + (1 − p_gen)·Σ_{s: source_s = y} α_ts
 * What it gives for logits is ln P over V + X tokens, whose softmax is P. With a `CoverageAttention` and
 * `EncoderDecoder.loss`'s `coverage` it is the paper's whole model.
 */
export class PointerGeneratorDecoder extends BahdanauDecoder {
  readonly extraTokens: number;
  readonly unknownId: number | undefined;
  readonly generate: Linear; // w and b [1, D + H + E]

  /** @throws ValueError if an option is out of range */
  constructor(options: PointerGeneratorOptions) {
    const where_ = "PointerGeneratorDecoder";
    expectDecoderOptions(where_, options, ["extraTokens", "unknownId", ...BAHDANAU_OPTIONS]);
    const { extraTokens = 0, unknownId, ...own } = options;
    super(own);
    const { encoder, hiddenSize, embeddingSize, vocabularySize, rng } = own;
    if (!(Number.isInteger(extraTokens) && extraTokens >= 0)) {
      const expected = "a whole number from 0";
      throw new ValueError({ where: where_, what: "extraTokens", expected, received: String(extraTokens) });
    }
    const isToken =
      unknownId !== undefined && Number.isInteger(unknownId) && unknownId >= 0 && unknownId < vocabularySize;
    if (extraTokens > 0 && !isToken) {
      throw new ValueError({
        where: where_,
        what: "unknownId",
        expected: `one of the tokens 0 to ${vocabularySize - 1}`,
        received: unknownId === undefined ? "missing" : String(unknownId),
        remedy: "A word that the vocabulary lacks is read as it: make the vocabulary with { unknown: true }.",
      });
    }
    this.extraTokens = extraTokens;
    this.unknownId = unknownId;
    this.generate = new Linear(encoder.memorySize + hiddenSize + embeddingSize, 1, rng ? { rng } : {});
  }

  override get vocabularySize(): number {
    return super.vocabularySize + this.extraTokens;
  }

  override start(encoded: Encoded): BahdanauState {
    const { copyIds, memory } = encoded;
    const where_ = "PointerGeneratorDecoder.start";
    const [B, S] = memory.shape as [number, number];
    if (!copyIds || copyIds.shape[0] !== B || copyIds.shape[1] !== S) {
      throw new ShapeError({
        where: where_,
        what: "copyIds",
        expected: `[${B}, ${S}], what each step of the source is a copy of`,
        received: copyIds ? formatShape(copyIds.shape) : "missing",
        remedy: "Encode with { copyIds }, or with an encoder that reads tokens and keeps their number.",
      });
    }
    expectDType(where_, { copyIds }, "u32", "i32");
    return { ...super.start(encoded), copyIds };
  }

  protected override embed(tokens: Tensor): Tensor {
    if (this.extraTokens === 0) return super.embed(tokens);
    const isExtra = greaterEqual(tokens, super.vocabularySize);
    return super.embed(where(isExtra, this.unknownId as number, tokens));
  }

  protected override logitsOf(features: StepFeatures, state: BahdanauState): Tensor {
    const { x, h, weights } = features;
    const said = softmax(cast(super.logitsOf(features, state), "f32")); // ln of a half would know no small probability
    const known =
      this.extraTokens === 0 ? said : concat([said, zeros([...said.shape.slice(0, 2), this.extraTokens])], 2);
    const seen = this.inPrecision(contextsOf(weights, state.memory));
    const generating = cast(sigmoid(this.generate.forward(concat([seen, h, x], 2))), "f32");
    const copied = matmul(weights, oneHot(state.copyIds as Tensor, this.vocabularySize));
    return log(add(add(mul(generating, known), mul(sub(1, generating), copied)), LEAST));
  }
}
