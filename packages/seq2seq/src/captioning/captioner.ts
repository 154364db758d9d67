import { HardAttention, type HardAttentionLossOptions, hardAttentionLoss, RewardBaseline } from "@unroll/attention";
import { crossEntropy, mul, neg, oneHot, sequenceMask, sub, sum, type Tensor, tensor } from "@unroll/nn";
import type { BahdanauDecoder, BahdanauState, Decoding } from "../decoders";
import type { Encoder } from "../encoders";
import { EncoderDecoder, type PairBatch, type PairLossOptions } from "../models";
import type { PossibleTokenIds } from "../models/encoder-decoder";

export interface CaptionLossOptions extends PairLossOptions {
  /** What reward and entropy count for, of hard attention. */
  hard?: HardAttentionLossOptions;
}

/**
 * Says what is in images, word by word, looking at a part of the image for each (Xu et al. 2015):
 *
 *   const encoder = new ConvolutionalGridEncoder({ imageSize: [48, 48], layers, rng });
 *   const attention = new AdditiveAttention(H, encoder.memorySize, { rng });        // soft; hard: new HardAttention(attention)
 *   const decoder = new BahdanauDecoder({ encoder, attention, cell: "lstm", gate: true, readout: "deep", … });
 *   const model = new Captioner(encoder, decoder, { startId, endId });
 *   optimizer.minimize(model.loss({ source: images, target: captions, targetLengths }, { doublyStochastic: 0.1 }));
 *
 * It is an `EncoderDecoder`, and search takes its `step` and `start` as any. With hard attention the loss has the
 * variance-reduced gradient of its draws in it, and the model a baseline.
 */
export class Captioner extends EncoderDecoder<BahdanauState> {
  /** What hard attention's rewards are compared with. */
  readonly baseline: RewardBaseline | null;

  /** @throws ValueError if a special token is missing, or is no token of the decoder */
  constructor(encoder: Encoder, decoder: BahdanauDecoder, tokens: PossibleTokenIds) {
    super(encoder, decoder, tokens);
    this.baseline = decoder.attention instanceof HardAttention ? new RewardBaseline() : null;
  }

  protected override get lossOptions(): readonly string[] {
    return [...super.lossOptions, "hard"];
  }

  /** −ln p of a word, or with hard attention of a caption; see `EncoderDecoder.loss`. */
  override loss(batch: PairBatch, options: CaptionLossOptions = {}): Tensor {
    return super.loss(batch, options);
  }

  /**
   * With hard attention the mean over captions, not words, of −ln p(caption | places drawn), with the terms whose gradients
   * `hardAttentionLoss` has. A row's draws count up to its length.
   */
  protected override likelihoodLoss(
    decoding: Decoding<BahdanauState>,
    batch: PairBatch,
    lengths: Tensor | undefined,
    options: CaptionLossOptions,
  ): Tensor {
    const { baseline } = this;
    const { logits, draws } = decoding;
    if (!baseline || !draws) return super.likelihoodLoss(decoding, batch, lengths, options);
    const { target } = batch;
    const [B, T] = target.shape as [number, number];
    const { labelSmoothing = 0, hard = {} } = options;
    const mask = lengths && sequenceMask(lengths, T);
    const losses = crossEntropy(logits, target, { labelSmoothing, reduction: "none", ...(mask ? { mask } : {}) });
    const last = oneHot(lengths ? sub(lengths, 1) : tensor(new Uint32Array(B).fill(T - 1)), T);
    const atEnd = (sums: Tensor): Tensor => sum(mul(sums, last), { axes: [1] });
    const ended = { logProbability: atEnd(draws.logProbability), entropy: atEnd(draws.entropy) };
    return hardAttentionLoss(neg(sum(losses, { axes: [1] })), ended, baseline, hard);
  }
}
