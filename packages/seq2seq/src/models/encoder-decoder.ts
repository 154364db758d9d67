import { coverageLoss, doublyStochasticLoss } from "@unroll/attention";
import { ShapeError, UnsupportedError, ValueError } from "@unroll/kernels";
import {
  add,
  concat,
  crossEntropy,
  expectDType,
  expectKnown,
  expectShape,
  formatShape,
  hostValues,
  lengthsTensor,
  Module,
  mul,
  sequenceMask,
  slice,
  type Tensor,
  tensor,
} from "@unroll/nn";
import type { Decoder, DecoderStep, Decoding } from "../decoders";
import type { Encoded, EncodeOptions, Encoder } from "../encoders";
import { said } from "../said";
import { decodeWithSampling, type ScheduledSamplingOptions } from "../training";
import { expectRange } from "../training/sampling-schedule";

/** The tokens between which a decoder's sequences lie. */
export interface SpecialTokenIds {
  /** Read before the first token. */
  readonly startId: number;
  /** Said after the last. */
  readonly endId: number;
}

/** The same of a vocabulary that may lack them. */
export type PossibleTokenIds = { readonly [Name in keyof SpecialTokenIds]?: SpecialTokenIds[Name] | undefined };

/** Pairs to learn from. */
export interface PairBatch {
  /** Tokens [B, S], or features [B, S, I]. */
  source: Tensor;
  /** True lengths of the sources, one for each row. */
  sourceLengths?: ArrayLike<number> | Tensor | undefined;
  /** What each step of a source is a copy of [B, S], for a decoder that copies; the source's tokens when absent. */
  copyIds?: Tensor | undefined;
  /** Tokens [B, T], each row with its end token last, without the start; what is padding may be anything. */
  target: Tensor;
  /** True lengths of the targets, the end counted. */
  targetLengths?: ArrayLike<number> | Tensor | undefined;
}

export interface PairLossOptions {
  /** ε of label smoothing (Szegedy et al. 2016); 0 by default. */
  labelSmoothing?: number;
  /** Gives the decoder its own tokens now and then; the target's always, when absent. */
  sampling?: ScheduledSamplingOptions | undefined;
  /** λ of the coverage loss (See et al. 2017, eq. 12 and 13): what looking twice at one place costs; 0 by default. */
  coverage?: number;
  /** λ of doubly stochastic regularisation (Xu et al. 2015, eq. 14): what not looking once at each place costs; 0 by default. */
  doublyStochastic?: number;
}

/**
 * An encoder and a decoder, trained together on pairs of sequences (Sutskever et al. 2014; Cho et al. 2014):
 *   p(y | x) = Π_t p(y_t | y_1 … y_{t−1}, encode(x))
 *
 *   optimizer.minimize(model.loss({ source, sourceLengths, target, targetLengths }));
 *   beamSearch(model.step, model.start(source, { lengths }), { start: model.startId, end: model.endId, maxLength: 50 });
 *
 * The decoder may be any, with attention or without.
 */
export class EncoderDecoder<S = unknown> extends Module {
  readonly encoder: Encoder;
  readonly decoder: Decoder<S>;
  readonly startId: number;
  readonly endId: number;

  /**
   * @param tokens `Vocabulary` of @unroll/data made with start and end, or the two ids
   * @throws ValueError if one is missing, or is no token of the decoder
   */
  constructor(encoder: Encoder, decoder: Decoder<S>, tokens: PossibleTokenIds) {
    super();
    this.encoder = encoder;
    this.decoder = decoder;
    this.startId = expectSpecial("start", tokens?.startId, decoder.vocabularySize);
    this.endId = expectSpecial("end", tokens?.endId, decoder.vocabularySize);
  }

  /** Names of what `loss` may be told. */
  protected get lossOptions(): readonly string[] {
    return ["labelSmoothing", "sampling", "coverage", "doublyStochastic"];
  }

  /** What the encoder makes of sources. */
  encode(source: Tensor, options: EncodeOptions = {}): Encoded {
    return this.encoder.encode(source, options);
  }

  /** The decoder's state before the first token, of sources: what search starts from. Nothing is dropped, in training either. */
  readonly start = (source: Tensor, options: EncodeOptions = {}): S =>
    this.asEvaluated(() => this.decoder.start(this.encode(source, options)));

  /** One token more of each row: what search calls. Nothing is dropped, in training either. */
  readonly step = (state: S, tokens: Tensor): DecoderStep<S> =>
    this.asEvaluated(() => this.decoder.step(state, tokens));

  /** What the decoder says after the start and after each token of the target but the last: logits [B, T, V]. */
  decode(batch: PairBatch, options: PairLossOptions = {}): Decoding<S> {
    expectKnown("EncoderDecoder.decode", options, this.lossOptions);
    expectBatch("EncoderDecoder.decode", batch);
    return this.#decodeFrom(this.#encoded(batch), batch, options);
  }

