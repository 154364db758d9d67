import { add, concat, matmul, mul, type Tensor } from "@unroll/nn";
import { UnsupportedCase } from "../../compare";
import { planMask } from "../recurrent/mask";
import type { KerasRnn, RnnCall, RnnResult } from "./rnn";

const MERGE_MODES = ["concat", "sum", "mul", "ave"] as const;
type MergeMode = (typeof MERGE_MODES)[number] | null;

/** @throws UnsupportedCase for another mode */
export function mergeModeOf(mode: unknown): MergeMode {
  const known = mode === null ? null : MERGE_MODES.find((each) => each === mode);
  if (known === undefined) throw new UnsupportedCase(`merge mode ${String(mode)}`);
  return known;
}

type BidirectionalResult = {
  /** The merged output; undefined where both are kept apart. */
  readonly output: Tensor | undefined;
  readonly forward: Tensor;
  readonly backward: Tensor;
  readonly states: RnnResult["states"];
};

/** Keras's Bidirectional wrapper: two layers over one sequence, their outputs in step and merged. */
export class KerasBidirectional {
  readonly forward: KerasRnn;
  readonly backward: KerasRnn;
  readonly mergeMode: MergeMode;

  constructor(forward: KerasRnn, backward: KerasRnn, mergeMode: MergeMode) {
    this.forward = forward;
    this.backward = backward;
    this.mergeMode = mergeMode;
  }

  get kept(): readonly Tensor[] {
    return [...this.forward.kept, ...this.backward.kept];
  }

  resetState(): void {
    this.forward.resetState();
    this.backward.resetState();
  }

  /** Initial states: those of the forward layer, then those of the backward layer. */
  call(x: Tensor, { mask, initialState }: RnnCall = {}): BidirectionalResult {
    const half = (initialState?.length ?? 0) / 2;
    const there = this.forward.call(x, { mask, initialState: initialState?.slice(0, half) });
    const back = this.backward.call(x, { mask, initialState: initialState?.slice(half) });
    const backward = this.backward.config.returnSequences ? flipped(back.output) : back.output;
    const states = [...there.states, ...back.states];
    return { output: this.#merge(there.output, backward), forward: there.output, backward, states };
  }

  #merge(a: Tensor, b: Tensor): Tensor | undefined {
    if (this.mergeMode === null) return undefined;
    if (this.mergeMode === "concat") return concat([a, b], -1);
    if (this.mergeMode === "mul") return mul(a, b);
    return this.mergeMode === "sum" ? add(a, b) : mul(add(a, b), 0.5);
  }
}

/** [B, T, H] with its steps in reverse order. */
function flipped(x: Tensor): Tensor {
  const [B = 0, T = 0] = x.shape;
  return matmul(planMask({ B, T, backwards: true, zeroOutput: false }).scatter, x);
}
