import { adamax } from "@unroll/kernels";
import type { KernelNode } from "../graph/node";
import { effect } from "../graph/run";
import { expectAtLeast, expectOneOf } from "../ops/options";
import type { ParameterList } from "./groups";
import { Optimizer } from "./optimizer";
import { type OptimizerOptions, type Slot, scalarsOf, type UpdateCall } from "./optimizer-options";
import { expectDecays, expectOptions } from "./options";

export interface AdamaxOptions extends OptimizerOptions {
  /** 0.9 by default. */
  beta1?: number;
  /** Decay of the largest gradient; 0.999 by default. */
  beta2?: number;
  /** 1e-8 by default. */
  eps?: number;
  /** Where ε is added: to |g| within the maximum as in PyTorch, or to the maximum as in Keras. `torch` by default. */
  epsilon?: "torch" | "keras";
}

/** Adamax (Kingma & Ba 2015): m ← β₁·m + (1 − β₁)·g;   u ← max(β₂·u, |g| + ε);   p ← p − lr/(1 − β₁ᵗ)·m/u. */
export class Adamax extends Optimizer {
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  readonly epsilon: "torch" | "keras";

  /** @throws ValueError if there are no parameters or no `lr`, a number is negative, a β is not less than 1, or an option is unknown */
  constructor(parameters: ParameterList, options: AdamaxOptions) {
    const own = ["beta1", "beta2", "eps", "epsilon"];
    const { beta1 = 0.9, beta2 = 0.999, eps = 1e-8, epsilon = "torch" } = expectOptions("Adamax", options, own);
    expectDecays("Adamax", { beta1, beta2 });
    expectAtLeast("Adamax", { eps });
    expectOneOf("Adamax", { epsilon }, ["torch", "keras"]);
    super({ where: "Adamax" }, parameters, options);
    this.beta1 = beta1;
    this.beta2 = beta2;
    this.eps = eps;
    this.epsilon = epsilon;
  }

  protected slots(): Readonly<Record<string, Slot>> {
    return { m: {}, u: {} };
  }

  protected numbers(t: number): Readonly<Record<string, number>> {
    const { beta1, beta2, eps } = this;
    return { oneMinusBeta1: 1 - beta1, beta2, eps, correction1: 1 - beta1 ** t };
  }

  protected update({ tensors, slots, dims, options, scalars }: UpdateCall): readonly KernelNode[] {
    const chosen = { ...options, insideMaximum: this.epsilon === "torch" };
    return [effect(adamax, { ...tensors, ...slots }, { dims, options: chosen, scalars: scalarsOf(adamax, scalars) })];
  }
}
