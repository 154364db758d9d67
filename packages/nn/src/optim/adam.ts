import { adam, type ScalarsOf, ValueError } from "@unroll/kernels";
import type { KernelNode } from "../graph/node";
import { effect } from "../graph/run";
import { expectOneOf } from "../ops/options";
import type { Parameter } from "../tensor/parameter";
import { type Scalar, scalar } from "../tensor/scalar";
import type { Tensor } from "../tensor/tensor";
import { expectAtLeastZero, Optimizer, type OptimizerOptions } from "./optimizer";
import { expectOptions } from "./options";

export interface AdamOptions extends OptimizerOptions {
  /** Decay of the mean of gradients. */
  beta1?: number;
  /** Decay of the mean of squared gradients. */
  beta2?: number;
  eps?: number;
  /** Adam: an L2 penalty, weightDecay·p added to the gradient. AdamW: p shrinks by lr·weightDecay·p. */
  weightDecay?: number;
  /** Divides by the largest mean of squares so far (Reddi et al. 2018). */
  amsgrad?: boolean;
  /** Where ε is added: to √v̂ as in PyTorch and the paper's algorithm 1, or to the uncorrected √v as in Keras. */
  epsilon?: "torch" | "keras";
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
  readonly weightDecay: number;
  readonly amsgrad: boolean;
  readonly epsilon: "torch" | "keras";
  readonly #decoupled: boolean;
  #moments: { m: Tensor; v: Tensor; largest?: Tensor } | null = null;

  /** @throws ValueError if there are no parameters or no `lr`, a number is negative, or a β is not less than 1 */
  constructor(parameters: readonly Parameter[], options: AdamOptions, decoupled = false, where = "Adam") {
    const {
      beta1 = 0.9,
      beta2 = 0.999,
      eps = 1e-8,
      weightDecay = 0,
      amsgrad = false,
      epsilon = "torch",
    } = expectOptions(where, options);
    expectOneOf(where, { epsilon }, ["torch", "keras"]);
    expectAtLeastZero(where, { beta1, beta2, eps, weightDecay });
    for (const [what, beta] of Object.entries({ beta1, beta2 })) {
      if (beta >= 1) throw new ValueError({ where, what, expected: "less than 1", received: String(beta) });
    }
    super(where, parameters, options); // no parameter is taken before all is known to be right
    this.beta1 = beta1;
    this.beta2 = beta2;
    this.eps = eps;
    this.weightDecay = weightDecay;
    this.amsgrad = amsgrad;
    this.epsilon = epsilon;
    this.#decoupled = decoupled;
  }

  protected prepareState(zeros: (name: string) => Tensor): void {
    this.#moments = { m: zeros("m"), v: zeros("v"), ...(this.amsgrad ? { largest: zeros("largest") } : {}) };
  }

  protected state(): Readonly<Record<string, Tensor>> {
    return { ...this.#moments };
  }

  protected scalars(t: number): Readonly<Record<string, Scalar>> {
    const correction2 = 1 - this.beta2 ** t;
    return {
      lr: scalar(this.lr),
      oneMinusBeta1: scalar(1 - this.beta1),
      oneMinusBeta2: scalar(1 - this.beta2),
      eps: scalar(this.epsilon === "keras" ? this.eps / Math.sqrt(correction2) : this.eps),
      weightDecay: scalar(this.weightDecay),
      correction1: scalar(1 - this.beta1 ** t),
      correction2: scalar(correction2),
    };
  }

  protected update(
    tensors: { parameters: Tensor; gradients: Tensor; report: Tensor },
    scalars: { readonly [N in keyof ScalarsOf<typeof adam>]: Scalar },
  ): KernelNode {
    const options = { decoupled: this.#decoupled };
    return effect(adam, { ...tensors, ...this.#moments }, { dims: { n: this.flat.size }, options, scalars });
  }
}

/**
 * Adam with decoupled weight decay (Loshchilov & Hutter 2019): p ← p − lr·weightDecay·p before Adam's step. As in Adam,
 * an update left out for a gradient or loss that is not finite still counts in t.
 */
export class AdamW extends Adam {
  constructor(parameters: readonly Parameter[], options: AdamOptions) {
    super(parameters, { weightDecay: 0.01, ...options }, true, "AdamW");
  }
}
