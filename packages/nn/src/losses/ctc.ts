import {
  ctcBackward,
  ctcForward,
  ctcGradient,
  ctcIndex,
  ctcPosterior,
  ctcReduce,
  type Reduction,
  rowStatistics,
} from "@unroll/kernels";
import { defineOp } from "../autograd/define-op";
import { run, view } from "../graph/run";
import { add } from "../ops/arithmetic";
import { expectOneOf } from "../ops/options";
import { expectKnown } from "../tensor/known-options";
import type { Tensor } from "../tensor/tensor";
import {
  BATCH_OPTIONS,
  type CTCBatch,
  type CTCBatchOptions,
  type CTCTargets,
  ctcBatch,
  expectPossible,
} from "./ctc-batch";

export interface CTCLossOptions extends CTCBatchOptions {
  /** `mean`, the default, divides each row's loss by the length of its target (1 if it is empty), then by the rows, as PyTorch does. */
  reduction?: Reduction;
  /** Lets a row whose target cannot be aligned count nothing, instead of being infinite; false by default. */
  zeroInfinity?: boolean;
}

type Inputs = CTCBatch["inputs"];
interface Attributes extends Pick<CTCBatch, "dims" | "blank"> {
  readonly reduction: Reduction;
  readonly zeroInfinity: boolean;
}
type Saved = Inputs & { readonly stats: Tensor; readonly alpha: Tensor; readonly rows: Tensor };

const loss = defineOp<Inputs, Attributes, { loss: Tensor }, Saved>({
  name: "ctcLoss",
  forward(inputs, { dims, blank, reduction, zeroInfinity }) {
    const { stats, alpha, rows } = forwards(inputs, { dims, blank });
    const saved = { ...inputs, stats, alpha, rows };
    if (reduction === "none" && !zeroInfinity) return { out: { loss: view(rows, rows.shape) }, saved };
    const { reduced } = run(
      ctcReduce,
      { loss: rows, targetLengths: inputs.targetLengths },
      {
        dims: { B: dims.B },
        options: { reduction, zeroInfinity },
        ...(reduction === "none" ? {} : { shapes: { reduced: [] } }),
      },
    );
    return { out: { loss: reduced }, saved };
  },
  // dx_t(c) = u·(softmax(x_t)(c) − Σ_{s: l′_s = c} γ_t(s)); the posteriors γ come from α and a walk back for β.
  backward({ loss: dLoss }, saved, _, { dims, blank, reduction }) {
    if (!dLoss) return {};
    const { logits, targets, inputLengths, targetLengths, stats, alpha, rows } = saved;
    const { posterior } = posteriorOf(alpha, backwards(saved, { dims, blank }).beta);
    const { B, L, C } = dims;
    const { index } = run(ctcIndex, { targets, targetLengths }, { dims: { B, L, C } });
    const { dLogits } = run(
      ctcGradient,
      { logits, stats, posterior, index, inputLengths, loss: rows, dLoss },
      {
        dims,
        scalars: { blank },
        options: { reduction },
        shapes: { dLogits: logits.shape },
        dtypes: { dLogits: logits.dtype },
      },
    );
    return { logits: dLogits };
  },
});

/**
 * Connectionist temporal classification (Graves et al. 2006): −ln of the probability that the labels of a target, each
 * one or more steps long with blanks between them where wanted, are what a row's steps say. Log-softmax is inside:
 *   ℓ = −ln Σ_{π: B(π) = target} Π_t p_t(π_t),   p = softmax(logits)
 * over all paths π that are the target once repeats and then blanks are taken out. It is computed on the device in
 * logarithms, one dispatch over the sequence forwards and one back.
 *
 * A target of L labels needs L steps, and one more for each label that repeats the one before. A row with fewer has the
 * loss +∞ and the gradient 0. With `reduction: "none"` that is what comes back; of a sum or mean it would make nothing,
 * so it is an error before any GPU work where lengths and targets are known on the host, and ∞, at which `train` stops,
 * where they are not. `zeroInfinity: true` lets such a row count 0.
 * @param logits [B, T, C], f32 or f16; the loss is f32 either way
 * @param targets rows of classes; or a tensor [B, S], padded, or [ΣS], one behind the other, with `targetLengths`
 * @returns one number, or with `reduction: "none"` the losses [B]
 * @throws ShapeError if the shapes disagree
 * @throws ValueError if a length is out of range, a label is the blank or no class, or an alignment is impossible
 */
