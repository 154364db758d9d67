import { ValueError } from "@unroll/kernels";
import {
  categorical,
  type DrawOptions,
  expectDrawOptions,
  gatherElements,
  random,
  reshape,
  type Tensor,
} from "@unroll/nn";
import { advance } from "./advance";
import type { Hypothesis } from "./hypotheses";
import { copied, expectCall, expectWhole, type SearchOptions, settingsOf } from "./options";
import { rowsOf } from "./state";
import type { SearchStep } from "./step";

export interface SampleOptions extends SearchOptions, DrawOptions {
  /** Sequences to draw of each source; 1 by default. */
  samples?: number;
  /** Draws what this seed draws, each time it is called. In place of `rng`. */
  seed?: number;
}

/**
 * Sequences drawn token by token from the model's distribution, or from one that is sharpened by a temperature or cut to
 * the likeliest tokens; all on the device, with one readback to `stepsPerReadback` tokens.
 * @param state what the model starts from, B rows: one for each source
 * @returns for each source its sequences in the order drawn, with the log-probabilities of the model itself. One that came
 * to where nothing may follow is missing.
 * @throws ValueError if an option is out of range, or options contradict each other
 * @throws ShapeError if the state or what `step` returns has not the rows that it should have
 */
export async function sampleSequences<S>(
  step: SearchStep<S>,
  state: S,
  options: SampleOptions,
): Promise<Hypothesis[][]> {
  const where = "sampleSequences";
  expectCall(where, step, options, ["samples", "seed", "rng", "temperature", "topK", "topP"]);
  const { samples = 1, seed, rng, temperature, topK, topP } = options;
  expectWhole(where, "samples", samples, 1);
  if (seed !== undefined && rng) {
    throw new ValueError({ where, what: "the options", expected: "seed or rng", received: "both" });
  }
  const source = seed === undefined ? rng : random(seed);
  const draw: DrawOptions = {
    ...(temperature === undefined ? {} : { temperature }),
    ...(topK === undefined ? {} : { topK }),
    ...(topP === undefined ? {} : { topP }),
    ...(source ? { rng: source } : {}),
  };
  expectDrawOptions(where, draw);
  const beams = { beams: 1, groups: 1, diversity: 0, wanted: 1, coverage: false };
  const settings = copied(settingsOf(where, options, rowsOf(state), beams), samples);
  const found = await advance(step, state, settings, (logProbabilities: Tensor) => {
    const ids = reshape(categorical(logProbabilities, draw), [logProbabilities.shape[0] as number, 1]);
    return { values: gatherElements(logProbabilities, ids, 1), ids };
  });
  const all = found.hypotheses((logProbability) => logProbability);
  return Array.from({ length: all.length / samples }, (_, b) => all.slice(b * samples, (b + 1) * samples).flat());
}
