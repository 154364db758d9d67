import { tensor } from "@unroll/nn";
import { type BeamSearchOptions, beamSearch, type EncoderDecoder, specialTokens } from "@unroll/seq2seq";
import type { PairVocabularies } from "./pair";
import type { PairBatch } from "./pair-part";

/** How sequences are searched for. */
export interface PairSearch extends Pick<BeamSearchOptions, "lengthPenalty" | "alpha" | "blockNgrams" | "weights"> {
  /** K; 1 is greedy. */
  beam: number;
  /** Symbols of a sequence at most. */
  maxLength: number;
}

/** What a model makes of a source. */
export interface Made {
  symbols: string[];
  /** How much each symbol, the end as well, attended to each of the source's: row-major [symbols + 1, S]. */
  weights: ArrayLike<number>;
}

/** The likeliest sequence for each row of a batch, of all its beams at once on the device. */
export async function searchPairs<S>(
  model: EncoderDecoder<S>,
  { target }: PairVocabularies,
  batch: PairBatch,
  search: PairSearch,
): Promise<Made[]> {
  const { data, shape, lengths } = batch.source;
  const found = await beamSearch(model.step, model.start(tensor(data, { shape }), { lengths }), {
    ...specialTokens(target, { unknown: false }),
    ...search,
    sourceLengths: Array.from(lengths),
  });
  return found.map(([best]) => ({ symbols: target.decode(best?.tokens ?? []), weights: best?.weights?.data ?? [] }));
}
