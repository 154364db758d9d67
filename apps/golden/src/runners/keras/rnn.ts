import { detach, matmul, reshape, type Tensor } from "@unroll/nn";
import type { RecurrentLayer } from "../recurrent/layer";
import { planMask } from "../recurrent/mask";

/** How Keras's RNN layer wraps its cells. */
export type RnnConfig = {
  readonly returnSequences: boolean;
  readonly goBackwards: boolean;
  readonly stateful: boolean;
  readonly zeroOutputForMask: boolean;
};

export type RnnCall = {
  /** Whether each step of each row takes part [B, T]; all do when absent. */
  readonly mask?: ArrayLike<number> | undefined;
  /** [B, H] each, cell by cell; in the place of zeros, or of what a stateful layer kept. */
  readonly initialState?: readonly Tensor[] | undefined;
};

export type RnnResult = {
  /** [B, T, H] in the order in which steps are processed, or [B, H] without `returnSequences`. */
  readonly output: Tensor;
  /** [B, H] each, cell by cell. */
  readonly states: readonly Tensor[];
};

/** A Keras RNN layer over one cell or a stack of them, made of our recurrent modules. */
export class KerasRnn {
  readonly layers: readonly RecurrentLayer[];
  readonly config: RnnConfig;
  /** What a stateful layer keeps from call to call. */
  #kept: readonly Tensor[] | undefined;

  constructor(layers: readonly RecurrentLayer[], config: RnnConfig) {
    this.layers = layers;
    this.config = config;
  }

  get kept(): readonly Tensor[] {
    return this.#kept ?? [];
  }

  resetState(): void {
    this.#kept = undefined;
  }

  /** x [B, T, I]. Steps that the mask leaves out change no state and cost no step: rows are packed and unpacked. */
  call(x: Tensor, { mask, initialState = this.#kept }: RnnCall = {}): RnnResult {
    const [B = 0, T = 0] = x.shape;
    const { goBackwards: backwards, zeroOutputForMask: zeroOutput, returnSequences } = this.config;
    const plan = planMask({ B, T, mask, backwards, zeroOutput });
    let output = mask ? matmul(plan.gather, x) : x;
    const states: Tensor[] = [];
    let next = 0;
    for (const layer of this.layers) {
      const own = initialState?.slice(next, next + layer.stateCount);
      next += layer.stateCount;
      const result = layer.forward(output, {
        states: own?.map((state) => reshape(state, [1, ...state.shape])),
        lengths: mask ? plan.lengths : undefined,
      });
      output = result.output;
      states.push(...result.states.map((state) => reshape(state, state.shape.slice(1))));
    }
    if (initialState && initialState.length !== next) {
      throw new TypeError(`There should be ${next} initial states but there are ${initialState.length}.`);
    }
    // The graph is cut between the calls of a stateful layer, as truncated back-propagation does.
    if (this.config.stateful) this.#kept = states.map(detach);
    if (returnSequences) return { output: mask || backwards ? matmul(plan.scatter, output) : output, states };
    if (mask) return { output: reshape(matmul(plan.last, output), [B, output.shape.at(-1) ?? 0]), states };
    const last = this.layers.at(-1)?.stateCount ?? 1;
    return { output: states.at(-last) ?? output, states };
  }
}
