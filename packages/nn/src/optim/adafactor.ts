import {
  adafactorDirection,
  adafactorFactors,
  adafactorMeans,
  adafactorScales,
  applyDirection,
  FACTOR_WORDS,
  factorCount,
  factorLines,
} from "@unroll/kernels";
import type { KernelNode } from "../graph/node";
import { effect } from "../graph/run";
import { expectAtLeast } from "../ops/options";
import type { Tensor } from "../tensor/tensor";
import { type ClippingUnits, clippingUnits } from "./clipping-units";
import type { ParameterList } from "./groups";
import { Optimizer } from "./optimizer";
import { type OptimizerOptions, type Slot, scalarsOf, type UpdateCall } from "./optimizer-options";
import { expectOptions } from "./options";
import type { Segment } from "./segment";
import { hostTable, parameterUnits } from "./settings-table";

export interface AdafactorOptions extends OptimizerOptions {
  /** The decay of the mean of squares at update t is 1 − t^beta2Decay; −0.8 by default. */
  beta2Decay?: number;
  /** Added to squared gradients; 1e-30 by default. */
  eps1?: number;
  /** The least that the size of a parameter is taken for; 1e-3 by default. */
  eps2?: number;
  /** The root mean square of a step is held within this times the step size; 1 by default. */
  threshold?: number;
  /** Whether the rate is at most 1/√t; true by default. */
  relativeStep?: boolean;
}

/**
 * Adafactor (Shazeer & Stern 2018), as Keras has it: the mean of squared gradients of a matrix is kept as the means of its
 * rows and columns, so that R·C elements cost R + C words.
 *   v̂_ij = (r_i/mean(r))·c_j;   u = g/√v̂;   p ← p − max(ε₂, rms(p))·ρₜ·u/max(1, rms(u)/threshold),   ρₜ = min(lr, 1/√t)
 * Parameters of more than two axes are stacks of matrices; those of one keep all of v. An update is seven dispatches,
 * five for each further segment of parameters.
 */
export class Adafactor extends Optimizer {
  readonly beta2Decay: number;
  readonly eps1: number;
  readonly eps2: number;
  readonly threshold: number;
  readonly relativeStep: boolean;
  readonly #layouts: ReadonlyMap<Segment, FactorLayout>;

  /** @throws ValueError if there are no parameters or no `lr`, a number is out of range, or an option is unknown */
  constructor(parameters: ParameterList, options: AdafactorOptions) {
    const own = ["beta2Decay", "eps1", "eps2", "threshold", "relativeStep"];
    const checked = expectOptions("Adafactor", options, own);
    const { beta2Decay = -0.8, eps1 = 1e-30, eps2 = 1e-3, threshold = 1, relativeStep = true } = checked;
    expectAtLeast("Adafactor", { eps1, eps2, threshold, "−beta2Decay": -beta2Decay });
    super({ where: "Adafactor", decay: "decoupled", needsTable: true }, parameters, options);
    this.beta2Decay = beta2Decay;
    this.eps1 = eps1;
    this.eps2 = eps2;
    this.threshold = threshold;
    this.relativeStep = relativeStep;
    const units = clippingUnits(this.groups, this.clipScope);
    this.#layouts = new Map(this.flat.segments.map((segment) => [segment, factorLayout(segment, units)]));
  }

  protected slots(): Readonly<Record<string, Slot>> {
    return { factors: { words: (segment) => this.#layout(segment).factors } };
  }

  protected override tables(): readonly Tensor[] {
    return [...this.#layouts.values()].flatMap(({ units, places, slabs }) => [units, places, slabs]);
  }

  #layout(segment: Segment): FactorLayout {
    return this.#layouts.get(segment) as FactorLayout;
  }

  protected numbers(t: number): Readonly<Record<string, number>> {
    const { eps1, eps2, threshold } = this;
    const most = this.relativeStep ? 1 / Math.sqrt(t) : 3.4028234663852886e38;
    return { oneMinusBeta2: t ** this.beta2Decay, eps1, eps2, threshold, most };
  }

  protected update({ segment, tensors, slots, dims, options, scalars }: UpdateCall): readonly KernelNode[] {
    const { parameters, gradients, report, settings, scales: clip } = tensors;
    const { n, P, U } = dims;
    const { units, places, slabs, factors: F, lines: L } = this.#layout(segment);
    const S = slabs.shape[0] as number;
    const { factors } = slots;
    const moments = effect(
      adafactorFactors,
      { gradients, factors, places, report, ...(clip ? { scales: clip } : {}) },
      { dims: { n, P, U, F, L }, scalars: scalarsOf(adafactorFactors, scalars) },
    );
    const average = effect(adafactorMeans, { factors, slabs }, { dims: { F, S } });
    const direction = effect(
      adafactorDirection,
      {
        parameters,
        gradients,
        factors,
        means: average.outputs.means,
        places,
        report,
        ...(clip ? { scales: clip } : {}),
      },
      { dims: { n, P, U, F, S }, scalars: scalarsOf(adafactorDirection, scalars) },
    );
    const scaling = effect(
      adafactorScales,
      { sums: direction.outputs.sums, units, settings },
      { dims: { n, P }, options, scalars: scalarsOf(adafactorScales, scalars) },
    );
    const { scales } = scaling.outputs;
    const inputs = { parameters, directions: gradients, settings, scales, report };
    return [moments, average, direction, scaling, effect(applyDirection, inputs, { dims: { n, P }, options })];
  }
}

interface FactorLayout {
  /** [P, 4], as `parameterUnits` makes them. */
  readonly units: Tensor;
  /** [P, 8], as `FACTOR_WORDS` says. */
  readonly places: Tensor;
  /** [S, 2]: the first row factor of each matrix, and its rows. */
  readonly slabs: Tensor;
  readonly factors: number;
  readonly lines: number;
}

/** Where the factors of each parameter of a segment lie. */
function factorLayout(segment: Segment, clipping: ClippingUnits): FactorLayout {
  const { parameters, starts } = segment;
  const places: number[] = [];
  const slabs: number[] = [];
  let [factors, lines] = [0, 0];
  for (const [k, parameter] of parameters.entries()) {
    const { shape, size } = parameter;
    const [R, C] = shape.length < 2 ? [0, size] : (shape.slice(-2) as [number, number]);
    const Z = R > 0 ? size / (R * C) : 1;
    const { unit = 0 } = clipping.of.get(parameter) ?? {};
    places.push(starts[k] as number, R, C, Z, factors, lines, slabs.length / 2, unit);
    for (let slab = 0; R > 0 && slab < Z; slab++) slabs.push(factors + slab * R, R);
    factors += factorCount(Z, R, C);
    lines += factorLines(Z, R, C);
  }
  if (slabs.length === 0) slabs.push(0, 0); // no array of a kernel is empty
  return {
    units: parameterUnits(segment),
    places: hostTable(Uint32Array.from(places), "factor places", FACTOR_WORDS),
    slabs: hostTable(Uint32Array.from(slabs), "factor slabs", 2),
    factors,
    lines,
  };
}
