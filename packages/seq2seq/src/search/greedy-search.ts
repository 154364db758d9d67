import { beamSearch } from "./beam-search";
import type { Hypothesis } from "./hypotheses";
import { expectCall, type SearchOptions } from "./options";
import type { SearchStep } from "./step";

/**
 * The likeliest token each time, the lowest of equals, to the end: beam search with one beam.
 * @param state what the model starts from, B rows: one for each source
 * @returns for each source a sequence; undefined where none can end
 * @throws what `beamSearch` throws
 */
export async function greedySearch<S>(
  step: SearchStep<S>,
  state: S,
  options: SearchOptions,
): Promise<(Hypothesis | undefined)[]> {
  expectCall("greedySearch", step, options, []);
  const found = await beamSearch(step, state, { ...options, beam: 1, nBest: 1 });
  return found.map(([best]) => best);
}
