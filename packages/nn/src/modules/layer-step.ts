import { linear } from "../ops/linear";
import type { Cell } from "../ops/recurrent/scan";
import { type StepForms, type StepInputs, stepForms } from "../ops/recurrent/step";
import { expectKnown } from "../tensor/known-options";
import type { Tensor } from "../tensor/tensor";

/** What a layer carries from step to step: h [B, H], and of an LSTM the cell state c [B, H]. */
export interface LayerState {
  readonly h: Tensor;
  readonly c?: Tensor;
}

/** Tensors of a layer, by name, that all of its steps read. */
export type LayerWeights = Readonly<Record<string, Tensor>>;

/** A layer's equations: its step of what it reads, R in the forms that steps take, and of an LSTM the cell state. */
export interface LayerCell {
  readonly name: Cell;
  readonly step: (inputs: StepInputs, forms: StepForms, c: Tensor | undefined) => LayerState;
}

/** Weights of one layer of one direction, in the precision that it computes with. */
export interface LayerParts {
  readonly weightIh: Tensor;
  readonly bias: Tensor | undefined;
  readonly weightHh: Tensor;
  readonly recurrentBias: Tensor | undefined;
}

/**
 * One layer of an `RNN`, `LSTM` or `GRU`, a step at a time: one dispatch forward and two backward, for loops in which an
 * input depends on the step before. What does not, the product of all inputs with W, is made before the loop, and so are
 * the weights in the form that steps read; the gradient of the weights of all steps is one product.
 *
 *   const steps = lstm.steps();
 *   const products = unstack(steps.inputProduct(x), 1);                 // [B, T, I]: all steps at once
 *   for (const gx of products) state = steps.step(gx, state, { more }); // more [B, G·H]: what the loop adds to it
 */
export class LayerSteps {
  readonly #cell: LayerCell;
  readonly #parts: LayerParts;
  #weights: LayerWeights | undefined;

  constructor(cell: LayerCell, parts: LayerParts) {
    this.#cell = cell;
    this.#parts = parts;
  }

  /** W·x + b of inputs [..., I]: [..., G·H]. @param weights `inputWeights`, or what stands for them */
  inputProduct(x: Tensor, weights: LayerWeights = this.inputWeights): Tensor {
    return linear(x, weights.weightIh as Tensor, weights.bias);
  }

  /** What `inputProduct` reads. */
  get inputWeights(): LayerWeights {
    const { weightIh, bias } = this.#parts;
    return { weightIh, ...(bias ? { bias } : {}) };
  }

  /** What `step` reads: for a loop that stands one step for all, which passes it what is in their place. */
  get weights(): LayerWeights {
    if (this.#weights) return this.#weights;
    const { weightHh, recurrentBias } = this.#parts;
    const forms = stepForms(this.#cell.name, weightHh);
    this.#weights = { r: weightHh, ...forms, ...(recurrentBias ? { bN: recurrentBias } : {}) };
    return this.#weights;
  }

  /**
   * One step.
   * @param gx W·x + b [B, G·H]
   * @param state the state before it; an LSTM's has c
   * @param options.more what is added to gx [B, G·H]
   * @param options.weights this layer's, or what stands for them
   */
  step(
    gx: Tensor,
    { h, c }: LayerState,
    options: { more?: Tensor | undefined; weights?: LayerWeights } = {},
  ): LayerState {
    const { more, weights = this.weights } = expectKnown("LayerSteps.step", options, ["more", "weights"]);
    const { r, rT, rows, bN } = weights as { r: Tensor; rT: Tensor; rows: Tensor; bN?: Tensor };
    return this.#cell.step({ gx, more, h, r, bN }, { rT, rows }, c);
  }
}
