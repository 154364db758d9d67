import { MOST_BEAMS, ValueError } from "@unroll/kernels";
import { type Tensor, topK } from "@unroll/nn";
import { advance } from "./advance";
import type { Hypothesis } from "./hypotheses";
import { expectCall, expectWhole, type SearchOptions, settingsOf } from "./options";
import { type PenaltyOptions, scoringOf } from "./penalties";
import { rowsOf } from "./state";
import type { SearchStep } from "./step";

export interface BeamSearchOptions extends SearchOptions, PenaltyOptions {
  /** K, the beams of each source; 5 by default, at most 256. */
  beam?: number;
  /** How many of the sequences found to return of each source; 1 by default. */
  nBest?: number;
  /** Groups of beams that keep away from what those before them chose (Vijayakumar et al. 2016); 1 by default. */
  groups?: number;
  /** λ: what a token loses in ln of probability for each beam of earlier groups that takes it in the same step; 0.5 by default. */
  diversity?: number;
}

const BEAM_OPTIONS = ["beam", "nBest", "groups", "diversity", "lengthPenalty", "alpha", "coverage"];

/**
 * Beam search: of all beginnings of a length only the K likeliest are gone on with.
 *
 * At each step the 2K likeliest ways to go on are looked at, in order; at a tie that of the better beam, of one beam that of
 * the likelier token, and of equals that of the lowest comes first. Those among the first K that end are finished, the first
 * K that do not are the beams from then on. A source is done when it has K finished sequences and no beam is likelier than
 * any of the `nBest` best of them, or when it has no beam. (What stops at the first K to end may miss a sequence that is
 * nearly certain: Huang, Zhao & Ma 2017.) With `groups` each has K/groups beams, and as many finished sequences to find, of
 * its own. Penalties order what was found, and do not change the search.
 *
 * Beams of all sources lie on the device; there is one readback to `stepsPerReadback` tokens.
 * @param state what the model starts from, B rows: one for each source
 * @returns for each source its `nBest` best sequences, best first; fewer where fewer can end
 * @throws ValueError if an option is out of range, or a penalty needs attention weights that `step` does not give
 * @throws ShapeError if the state or what `step` returns has not the rows that it should have
 */
export async function beamSearch<S>(
  step: SearchStep<S>,
  state: S,
  options: BeamSearchOptions,
): Promise<Hypothesis[][]> {
  const where = "beamSearch";
  expectCall(where, step, options, BEAM_OPTIONS);
  const { beam = 5, nBest = 1, groups = 1, diversity = groups > 1 ? 0.5 : 0, coverage = 0 } = options;
  expectBeams(where, { beam, nBest, groups, diversity });
  const score = scoringOf(where, options);
  const settings = settingsOf(where, options, rowsOf(state), {
    beams: beam,
    groups,
    diversity,
    wanted: Math.min(nBest, beam / groups),
    coverage: coverage > 0,
  });
  const width = beam / groups;
  // As many as can be wanted of one beam: all that a group looks at, and those that others may have spoiled for it.
  const most = 2 * width + (diversity > 0 ? beam - width : 0);
  const found = await advance(step, state, settings, (logProbabilities: Tensor) => {
    const { values, indices } = topK(logProbabilities, Math.min(most, logProbabilities.shape[1] as number));
    return { values, ids: indices };
  });
  return found.hypotheses(score).map((list) => list.sort((a, b) => b.score - a.score).slice(0, nBest));
}

type Beams = { readonly beam: number; readonly nBest: number; readonly groups: number; readonly diversity: number };

function expectBeams(where: string, { beam, nBest, groups, diversity }: Beams): void {
  expectWhole(where, "beam", beam, 1, MOST_BEAMS, "A beam of 1 is greedy search; 5 is usual.");
  expectWhole(where, "nBest", nBest, 1);
  expectWhole(where, "groups", groups, 1);
  if (nBest > beam) {
    const remedy = "Search finds as many sequences as it has beams: make beam larger, or nBest smaller.";
    const expected = `at most beam = ${beam}`;
    throw new ValueError({ where, what: "nBest", expected, received: String(nBest), remedy });
  }
  if (beam % groups !== 0) {
    const expected = `a divisor of beam = ${beam}`;
    throw new ValueError({ where, what: "groups", expected, received: String(groups) });
  }
  if (!(diversity >= 0 && Number.isFinite(diversity)) || (diversity > 0 && groups === 1)) {
    const remedy = "It holds groups apart: pass groups too.";
    const [expected, received] = ["a finite number from 0, with more than one group", `${diversity} with ${groups}`];
    throw new ValueError({ where, what: "diversity", expected, received, remedy });
  }
}
