import { ShapeError, ValueError } from "@unroll/kernels";
import { cast, logSoftmax, type Tensor } from "@unroll/nn";
import { said } from "../said";

/** What a model says after the tokens that a state has read and one more. R rows: of each source its beams, side by side. */
export interface StepResult<S> {
  /** Scores of the next token [R, V]; their softmax is its distribution. In place of `logProbabilities`. */
  readonly logits?: Tensor | undefined;
  /** ln of the probability of each next token [R, V], taken as they are. −1e30 is none. */
  readonly logProbabilities?: Tensor | undefined;
  /** The state after the step. A tensor that is still the one that was passed in is taken to be the same for all beams. */
  readonly state: S;
  /** How much each place of the source was attended to [R, S]. */
  readonly weights?: Tensor | undefined;
  /** How many steps may follow, where a model has places for so many only: search then takes no more, and says if it must. */
  readonly stepsLeft?: number | undefined;
}

/**
 * All that search knows of a model: from a state and the last token of each row, u32 [R], what comes next. It records tensor
 * operations and waits for nothing. The state is a tensor of R rows, or records and lists of such, of any kind; search
 * takes its rows in other orders, with repeats.
 */
export type SearchStep<S> = (state: S, tokens: Tensor) => StepResult<S>;

/** What a step returned. @throws ValueError unless it is a record */
export function expectResult<R extends StepResult<unknown>>(where: string, result: R): R {
  if (Object.prototype.toString.call(result) === "[object Object]") return result;
  throw new ValueError({
    where,
    what: "step's result",
    expected: "a record with logits or with logProbabilities",
    received: said(result),
    remedy: "Return { logits, state } from step, which waits for nothing.",
  });
}

/**
 * Log-probabilities of the next token, in f32.
 * @param R rows that they should have
 * @throws ValueError unless there is one of logits and log-probabilities
 * @throws ShapeError if they are not [R, V]
 */
export function logProbabilitiesOf(where: string, result: StepResult<unknown>, R: number): Tensor {
  const { logits, logProbabilities } = result;
  const scores = logits ?? logProbabilities;
  if (!scores || (logits && logProbabilities)) {
    throw new ValueError({
      where,
      what: "step's result",
      expected: "a record with logits or with logProbabilities",
      received: scores ? "one with both" : "one with neither",
      remedy: "Return { logits, state } for scores, { logProbabilities, state } for what is normalised already.",
    });
  }
  if (scores.rank !== 2 || scores.shape[0] !== R) {
    throw new ShapeError({
      where,
      what: logits ? "step's logits" : "step's logProbabilities",
      expected: `[${R}, V], a row for each token`,
      received: `[${scores.shape.join(", ")}]`,
      remedy: "Take the one step's axis away with reshape(logits, [tokens.size, V]) where a layer left it.",
    });
  }
  const wide = cast(scores, "f32");
  return logits ? logSoftmax(wide) : wide;
}

/**
 * The weights of a step, in f32.
 * @param S places that a source has in the first step, if known
 * @throws ValueError if there are none
 * @throws ShapeError if they are not [R, S]
 */
export function weightsOf(where: string, { weights }: StepResult<unknown>, R: number, S: number | undefined): Tensor {
  if (!weights) {
    throw new ValueError({
      where,
      what: "step's weights",
      expected: "attention weights [R, S], which a coverage penalty and weights: true need",
      received: "absent",
      remedy: "Return { logits, state, weights } from step, or leave coverage and weights out.",
    });
  }
  if (weights.rank !== 2 || weights.shape[0] !== R || (S !== undefined && weights.shape[1] !== S)) {
    throw new ShapeError({
      where,
      what: "step's weights",
      expected: `[${R}, ${S ?? "S"}]`,
      received: `[${weights.shape.join(", ")}]`,
      remedy: "Of several heads take the mean.",
    });
  }
  return cast(weights, "f32");
}
