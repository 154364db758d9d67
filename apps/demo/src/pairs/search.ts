import { padSequences } from "@unroll/data";
import { tensor } from "@unroll/nn";
import { beamSearch, type EncoderDecoder, specialTokens } from "@unroll/seq2seq";
import { disposeState } from "../experiment/dispose-state";
import type { Vocabularies } from "./pair";

/** What a model made of a source. */
export interface Made {
  readonly source: readonly string[];
  readonly symbols: readonly string[];
  /** Of each symbol, and of the end. */
  readonly probabilities: readonly number[];
  /** Of the whole. */
  readonly probability: number;
  /** [symbols + 1, S], how much each symbol, the end last, attended to each of the source; null without attention. */
  readonly weights: readonly number[] | null;
}

/** How sequences are searched for. */
export interface SearchOptions {
  /** K; 1 is greedy. */
  readonly beam: number;
  /** Symbols at most. */
  readonly longest: number;
  /** Whether the model has attention to tell of. */
  readonly attends: boolean;
}

/** The likeliest sequence for each of some sources, which are searched for side by side on the device. */
export async function searchPairs<S>(
  model: EncoderDecoder<S>,
  { source, target }: Vocabularies,
  sources: readonly (readonly string[])[],
  { beam, longest, attends }: SearchOptions,
): Promise<Made[]> {
  const read = padSequences(
    sources.map((each) => source.encode(each)),
    { multiple: 4 },
  );
  const state = model.start(tensor(read.data, { shape: read.shape }), { lengths: read.lengths });
  const found = await beamSearch(model.step, state, {
    ...specialTokens(target),
    ...{ beam, maxLength: longest, weights: attends, sourceLengths: Array.from(read.lengths) },
  });
  disposeState(state);
  return found.map(([best], row) => ({
    source: sources[row] ?? [],
    symbols: target.decode(best?.tokens ?? []),
    probabilities: (best?.tokenLogProbabilities ?? []).map(Math.exp),
    probability: Math.exp(best?.logProbability ?? Number.NEGATIVE_INFINITY),
    weights: best?.weights ? Array.from(best.weights.data) : null,
  }));
}
