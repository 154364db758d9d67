import { UnrollError } from "@unroll/kernels";

/** All that an optimizer remembers, on the host: what a checkpoint keeps of it. */
export interface OptimizerState {
  /** The class: "Adam". */
  readonly kind: string;
  readonly updates: number;
  /** What the rule keeps for each element, by slot: an array for each parameter, in the optimizer's order. */
  readonly slots: ReadonlyMap<string, readonly Float32Array<ArrayBuffer>[]>;
  /** Slots that are laid out otherwise, whole. */
  readonly whole: ReadonlyMap<string, Float32Array<ArrayBuffer>>;
  /** Norm, skipped updates and scale of the loss, as `readReport` reads them; empty before the first update. */
  readonly report: Uint32Array<ArrayBuffer>;
  /** Gradients gathered since the last update, see `accumulate`. */
  readonly accumulated: { readonly count: number; readonly weight: number; readonly scaled: boolean };
  /** Whether the model computes with the average of the weights. */
  readonly swapped: boolean;
  /** Of schedules that remember: the optimizer's own first, then each group's; null where there is none. */
  readonly schedules: readonly (Readonly<Record<string, number>> | null)[];
}

/** A state that does not belong to this optimizer; each difference is named. */
export class OptimizerStateError extends UnrollError {
  override readonly name = "OptimizerStateError";
}
