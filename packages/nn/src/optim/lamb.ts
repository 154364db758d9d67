import { applyDirection, lambDirection, lambScales } from "@unroll/kernels";
import type { KernelNode } from "../graph/node";
import { effect } from "../graph/run";
import { expectAtLeast } from "../ops/options";
import type { Tensor } from "../tensor/tensor";
import type { ParameterList } from "./groups";
import { Optimizer } from "./optimizer";
import { type OptimizerOptions, type Slot, scalarsOf, type UpdateCall } from "./optimizer-options";
import { expectDecays, expectOptions } from "./options";
import type { Segment } from "./segment";
import { parameterUnits } from "./settings-table";

export interface LAMBOptions extends Omit<OptimizerOptions, "decay"> {
  /** 0.9 by default. */
  beta1?: number;
  /** 0.999 by default. */
  beta2?: number;
  /** 1e-6 by default. */
  eps?: number;
  /** `l2`: weightDecay·p is part of the direction u, as in the paper. `decoupled`: p shrinks by lr·weightDecay·p first, as in Keras. */
  decay?: "l2" | "decoupled";
}

/**
 * LAMB (You et al. 2020), Adam whose step for each parameter is as long as lr times the parameter:
 *   u = m̂/(√v̂ + ε) + weightDecay·p;   p ← p − lr·(‖p‖/‖u‖)·u,   the quotient 1 where either norm is 0
 * An update is five dispatches, three for each further segment of parameters.
 */
export class LAMB extends Optimizer {
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  readonly #units: ReadonlyMap<Segment, Tensor>;

  /** @throws ValueError if there are no parameters or no `lr`, a number is negative, a β is not less than 1, or an option is unknown */
  constructor(parameters: ParameterList, options: LAMBOptions) {
    const { beta1 = 0.9, beta2 = 0.999, eps = 1e-6 } = expectOptions("LAMB", options, ["beta1", "beta2", "eps"]);
    expectDecays("LAMB", { beta1, beta2 });
    expectAtLeast("LAMB", { eps });
    super({ where: "LAMB", needsTable: true }, parameters, options);
    this.beta1 = beta1;
    this.beta2 = beta2;
    this.eps = eps;
    this.#units = new Map(this.flat.segments.map((segment) => [segment, parameterUnits(segment)]));
  }

  protected slots(): Readonly<Record<string, Slot>> {
    return { m: {}, v: {} };
  }

  protected override tables(): readonly Tensor[] {
    return [...this.#units.values()];
  }

  protected numbers(t: number): Readonly<Record<string, number>> {
    const { beta1, beta2, eps } = this;
    const corrections = { correction1: 1 - beta1 ** t, correction2: 1 - beta2 ** t };
    return { oneMinusBeta1: 1 - beta1, oneMinusBeta2: 1 - beta2, eps, ...corrections };
  }

  protected update({ segment, tensors, slots, dims, options, scalars }: UpdateCall): readonly KernelNode[] {
    const { parameters, gradients, report, settings } = tensors;
    const { n, P } = dims;
    const call = { dims, options, scalars: scalarsOf(lambDirection, scalars) };
    const direction = effect(lambDirection, { ...tensors, ...slots }, call);
    const { sums } = direction.outputs;
    const scaling = effect(lambScales, { sums, units: this.#units.get(segment), settings }, { dims: { n, P } });
    const { scales } = scaling.outputs;
    const inputs = { parameters, directions: gradients, settings, scales, report };
    return [direction, scaling, effect(applyDirection, inputs, { dims: { n, P }, options })];
  }
}
