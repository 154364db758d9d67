import { ValueError } from "@unroll/kernels";
import { add, greaterEqual, less, lessEqual, where } from "../../ops/arithmetic";
import { tanh } from "../../ops/elementwise";
import { linear } from "../../ops/linear";
import { sharedGenerator } from "../../random/generator";
import { refuseValue } from "../../tensor/kind";
import { expectKnown } from "../../tensor/known-options";
import { oncePerUpdate } from "../../tensor/once-per-update";
import type { Parameter } from "../../tensor/parameter";
import { type Tensor, tensor } from "../../tensor/tensor";
import { expectExtent } from "../options";
import { Cell, type StepResult } from "./cell";
import { type CellOptions, recurrentWeights } from "./weights";

export interface ClockworkCellOptions extends CellOptions {
  /** Any elementwise function; tanh by default. */
  activation?: (x: Tensor) => Tensor;
}

/** `phase` counts the steps since a unit was last computed, [B, H]. */
type State = { h: Tensor; phase: Tensor };

/**
 * One step of a clockwork RNN (Koutník, Greff, Gomez & Schmidhuber 2014): the hidden units are modules of equal size,
 * module g of which is computed only at the steps t = 0, 1, … with t mod T_g = 0 and keeps its values at all others:
 *   h_t = tanh(W·x_t + R·h_{t−1} + b) where t mod T_g = 0, else h_{t−1}
 * A module sees itself and slower ones: R is zero from the units of a shorter period to those of a longer one, whatever
 * the parameter holds there. Steps are counted from each row's first, and on over chunks that the state is carried over.
 */
export class ClockworkCell extends Cell<State> {
  readonly periods: readonly number[]; // T_g, rising
  readonly activation: (x: Tensor) => Tensor;
  readonly weightIh: Parameter; //        W [H, I]
  readonly weightHh: Parameter; //        R [H, H]
  readonly bias: Parameter; //            b [H]
  /** Period of each unit. */
  readonly #period: Float32Array<ArrayBuffer>;

  /**
   * @param periods of the modules, rising: 1, 2, 4, … as a rule
   * @throws ValueError if a size is not a positive whole number, the modules have not all one size, or periods do not rise
   */
  constructor(inputSize: number, hiddenSize: number, periods: readonly number[], options: ClockworkCellOptions = {}) {
    const states = { h: hiddenSize, phase: hiddenSize };
    super({ inputSize, outputSize: hiddenSize, states, units: ["h"] });
    const { rng = sharedGenerator(), activation = tanh } = expectKnown("ClockworkCell", options, ["rng", "activation"]);
    expectPeriods(periods, hiddenSize);
    this.periods = [...periods];
    this.activation = activation;
    const { weightIh, weightHh, bias } = recurrentWeights(1, inputSize, hiddenSize, { rng });
    this.weightIh = weightIh;
    this.weightHh = weightHh;
    this.bias = bias;
    const size = hiddenSize / periods.length;
    this.#period = Float32Array.from({ length: hiddenSize }, (_, u) => periods[Math.floor(u / size)] as number);
  }

  override prepare(x: Tensor): Tensor {
    return this.product(x, this.weightIh, this.bias);
  }

  step(x: Tensor, { h, phase }: State, seen: State): StepResult<State> {
    const weight = oncePerUpdate(this.weightHh, this.precision, () => this.#fromSlower());
    const fresh = this.activation(add(x, linear(this.inPrecision(seen.h), weight)));
    const next = where(less(phase, 0.5), fresh, h);
    const later = add(phase, 1);
    const period = oncePerUpdate(this.bias, "period", () => tensor(this.#period));
    return { output: next, state: { h: next, phase: where(greaterEqual(later, period), 0, later) } };
  }

  /** R without what would flow from faster units to slower ones. */
  #fromSlower(): Tensor {
    const H = this.outputSize;
    const to = tensor(this.#period, { shape: [H, 1] });
    const from = tensor(this.#period, { shape: [1, H] });
    return this.inPrecision(where(lessEqual(to, from), this.weightHh, 0));
  }
}

function expectPeriods(periods: readonly number[], hiddenSize: number): void {
  for (const period of periods) expectExtent("ClockworkCell", { periods: period });
  const isRising = periods.every((period, g) => g === 0 || period > (periods[g - 1] as number));
  if (!isRising || periods.length === 0) {
    throw new ValueError({
      where: "ClockworkCell",
      what: "periods",
      expected: "at least one, each longer than the one before",
      received: `[${periods.join(", ")}]`,
    });
  }
  if (hiddenSize % periods.length === 0) return;
  refuseValue(
    "ClockworkCell",
    { hiddenSize },
    `a multiple of the ${periods.length} periods, each of which is that of a module of its own`,
  );
}
