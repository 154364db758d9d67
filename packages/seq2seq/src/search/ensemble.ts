import { ShapeError, ValueError } from "@unroll/kernels";
import {
  add,
  where as choose,
  exp,
  expectKnown,
  expectOneOf,
  greater,
  log,
  maximum,
  minimum,
  mul,
  sub,
  type Tensor,
} from "@unroll/nn";
import { LOG_ZERO, MOST_LOG_ZERO } from "./log-zero";
import { expectResult, logProbabilitiesOf, type SearchStep } from "./step";

export interface EnsembleOptions {
  /** What is averaged: the models' probabilities (the default), or their logarithms, which is not normalised again. */
  average?: "probabilities" | "logProbabilities";
}

/**
 * Several models as one step of search: the mean of what they say,
 *   ln (1/M) Σₘ pₘ,   or (1/M) Σₘ ln pₘ
 * They have one vocabulary; their state is the list of their states. Attention weights are averaged where all give them.
 * @throws ValueError if there is no model, or `average` is neither of the two
 * @throws ShapeError when it runs, if the models differ in the tokens that they know
 */
export function ensemble<S>(steps: readonly SearchStep<S>[], options: EnsembleOptions = {}): SearchStep<readonly S[]> {
  const where = "ensemble";
  expectKnown(where, options, ["average"]);
  const { average = "probabilities" } = options;
  if (steps.length === 0) {
    throw new ValueError({ where, what: "steps", expected: "at least one model", received: "empty" });
  }
  if (!Array.isArray(steps) || steps.some((step) => typeof step !== "function")) {
    const [expected, remedy] = ["a list of functions", "Of models pass their steps: [a.step, b.step]."];
    throw new ValueError({ where, what: "steps", expected, received: "something else", remedy });
  }
  expectOneOf(where, { average }, ["probabilities", "logProbabilities"]);
  return (states, tokens) => {
    if (states.length !== steps.length) {
      const expected = `a list of ${steps.length} states, one for each model`;
      throw new ShapeError({ where, what: "the state", expected, received: `of ${states.length}` });
    }
    const results = steps.map((step, m) => expectResult(where, step(states[m] as S, tokens)));
    const spoken = results.map((result) => logProbabilitiesOf(where, result, tokens.size));
    const [V, other] = [spoken[0]?.shape[1], spoken.find(({ shape }) => shape[1] !== spoken[0]?.shape[1])];
    if (other) {
      const expected = `of ${V} tokens, as the first`;
      throw new ShapeError({ where, what: "the models", expected, received: `of ${other.shape[1]}` });
    }
    const weights = results.flatMap((result) => (result.weights ? [result.weights] : []));
    return {
      logProbabilities: average === "probabilities" ? logOfMean(spoken) : meanOfLogs(spoken),
      state: results.map(({ state }) => state),
      weights: weights.length === results.length ? meanOf(weights) : undefined,
      stepsLeft: Math.min(...results.map(({ stepsLeft = Number.POSITIVE_INFINITY }) => stepsLeft)),
    };
  };
}

const meanOf = (all: readonly Tensor[]): Tensor =>
  mul(
    all.reduce((a, b) => add(a, b)),
    1 / all.length,
  );

/** (1/M) Σ x, and none where one model says so: a share of its −1e30 would be a logarithm like any other. */
function meanOfLogs(all: readonly Tensor[]): Tensor {
  const least = all.reduce((a, b) => minimum(a, b));
  return choose(greater(least, MOST_LOG_ZERO), meanOf(all), LOG_ZERO);
}

/** ln (1/M) Σ e^x, each x less the largest of them, so that nothing overflows. */
function logOfMean(all: readonly Tensor[]): Tensor {
  const most = all.reduce((a, b) => maximum(a, b));
  const total = all.map((x) => exp(sub(x, most))).reduce((a, b) => add(a, b));
  return add(most, log(mul(total, 1 / all.length)));
}
