import { lion } from "@unroll/kernels";
import type { KernelNode } from "../graph/node";
import { effect } from "../graph/run";
import type { ParameterList } from "./groups";
import { Optimizer } from "./optimizer";
import { type OptimizerOptions, type Slot, scalarsOf, type UpdateCall } from "./optimizer-options";
import { expectDecays, expectOptions } from "./options";

export interface LionOptions extends OptimizerOptions {
  /** Share of the mean in the step; 0.9 by default. */
  beta1?: number;
  /** Decay of the mean of gradients; 0.99 by default. */
  beta2?: number;
}

/**
 * Lion (Chen et al. 2023): every element moves by lr. It takes a learning rate three to ten times smaller than Adam's.
 *   p ← p − lr·sign(β₁·m + (1 − β₁)·g);   m ← β₂·m + (1 − β₂)·g;   weight decay is decoupled unless said otherwise
 */
export class Lion extends Optimizer {
  readonly beta1: number;
  readonly beta2: number;

  /** @throws ValueError if there are no parameters or no `lr`, a number is negative, a β is not less than 1, or an option is unknown */
  constructor(parameters: ParameterList, options: LionOptions) {
    const { beta1 = 0.9, beta2 = 0.99 } = expectOptions("Lion", options, ["beta1", "beta2"]);
    expectDecays("Lion", { beta1, beta2 });
    super({ where: "Lion", decay: "decoupled" }, parameters, options);
    this.beta1 = beta1;
    this.beta2 = beta2;
  }

  protected slots(): Readonly<Record<string, Slot>> {
    return { m: {} };
  }

  protected numbers(): Readonly<Record<string, number>> {
    return { oneMinusBeta1: 1 - this.beta1, oneMinusBeta2: 1 - this.beta2 };
  }

  protected update({ tensors, slots, dims, options, scalars }: UpdateCall): readonly KernelNode[] {
    return [effect(lion, { ...tensors, ...slots }, { dims, options, scalars: scalarsOf(lion, scalars) })];
  }
}
