import { adam } from "@unroll/kernels";
import type { KernelNode } from "../graph/node";
import { effect } from "../graph/run";
import { expectAtLeast, expectOneOf } from "../ops/options";
import type { ParameterList } from "./groups";
import { Optimizer } from "./optimizer";
import { type OptimizerOptions, type Slot, scalarsOf, type UpdateCall } from "./optimizer-options";
import { expectDecays, expectOptions } from "./options";

export interface AdamOptions extends OptimizerOptions {
  /** Decay of the mean of gradients; 0.9 by default. */
  beta1?: number;
  /** Decay of the mean of squared gradients; 0.999 by default. */
  beta2?: number;
  /** 1e-8 by default. */
  eps?: number;
  /** Divides by the largest mean of squares so far (Reddi et al. 2018); false by default. */
  amsgrad?: boolean;
  /**
   * Where ε is added: to √v̂ as in PyTorch and the paper's algorithm 1, or to the uncorrected √v as in Keras. `torch`
   * by default.
   */
  epsilon?: "torch" | "keras";
  /** Whether the means are divided by 1 − βᵗ, which makes up for their start at zero; true by default. */
  biasCorrection?: boolean;
}

/**
 * Adam (Kingma & Ba 2015):
 *   m ← β₁·m + (1 − β₁)·g;   v ← β₂·v + (1 − β₂)·g²;   p ← p − lr·m̂/(√v̂ + ε),   m̂ = m/(1 − β₁ᵗ),   v̂ = v/(1 − β₂ᵗ)
 * An update left out because its gradient or loss is not finite changes neither p nor m and v, but it counts in t.
 */
export class Adam extends Optimizer {
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  readonly amsgrad: boolean;
  readonly epsilon: "torch" | "keras";
  readonly biasCorrection: boolean;

  /** @throws ValueError if there are no parameters or no `lr`, a number is negative, a β is not less than 1, or an option is unknown */
  constructor(parameters: ParameterList, options: AdamOptions, kind: AdamKind = { where: "Adam" }) {
    const { where } = kind;
    const own = ["beta1", "beta2", "eps", "amsgrad", "epsilon", "biasCorrection"];
    const {
      beta1 = 0.9,
      beta2 = 0.999,
      eps = 1e-8,
      amsgrad = false,
      epsilon = "torch",
      biasCorrection = true,
    } = expectOptions(where, options, own);
    expectOneOf(where, { epsilon }, ["torch", "keras"]);
    expectDecays(where, { beta1, beta2 });
    expectAtLeast(where, { eps });
    super(kind, parameters, options); // no parameter is taken before all is known to be right
    this.beta1 = beta1;
    this.beta2 = beta2;
    this.eps = eps;
    this.amsgrad = amsgrad;
    this.epsilon = epsilon;
    this.biasCorrection = biasCorrection;
  }

  protected slots(): Readonly<Record<string, Slot>> {
    return { m: {}, v: {}, ...(this.amsgrad ? { largest: {} } : {}) };
  }

  protected numbers(t: number): Readonly<Record<string, number>> {
    const correction2 = this.biasCorrection ? 1 - this.beta2 ** t : 1;
    return {
      oneMinusBeta1: 1 - this.beta1,
      oneMinusBeta2: 1 - this.beta2,
      eps: this.epsilon === "keras" ? this.eps / Math.sqrt(correction2) : this.eps,
      correction1: this.biasCorrection ? 1 - this.beta1 ** t : 1,
      correction2,
    };
  }

  protected update({ tensors, slots, dims, options, scalars }: UpdateCall): readonly KernelNode[] {
    return [effect(adam, { ...tensors, ...slots }, { dims, options, scalars: scalarsOf(adam, scalars) })];
  }
}

/** What a class of Adam's family is, where it is not Adam itself. */
type AdamKind = { readonly where: string; readonly decay?: "decoupled"; readonly weightDecay?: number };

/**
 * Adam with decoupled weight decay (Loshchilov & Hutter 2019): p ← p − lr·weightDecay·p before Adam's step. As in Adam,
 * an update left out for a gradient or loss that is not finite still counts in t.
 */
export class AdamW extends Adam {
  constructor(parameters: ParameterList, options: AdamOptions) {
    super(parameters, options, { where: "AdamW", decay: "decoupled", weightDecay: 0.01 });
  }
}
