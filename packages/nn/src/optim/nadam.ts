import { nadam } from "@unroll/kernels";
import type { KernelNode } from "../graph/node";
import { effect } from "../graph/run";
import { expectAtLeast } from "../ops/options";
import type { ParameterList } from "./groups";
import { Optimizer } from "./optimizer";
import { type OptimizerOptions, type Slot, scalarsOf, type UpdateCall } from "./optimizer-options";
import { expectDecays, expectOptions } from "./options";

export interface NadamOptions extends OptimizerOptions {
  /** 0.9 by default. */
  beta1?: number;
  /** 0.999 by default. */
  beta2?: number;
  /** 1e-8 by default. */
  eps?: number;
  /**
   * How fast the momentum of update t rises to β₁: it is β₁·(1 − ½·0.96^(t·momentumDecay)). 0.004 by
   * default, as in PyTorch; Keras has 1.
   */
  momentumDecay?: number;
}

/**
 * Nadam (Dozat 2016), Adam that looks ahead along its mean: with μₜ = β₁·(1 − ½·0.96^(t·momentumDecay)),
 *   p ← p − lr·m̂/(√v̂ + ε),   m̂ = μₜ₊₁·m/(1 − Π_{i≤t+1} μᵢ) + (1 − μₜ)·g/(1 − Π_{i≤t} μᵢ)
 */
export class Nadam extends Optimizer {
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  readonly momentumDecay: number;
  /** Π_{i≤t} μᵢ of the last t asked for. */
  #product = { t: 0, value: 1 };

  /** @throws ValueError if there are no parameters or no `lr`, a number is negative, a β is not less than 1, or an option is unknown */
  constructor(parameters: ParameterList, options: NadamOptions) {
    const own = ["beta1", "beta2", "eps", "momentumDecay"];
    const { beta1 = 0.9, beta2 = 0.999, eps = 1e-8, momentumDecay = 0.004 } = expectOptions("Nadam", options, own);
    expectDecays("Nadam", { beta1, beta2 });
    expectAtLeast("Nadam", { eps, momentumDecay });
    super({ where: "Nadam" }, parameters, options);
    this.beta1 = beta1;
    this.beta2 = beta2;
    this.eps = eps;
    this.momentumDecay = momentumDecay;
  }

  protected slots(): Readonly<Record<string, Slot>> {
    return { m: {}, v: {} };
  }

  #momentum(t: number): number {
    return this.beta1 * (1 - 0.5 * 0.96 ** (t * this.momentumDecay));
  }

  /** The product up to t, factor by factor from the first, so that it is the same however t was come to. */
  #productTo(t: number): number {
    let { t: at, value } = this.#product.t <= t ? this.#product : { t: 0, value: 1 };
    while (at < t) value *= this.#momentum(++at);
    this.#product = { t, value };
    return value;
  }

  protected numbers(t: number): Readonly<Record<string, number>> {
    const [now, next] = [this.#momentum(t), this.#momentum(t + 1)];
    const product = this.#productTo(t);
    return {
      oneMinusBeta1: 1 - this.beta1,
      oneMinusBeta2: 1 - this.beta2,
      eps: this.eps,
      correction2: 1 - this.beta2 ** t,
      meanFactor: next / (1 - product * next),
      gradientFactor: (1 - now) / (1 - product),
    };
  }

  protected update({ tensors, slots, dims, options, scalars }: UpdateCall): readonly KernelNode[] {
    return [effect(nadam, { ...tensors, ...slots }, { dims, options, scalars: scalarsOf(nadam, scalars) })];
  }
}
