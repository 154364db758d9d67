import { adadelta } from "@unroll/kernels";
import type { KernelNode } from "../graph/node";
import { effect } from "../graph/run";
import { expectAtLeast } from "../ops/options";
import type { ParameterList } from "./groups";
import { Optimizer } from "./optimizer";
import { type OptimizerOptions, type Slot, scalarsOf, type UpdateCall } from "./optimizer-options";
import { expectDecays, expectOptions } from "./options";

export interface AdadeltaOptions extends OptimizerOptions {
  /** Decay of both means of squares; 0.9 by default. */
  rho?: number;
  /** 1e-6 by default. */
  eps?: number;
}

/**
 * Adadelta (Zeiler 2012), which finds its own step size; the paper has lr = 1:
 *   v ← ρ·v + (1 − ρ)·g²;   d = g·√(u + ε)/√(v + ε);   u ← ρ·u + (1 − ρ)·d²;   p ← p − lr·d
 */
export class Adadelta extends Optimizer {
  readonly rho: number;
  readonly eps: number;

  /** @throws ValueError if there are no parameters or no `lr`, a number is negative, ρ is not less than 1, or an option is unknown */
  constructor(parameters: ParameterList, options: AdadeltaOptions) {
    const { rho = 0.9, eps = 1e-6 } = expectOptions("Adadelta", options, ["rho", "eps"]);
    expectDecays("Adadelta", { rho });
    expectAtLeast("Adadelta", { eps });
    super({ where: "Adadelta" }, parameters, options);
    this.rho = rho;
    this.eps = eps;
  }

  protected slots(): Readonly<Record<string, Slot>> {
    return { v: {}, u: {} };
  }

  protected numbers(): Readonly<Record<string, number>> {
    return { oneMinusRho: 1 - this.rho, eps: this.eps };
  }

  protected update({ tensors, slots, dims, options, scalars }: UpdateCall): readonly KernelNode[] {
    return [effect(adadelta, { ...tensors, ...slots }, { dims, options, scalars: scalarsOf(adadelta, scalars) })];
  }
}
