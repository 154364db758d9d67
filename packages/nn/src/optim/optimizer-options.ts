import type { AnyKernel, ScalarsOf } from "@unroll/kernels";
import type { Expansion } from "../plan/plan";
import type { Request } from "../plan/request";
import type { Trace } from "../plan/trace";
import type { Scalar } from "../tensor/scalar";
import type { Storage } from "../tensor/storage";
import type { Tensor } from "../tensor/tensor";
import type { AverageOptions } from "./average";
import type { ClipScope } from "./clipping-units";
import type { Schedule } from "./schedule";
import type { Segment } from "./segment";

/** What every optimizer takes. */
export interface OptimizerOptions {
  /** Learning rate, or a schedule of it; it may be changed at any time through `optimizer.lr`. */
  lr: number | Schedule;
  /** How strongly parameters are drawn to zero; `decay` says in which way. 0 by default, 0.01 of AdamW. */
  weightDecay?: number;
  /**
   * `l2`: weightDecay·p is added to the gradient. `decoupled`: p shrinks by lr·weightDecay·p before the step. `l2` by
   * default, but of AdamW, Lion and Adafactor.
   */
  decay?: "l2" | "decoupled";
  /** Scales gradients so that their norm is at most this (Pascanu et al. 2013); not at all by default. */
  clipNorm?: number;
  /** Which gradients have a norm together: those of all parameters, of each group, of each parameter; `all` by default. */
  clipScope?: ClipScope;
  /** Then holds each element of it within ± this; not at all by default. */
  clipValue?: number;
  /** Keeps an average of the weights, for `swapAverage`. */
  average?: AverageOptions;
}

export interface MinimizeOptions {
  /** Further tensors to compute in the same submission, from the parameters as they were before the update. */
  evaluate?: readonly Tensor[];
}

export interface AccumulateOptions extends MinimizeOptions {
  /** What this loss counts for beside the others: its rows, say, where batches differ in size. */
  weight?: number;
}

/** A slot of a rule: what it starts at, and its words for a segment where it is not one for each word of the parameters. */
export interface Slot {
  readonly initial?: number;
  readonly words?: (segment: Segment) => number;
}

/** What a rule makes its kernel calls for a segment of. */
export interface UpdateCall {
  readonly segment: Segment;
  readonly tensors: {
    readonly parameters: Tensor;
    readonly gradients: Tensor;
    readonly report: Tensor;
    readonly settings?: Tensor;
    readonly scales?: Tensor;
  };
  readonly slots: Readonly<Record<string, Tensor>>;
  readonly dims: { readonly n: number; readonly P: number; readonly U: number };
  readonly options: { readonly decoupled: boolean };
  /** The rule's own numbers, and lr, weightDecay, clipNorm and clipValue. */
  readonly scalars: Readonly<Record<string, Scalar>>;
}

/** What a class of optimizer is. */
export interface OptimizerKind {
  readonly where: string;
  readonly decay?: "l2" | "decoupled";
  readonly weightDecay?: number;
  /** Whether its kernels need the table of settings even where all parameters are alike. */
  readonly needsTable?: boolean;
}

/** Those of a call's numbers that a kernel takes. */
export function scalarsOf<K extends AnyKernel>(
  kernel: K,
  scalars: Readonly<Record<string, Scalar>>,
): { readonly [N in keyof ScalarsOf<K>]: Scalar } {
  const names = Object.keys(kernel.scalars ?? {});
  return Object.fromEntries(names.map((name) => [name, scalars[name]])) as { [N in keyof ScalarsOf<K>]: Scalar };
}

/** What an update asks of the executor, and the walk of it: one serves for all that has to be known of the graph. */
export interface Asked {
  readonly request: Request;
  readonly forward: Trace;
}

/** What an update is asked for with. */
export interface Updating {
  readonly roots: readonly Tensor[];
  readonly prefix: string;
  readonly walk: Trace;
  readonly expand: (scalars: Record<string, Scalar>) => Expansion;
  readonly beside?: readonly Scalar[];
  /** What has to have come to be before. */
  readonly after?: readonly Storage[];
}
