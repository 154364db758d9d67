import {
  cast,
  cumSum,
  div,
  expectDType,
  expectKnown,
  expectShape,
  lengthsTensor,
  maskSteps,
  mean,
  minimum,
  reshape,
  sequenceMask,
  square,
  sub,
  sum,
  type Tensor,
  where,
} from "@unroll/nn";

/** Which of the weights [B, T, S] of a batch are not padding. */
export interface WeightsOptions {
  /** True lengths of the memories, one for each row. */
  lengths?: ArrayLike<number> | Tensor | undefined;
  /** True numbers of queries, one for each row. */
  steps?: ArrayLike<number> | Tensor | undefined;
}

/** Weights of true queries, zeros elsewhere. */
function trueWeights(where_: string, weights: Tensor, options: WeightsOptions) {
  expectKnown(where_, options, ["lengths", "steps"]);
  const { lengths, steps } = options;
  expectDType(where_, { weights }, "f32", "f16");
  const { B, T, S } = expectShape(
    where_,
    { weights },
    ["B", "T", "S"],
    "Stack the weights of a decoder's steps along axis 1.",
  ) as {
    B: number;
    T: number;
    S: number;
  };
  const queries = lengthsTensor(where_, steps, { B, T }, true);
  return {
    B,
    T,
    S,
    queries,
    lengths: lengthsTensor(where_, lengths, { B, T: S }, true),
    known: queries ? maskSteps(weights, queries) : weights,
  };
}

/**
 * Doubly stochastic regularisation (Xu et al. 2015, eq. 14): the mean over rows of Σ_s (1 − Σ_t α_ts)², which asks a
 * decoder to look at every place once, over all its steps. Add λ of it to the loss. Places past a row's length do not
 * count, and steps past its end add nothing.
 * @param weights α of all steps [B, T, S]
 * @throws ShapeError if they are not
 */
export function doublyStochasticLoss(weights: Tensor, options: WeightsOptions = {}): Tensor {
  const { B, S, lengths, known } = trueWeights("doublyStochasticLoss", weights, options);
  const missing = square(sub(1, sum(known, { axes: [1] })));
  const counted = lengths ? where(sequenceMask(lengths, S), missing, 0) : missing;
  return mean(sum(reshape(counted, [B, S]), { axes: [1] }));
}

/**
 * Coverage loss (See et al. 2017, eq. 12): Σ_s min(α_ts, c_ts) with c_ts = Σ_{u < t} α_us, what a step looks at again,
 * as the mean over all true steps. Add λ of it to the loss; 1 in the paper.
 * @param weights α of all steps [B, T, S]
 * @throws ShapeError if they are not
 */
export function coverageLoss(weights: Tensor, options: WeightsOptions = {}): Tensor {
  const { B, T, queries, known } = trueWeights("coverageLoss", weights, options);
  const covered = cumSum(known, 1, { exclusive: true });
  const total = sum(minimum(known, covered));
  return div(total, queries ? sum(cast(queries, "f32")) : B * T);
}
