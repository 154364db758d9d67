import { add, mul, sub } from "../../ops/arithmetic";
import { concat } from "../../ops/concat";
import { cast, sigmoid } from "../../ops/elementwise";
import { expectProbability } from "../../ops/options";
import { sharedGenerator } from "../../random/generator";
import { expectKnown } from "../../tensor/known-options";
import { type Parameter, parameter } from "../../tensor/parameter";
import type { Tensor } from "../../tensor/tensor";
import { constant } from "../init";
import { Cell, type StepResult } from "./cell";
import { type CellOptions, uniformParameter } from "./weights";

export interface SCRNCellOptions extends CellOptions {
  /** α: how much of the context is kept from step to step, from 0 up to but not including 1; 0.95 as in the paper. */
  decay?: number;
  /**
   * Whether every context unit learns its own α = σ(β), starting at `decay` (section 3.3 of the paper); false by
   * default.
   */
  adaptive?: boolean;
}

type State = { h: Tensor; s: Tensor };
/** The input's part of each: of the context S, and of the hidden units H. */
type Inputs = { s: Tensor; h: Tensor };

/**
 * One step of a structurally constrained recurrent network (Mikolov, Joulin, Chopra, Mathieu & Ranzato 2014, "Learning
 * longer memory in recurrent neural networks"): S context units that change slowly beside H hidden ones.
 *   s_t = (1 − α)·B·x_t + α·s_{t−1};   h_t = σ(P·s_t + A·x_t + R·h_{t−1})
 * The output is h and s side by side, [B, H + S]: a `Linear` over it is the paper's U·h_t + V·s_t.
 */
export class SCRNCell extends Cell<State, Inputs> {
  readonly decay: number;
  readonly weightContext: Parameter; //       B [S, I]
  readonly weightIh: Parameter; //            A [H, I]
  readonly weightContextHidden: Parameter; // P [H, S]
  readonly weightHh: Parameter; //            R [H, H]
  readonly retention: Parameter | null; //    β [S], of an adaptive context

  /** @throws ValueError if a size is not a positive whole number, or `decay` is out of range */
  constructor(inputSize: number, hiddenSize: number, contextSize: number, options: SCRNCellOptions = {}) {
    super({ inputSize, outputSize: hiddenSize + contextSize, states: { h: hiddenSize, s: contextSize } });
    expectKnown("SCRNCell", options, ["rng", "decay", "adaptive"]);
    const { rng = sharedGenerator(), decay = 0.95, adaptive = false } = options;
    this.decay = expectProbability("SCRNCell", { decay });
    this.weightContext = uniformParameter([contextSize, inputSize], contextSize, rng);
    this.weightIh = uniformParameter([hiddenSize, inputSize], hiddenSize, rng);
    this.weightContextHidden = uniformParameter([hiddenSize, contextSize], hiddenSize, rng);
    this.weightHh = uniformParameter([hiddenSize, hiddenSize], hiddenSize, rng);
    const odds = Math.log(Math.max(decay, 1e-6) / (1 - decay)); // σ⁻¹(α)
    this.retention = adaptive ? parameter(constant([contextSize], odds)) : null;
  }

  override prepare(x: Tensor): Inputs {
    const context = this.product(x, this.weightContext);
    const { retention, decay } = this;
    const s = mul(context, retention ? sub(1, sigmoid(retention)) : 1 - decay);
    return { s, h: this.product(x, this.weightIh) };
  }

  step(x: Inputs, { s }: State, seen: State): StepResult<State> {
    const { retention, decay } = this;
    const context = add(x.s, mul(s, retention ? sigmoid(retention) : decay));
    const fromContext = this.product(context, this.weightContextHidden);
    const h = sigmoid(add(add(fromContext, x.h), this.product(seen.h, this.weightHh)));
    return { output: concat([h, cast(context, h.dtype)], -1), state: { h, s: context } };
  }
}