export function ctcLoss(logits: Tensor, targets: CTCTargets, options: CTCLossOptions = {}): Tensor {
  const where = "ctcLoss";
  expectKnown(where, options, [...BATCH_OPTIONS, "reduction", "zeroInfinity"]);
  const { reduction = "mean", zeroInfinity = false } = options;
  expectOneOf(where, { reduction }, ["none", "sum", "mean"]);
  const { inputs, dims, blank } = checked(where, logits, targets, options, reduction !== "none" && !zeroInfinity);
  return loss(inputs, { dims, blank, reduction, zeroInfinity }).loss;
}

/** What CTC knows of each state of each target at each step: [B, T, 2S + 1], the states being blank, l₁, blank, l₂, …, blank. */
export interface CTCStates {
  /** ln α: of all beginnings of a path that are in the state at the step, its emission included. */
  readonly alpha: Tensor;
  /** ln β: of all ends of a path from the state on, its emission at the step not included. */
  readonly beta: Tensor;
  /** The probability that an alignment of the target is in the state at the step: what there is to draw. */
  readonly posterior: Tensor;
}

/**
 * The forward and backward variables of `ctcLoss` and the soft alignment that they make; no gradient flows. What no path
 * reaches is −1e30 in logarithms and 0 in probability, as is what lies past a row's steps or states. S is the width that
 * the targets have once padded: a list of rows is padded to a multiple of 8.
 * @throws as `ctcLoss` does, but for impossible alignments, whose posteriors are 0
 */
export function ctcStates(logits: Tensor, targets: CTCTargets, options: CTCBatchOptions = {}): CTCStates {
  expectKnown("ctcStates", options, BATCH_OPTIONS);
  const { inputs, dims, blank } = checked("ctcStates", logits, targets, options, false);
  const { B, T } = dims;
  const { stats, alpha, offsets } = forwards(inputs, { dims, blank });
  const back = backwards({ ...inputs, stats }, { dims, blank });
  return {
    alpha: add(alpha, view(offsets, [B, T, 1])),
    beta: add(back.beta, view(back.offsets, [B, T, 1])),
    posterior: posteriorOf(alpha, back.beta).posterior,
  };
}

function checked(
  where: string,
  logits: Tensor,
  targets: CTCTargets,
  options: CTCBatchOptions,
  mustBePossible: boolean,
): CTCBatch {
  const batch = ctcBatch(where, logits, targets, options);
  if (mustBePossible) expectPossible(where, batch);
  return batch;
}

type Sizes = Pick<CTCBatch, "dims" | "blank">;

function forwards(inputs: Inputs, { dims, blank }: Sizes) {
  const { logits } = inputs;
  const { B, T, C } = dims;
  const { stats } = run(rowStatistics, { logits }, { dims: { R: B * T, V: C } });
  const { alpha, offsets, loss: rows } = run(ctcForward, { ...inputs, stats }, { dims, scalars: { blank } });
  return { stats, alpha, offsets, rows };
}

function backwards(inputs: Inputs & { readonly stats: Tensor }, { dims, blank }: Sizes) {
  const { logits, stats, targets, inputLengths, targetLengths } = inputs;
  return run(ctcBackward, { logits, stats, targets, inputLengths, targetLengths }, { dims, scalars: { blank } });
}

function posteriorOf(alpha: Tensor, beta: Tensor) {
  const [B = 0, T = 0, S = 0] = alpha.shape;
  return run(ctcPosterior, { alpha, beta }, { dims: { R: B * T, V: S }, shapes: { posterior: alpha.shape } });
}
