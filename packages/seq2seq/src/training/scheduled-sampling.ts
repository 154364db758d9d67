import type { HardState } from "@unroll/attention";
import { UnsupportedError } from "@unroll/kernels";
import {
  cast,
  categorical,
  detach,
  dropout,
  expectKnown,
  type Generator,
  greater,
  ones,
  sharedGenerator,
  stack,
  type Tensor,
  unstack,
  where,
} from "@unroll/nn";
import type { Decoder, Decoding } from "../decoders";
import { expectRange } from "./sampling-schedule";

/** How a decoder in training is given its own tokens. */
export interface ScheduledSamplingOptions {
  /** ε: how probable it is that a step reads the target's token, drawn for each token by itself. */
  probability: number;
  /** `sharedGenerator()` by default. */
  rng?: Generator;
}

/**
 * Scheduled sampling (Bengio et al. 2015): each step reads the target's token with probability ε, else one drawn from what
 * the decoder said at the step before. Tokens are drawn on the device, within the step's one submission; no gradient flows
 * through a draw.
 * @param tokens what teacher forcing would read [B, T]: the start, then the target without its last token
 * @throws ValueError unless ε is a probability
 * @throws UnsupportedError if ε is less than 1 and the decoder is not recurrent
 */
export function decodeWithSampling<S>(
  decoder: Decoder<S>,
  state: S,
  tokens: Tensor,
  options: ScheduledSamplingOptions,
): Decoding<S> {
  expectKnown("decodeWithSampling", options, ["probability", "rng"]);
  const { probability, rng = sharedGenerator() } = options;
  expectRange("decodeWithSampling", "probability", probability, 0, 1);
  if (probability === 1) return decoder.decode(state, tokens);
  const drop = 1 - probability; // 1 too where a schedule has come so near to 0 that no float lies between
  if (!decoder.isRecurrent) {
    throw new UnsupportedError({
      where: "decodeWithSampling",
      what: "a decoder that reads all steps in one pass has no step at which to draw the next token",
      remedy: "Train it by teacher forcing: leave sampling out, or give it a probability of 1.",
    });
  }
  const given = unstack(tokens, 1);
  // Where an element is not dropped, the target's token is read.
  const coins = drop === 1 ? undefined : unstack(greater(dropout(ones(tokens.shape), drop, { rng }), 0), 1);
  const logits: Tensor[] = [];
  const weights: Tensor[] = [];
  const draws: HardState[] = [];
  let now = state;
  for (const [t, token] of given.entries()) {
    const before = logits[t - 1];
    const read = before === undefined ? token : sampled(token, coins?.[t], before, rng);
    const result = decoder.step(now, read);
    logits.push(result.logits);
    if (result.weights) weights.push(result.weights);
    if (result.draws) draws.push(result.draws);
    now = result.state;
  }
  return {
    logits: stack(logits, 1),
    state: now,
    ...(weights.length > 0 ? { weights: stack(weights, 1) } : {}),
    ...(draws.length > 0 ? { draws: inSteps(draws) } : {}),
  };
}

/** What each step drew, [B, T]. */
const inSteps = (draws: readonly HardState[]): HardState => ({
  logProbability: stack(
    draws.map(({ logProbability }) => logProbability),
    1,
  ),
  entropy: stack(
    draws.map(({ entropy }) => entropy),
    1,
  ),
});

function sampled(token: Tensor, coin: Tensor | undefined, logits: Tensor, rng: Generator): Tensor {
  const drawn = categorical(detach(logits), { rng });
  if (!coin) return drawn;
  return where(coin, token, cast(drawn, token.dtype));
}
