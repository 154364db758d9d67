import { add, mul, sub } from "../../ops/arithmetic";
import { sigmoid, tanh } from "../../ops/elementwise";
import { expectOneOf } from "../../ops/options";
import { sharedGenerator } from "../../random/generator";
import { expectKnown } from "../../tensor/known-options";
import type { Parameter } from "../../tensor/parameter";
import type { Tensor } from "../../tensor/tensor";
import { Cell, type StepResult } from "./cell";
import { type CellOptions, gatesOf, uniformParameter } from "./weights";

export interface GRUCellOptions extends CellOptions {
  /**
   * When the reset gate acts: after the recurrent product (PyTorch, Keras), or before it (Cho et al. 2014, ONNX).
   * `after` by default.
   */
  reset?: "after" | "before";
}

type State = { h: Tensor };
/** The gates' input products. */
type Gates = { r: Tensor; z: Tensor; n: Tensor };

/**
 * One step of a gated recurrent unit (Cho et al. 2014), as `GRU` computes it with a fused kernel:
 *   r = σ(W_r·x_t + R_r·h_{t−1} + b_r);   z = σ(W_z·x_t + R_z·h_{t−1} + b_z);   h_t = (1 − z)·n + z·h_{t−1}
 *   n = tanh(W_n·x_t + b_n + r·(R_n·h_{t−1} + b_R))      with `reset: "after"`
 *   n = tanh(W_n·x_t + b_n + R_n·(r·h_{t−1}))            with `reset: "before"`
 */
export class GRUCell extends Cell<State, Gates> {
  readonly reset: "after" | "before";
  readonly weightIh: Parameter; //             W [3H, I], rows unit by unit, r z n within each
  readonly bias: Parameter; //                 b [3H]
  readonly weightHh: Parameter; //             R_r, R_z and, resetting after, R_n: [3H, H] or [2H, H], unit by unit
  readonly weightCandidate: Parameter | null; // R_n [H, H], resetting before
  readonly recurrentBias: Parameter | null; // b_R [H], resetting after

  /** @throws ValueError if a size is not a positive whole number, or `reset` is neither */
  constructor(inputSize: number, hiddenSize: number, options: GRUCellOptions = {}) {
    const { reset = "after", rng = sharedGenerator() } = expectKnown("GRUCell", options, ["rng", "reset"]);
    super({ inputSize, outputSize: hiddenSize, states: { h: hiddenSize } });
    this.reset = expectOneOf("GRUCell", { reset }, ["after", "before"]);
    const isAfter = reset === "after";
    const draw = (...shape: number[]): Parameter => uniformParameter(shape, hiddenSize, rng);
    this.weightIh = draw(3 * hiddenSize, inputSize);
    this.bias = draw(3 * hiddenSize);
    this.weightHh = draw((isAfter ? 3 : 2) * hiddenSize, hiddenSize);
    this.weightCandidate = isAfter ? null : draw(hiddenSize, hiddenSize);
    this.recurrentBias = isAfter ? draw(hiddenSize) : null;
  }

  override prepare(x: Tensor): Gates {
    const a = this.product(x, this.weightIh, this.bias);
    const [r, z, n] = gatesOf(a, 3) as [Tensor, Tensor, Tensor];
    return { r, z, n };
  }

  step(x: Gates, { h }: State, seen: State): StepResult<State> {
    const R = this.product(seen.h, this.weightHh);
    const [hr, hz, hn] = gatesOf(R, this.reset === "after" ? 3 : 2) as [Tensor, Tensor, Tensor?];
    const r = sigmoid(add(x.r, hr));
    const z = sigmoid(add(x.z, hz));
    const n = tanh(add(x.n, this.#candidate(r, hn, seen.h)));
    const next = add(mul(sub(1, z), n), mul(z, h));
    return { output: next, state: { h: next } };
  }

  /** What the candidate gets of the state: its recurrent product, reset before or after. */
  #candidate(r: Tensor, hn: Tensor | undefined, h: Tensor): Tensor {
    const { weightCandidate, recurrentBias } = this;
    if (hn && recurrentBias) return mul(r, add(hn, this.inPrecision(recurrentBias)));
    return this.product(mul(r, h), weightCandidate as Parameter);
  }
}
