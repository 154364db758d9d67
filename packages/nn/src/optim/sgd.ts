import { type ScalarsOf, sgd } from "@unroll/kernels";
import type { KernelNode } from "../graph/node";
import { effect } from "../graph/run";
import type { Parameter } from "../tensor/parameter";
import { type Scalar, scalar } from "../tensor/scalar";
import type { Tensor } from "../tensor/tensor";
import { expectAtLeastZero, Optimizer, type OptimizerOptions } from "./optimizer";
import { expectOptions } from "./options";

export interface SGDOptions extends OptimizerOptions {
  momentum?: number;
  /**
   * How much of each gradient is kept out of the velocity, from the second update on. An update left out because its
   * gradient or loss is not finite counts too: after one at the start, the first velocity is dampened.
   */
  dampening?: number;
  /** L2 penalty: weightDecay·p is added to the gradient. */
  weightDecay?: number;
  /** Looks ahead along the velocity (Sutskever et al. 2013). */
  nesterov?: boolean;
}

/**
 * Stochastic gradient descent, with momentum as in PyTorch:
 *   g ← g + weightDecay·p;   v ← momentum·v + (1 − dampening)·g;   p ← p − lr·v
 */
export class SGD extends Optimizer {
  readonly momentum: number;
  readonly dampening: number;
  readonly weightDecay: number;
  readonly nesterov: boolean;
  #velocity: Tensor | null = null;

  /** @throws ValueError if there are no parameters or no `lr`, or a number is negative */
  constructor(parameters: readonly Parameter[], options: SGDOptions) {
    const { momentum = 0, dampening = 0, weightDecay = 0, nesterov = false } = expectOptions("SGD", options);
    expectAtLeastZero("SGD", { momentum, dampening, weightDecay }); // before any parameter is taken
    super("SGD", parameters, options);
    this.momentum = momentum;
    this.dampening = dampening;
    this.weightDecay = weightDecay;
    this.nesterov = nesterov;
  }

  protected prepareState(zeros: (name: string) => Tensor): void {
    if (this.momentum > 0) this.#velocity = zeros("velocity");
  }

  protected state(): Readonly<Record<string, Tensor>> {
    return this.#velocity ? { velocity: this.#velocity } : {};
  }

  protected scalars(t: number): Readonly<Record<string, Scalar>> {
    return {
      lr: scalar(this.lr),
      momentum: scalar(this.momentum),
      dampening: scalar(t === 1 ? 0 : this.dampening), // the first velocity is the whole gradient
      weightDecay: scalar(this.weightDecay),
    };
  }

  protected update(
    tensors: { parameters: Tensor; gradients: Tensor; report: Tensor },
    scalars: { readonly [N in keyof ScalarsOf<typeof sgd>]: Scalar },
  ): KernelNode {
    const velocity = this.#velocity ?? undefined;
    return effect(
      sgd,
      { ...tensors, velocity },
      { dims: { n: this.flat.size }, options: { nesterov: this.nesterov }, scalars },
    );
  }
}