  #encoded({ source, sourceLengths, copyIds }: PairBatch): Encoded {
    return this.encode(source, { lengths: sourceLengths, copyIds });
  }

  #decodeFrom(encoded: Encoded, { target }: PairBatch, { sampling }: PairLossOptions): Decoding<S> {
    const state = this.decoder.start(encoded);
    const tokens = this.inputsOf(target);
    return sampling ? decodeWithSampling(this.decoder, state, tokens, sampling) : this.decoder.decode(state, tokens);
  }

  /** Teacher forcing: logits [B, T, V] of each token of the target. */
  forward(batch: PairBatch): Tensor {
    return this.decode(batch).logits;
  }

  /**
   * −ln p of a target's token, the mean over all that are not padding.
   * @throws ShapeError if there is no target; ValueError if one on the host does not end with the end token, if all begin with
   *   the start token, or a coverage loss is asked of a decoder without attention; UnsupportedError if the decoder attends by
   *   draws, which `Captioner` alone learns from
   */
  loss(batch: PairBatch, options: PairLossOptions = {}): Tensor {
    expectKnown("EncoderDecoder.loss", options, this.lossOptions);
    const { coverage = 0, doublyStochastic = 0 } = options;
    const lengths = this.expectTarget(batch);
    const encoded = this.#encoded(batch);
    const decoding = this.#decodeFrom(encoded, batch, options);
    const { weights } = decoding;
    let loss = this.likelihoodLoss(decoding, batch, lengths, options);
    for (const [what, weight] of Object.entries({ coverage, doublyStochastic })) {
      if (weight === 0) continue;
      expectRange("EncoderDecoder.loss", what, weight, 0, Number.MAX_VALUE);
      if (!weights) {
        throw new ValueError({
          where: "EncoderDecoder.loss",
          what,
          expected: "0 for a decoder without attention",
          received: String(weight),
          remedy: "Leave it out, or build the model with a decoder that attends.",
        });
      }
      const options = { lengths: encoded.lengths, steps: lengths };
      loss = add(
        loss,
        mul(what === "coverage" ? coverageLoss(weights, options) : doublyStochasticLoss(weights, options), weight),
      );
    }
    return loss;
  }

  /** What the logits of a batch say against its targets, whose lengths were checked. */
  protected likelihoodLoss(
    { logits, draws }: Decoding<S>,
    { target }: PairBatch,
    lengths: Tensor | undefined,
    { labelSmoothing = 0 }: PairLossOptions,
  ): Tensor {
    if (draws) {
      throw new UnsupportedError({
        where: "EncoderDecoder.loss",
        what: "this loss has no gradient of what hard attention draws",
        remedy: "Build a Captioner of this encoder and decoder.",
      });
    }
    const mask = lengths && sequenceMask(lengths, target.shape[1] as number);
    return crossEntropy(logits, target, { labelSmoothing, ...(mask ? { mask } : {}) });
  }

  /** The start, then the target without its last token: what a decoder reads. */
  protected inputsOf(target: Tensor): Tensor {
    const [B, T] = target.shape as [number, number];
    const first = new (target.dtype === "i32" ? Int32Array : Uint32Array)(B).fill(this.startId);
    const start = tensor(first, { shape: [B, 1], name: "start" });
    return T === 1 ? start : concat([start, slice(target, 1, 0, T - 1)], 1);
  }

  /** Lengths of a batch's targets. @throws ShapeError, DTypeError, ValueError if the targets are none */
  protected expectTarget(batch: PairBatch): Tensor | undefined {
    const where = "EncoderDecoder.loss";
    expectBatch(where, batch);
    const { target, targetLengths } = batch;
    expectDType(where, { target }, "u32", "i32");
    const { B, T } = expectShape(where, { target }, ["B", "T"], "Targets are rows of tokens.") as {
      B: number;
      T: number;
    };
    if (B === 0 || T === 0) {
      throw new ShapeError({
        where,
        what: "target",
        expected: "of at least one row and one token, the end",
        received: formatShape(target.shape),
        remedy: "Leave empty pairs out of the batch.",
      });
    }
    const lengths = lengthsTensor(where, targetLengths, { B, T }, false);
    const tokens = hostValues(target);
    const known = lengths && hostValues(lengths);
    if (!tokens || (lengths && !known)) return lengths; // what is on the device is taken as it is
    let started = 0;
    for (let b = 0; b < B; b++) {
      if (tokens[b * T] === this.startId) started++;
      const last = known ? (known[b] as number) - 1 : T - 1;
      if (tokens[b * T + last] === this.endId) continue;
      throw new ValueError({
        where,
        what: `target[${b}][${last}], the last token,`,
        expected: `the end token ${this.endId}`,
        received: String(tokens[b * T + last]),
        remedy: "End every target with it, and pass targetLengths that count it where rows are padded.",
      });
    }
    if (started === B && this.startId !== this.endId) {
      throw new ValueError({
        where,
        what: "target",
        expected: "without the start token, which the decoder reads before it",
        received: `${this.startId} at the start of every row`,
      });
    }
    return lengths;
  }
}

const BATCH = ["source", "sourceLengths", "copyIds", "target", "targetLengths"];

/** @throws ValueError unless a batch is a record that has nothing but what is known of pairs */
function expectBatch(where: string, batch: PairBatch): void {
  const isRecord = Object.prototype.toString.call(batch) === "[object Object]";
  const unknown = isRecord ? Object.keys(batch).find((name) => !BATCH.includes(name)) : "";
  if (unknown === undefined) return;
  throw new ValueError({
    where,
    what: isRecord ? `batch.${unknown}` : "batch",
    expected: isRecord ? `one of ${BATCH.join(", ")}` : `{ ${BATCH.join(", ")} }`,
    received: isRecord ? "not one of them" : said(batch),
    remedy: unknown === "lengths" ? "Say whose: sourceLengths or targetLengths." : undefined,
  });
}

/** @throws ValueError unless a special token is there, and one of the decoder's */
function expectSpecial(name: "start" | "end", id: number | undefined, V: number): number {
  if (id !== undefined && Number.isInteger(id) && id >= 0 && id < V) return id;
  throw new ValueError({
    where: "EncoderDecoder",
    what: `the vocabulary's ${name} token`,
    expected: `one of the decoder's tokens 0 to ${V - 1}`,
    received: id === undefined ? "missing" : String(id),
    remedy:
      id === undefined
        ? `Make the vocabulary with { start: true, end: true }, or pass { startId, endId }.`
        : "Build the decoder with the vocabularySize of that vocabulary, special tokens included.",
  });
}
