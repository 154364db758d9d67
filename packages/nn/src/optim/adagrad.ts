import { adagrad } from "@unroll/kernels";
import type { KernelNode } from "../graph/node";
import { effect } from "../graph/run";
import { expectAtLeast, expectOneOf } from "../ops/options";
import type { ParameterList } from "./groups";
import { Optimizer } from "./optimizer";
import { type OptimizerOptions, type Slot, scalarsOf, type UpdateCall } from "./optimizer-options";
import { expectOptions } from "./options";

export interface AdagradOptions extends OptimizerOptions {
  /** The rate of update t is lr/(1 + (t − 1)·lrDecay); 0 by default. */
  lrDecay?: number;
  /** What the sums of squares start at; 0 by default. */
  initial?: number;
  /** 1e-10 by default. */
  eps?: number;
  /** Where ε is added: to √s as in PyTorch, or to s as in Keras. `torch` by default. */
  epsilon?: "torch" | "keras";
}

/** Adagrad (Duchi et al. 2011): s ← s + g²;   p ← p − lr·g/(√s + ε). */
export class Adagrad extends Optimizer {
  readonly lrDecay: number;
  readonly initial: number;
  readonly eps: number;
  readonly epsilon: "torch" | "keras";

  /** @throws ValueError if there are no parameters or no `lr`, a number is negative, or an option is unknown */
  constructor(parameters: ParameterList, options: AdagradOptions) {
    const own = ["lrDecay", "initial", "eps", "epsilon"];
    const { lrDecay = 0, initial = 0, eps = 1e-10, epsilon = "torch" } = expectOptions("Adagrad", options, own);
    expectAtLeast("Adagrad", { lrDecay, initial, eps });
    expectOneOf("Adagrad", { epsilon }, ["torch", "keras"]);
    super({ where: "Adagrad" }, parameters, options);
    this.lrDecay = lrDecay;
    this.initial = initial;
    this.eps = eps;
    this.epsilon = epsilon;
  }

  protected slots(): Readonly<Record<string, Slot>> {
    return { sum: { initial: this.initial } };
  }

  protected override rate(lr: number, t: number): number {
    return lr / (1 + (t - 1) * this.lrDecay);
  }

  protected numbers(): Readonly<Record<string, number>> {
    return { eps: this.eps };
  }

  protected update({ tensors, slots, dims, options, scalars }: UpdateCall): readonly KernelNode[] {
    const chosen = { ...options, insideRoot: this.epsilon === "keras" };
    return [effect(adagrad, { ...tensors, ...slots }, { dims, options: chosen, scalars: scalarsOf(adagrad, scalars) })];
  }
}
