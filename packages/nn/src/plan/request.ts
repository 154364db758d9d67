import type { Device } from "@unroll/kernels";
import { clock } from "../tensor/clock";
import type { Scalar } from "../tensor/scalar";
import type { Storage } from "../tensor/storage";
import type { Tensor } from "../tensor/tensor";
import type { Expansion } from "./plan";
import { type Trace, trace } from "./trace";

/** Something to compute, as one submission. */
export interface Request {
  /** Tensors whose values are wanted. */
  readonly roots: readonly Tensor[];
  /** Where their values go, by root; memory of their own if not said. */
  readonly into?: ReadonlyMap<Tensor, Storage>;
  /** What distinguishes this request from another over an equal graph. */
  readonly prefix?: string;
  /** Numbers beside those in the graph that each run brings. */
  readonly scalars?: readonly Scalar[];
  /** Host tensors beside those in the graph that each run brings anew. */
  readonly tables?: readonly Tensor[];
  /** Where it runs; by default where the tensors of the graph are. */
  readonly device?: Device;
  /** Called when the plan is first made. */
  readonly expand?: () => Expansion;
  /** Parameters that the work changes. */
  readonly changes?: readonly Tensor[];
  /** What earlier requests have to have made. */
  readonly after?: readonly Storage[];
}

/** What its plan is found by. */
export const keyOf = ({ prefix = "" }: Request, { key }: Trace): string => `${prefix}${key}`;

/** The walk of a request, its own numbers and tables included. */
export function traceRequest({ roots, scalars = [], tables = [] }: Request, forward: Trace = trace(roots)): Trace {
  if (scalars.length + tables.length === 0) return forward;
  const beside = tables.map((tensor) => ({ tensor, kind: "upload" as const }));
  return { ...forward, leaves: [...forward.leaves, ...beside], scalars: [...forward.scalars, ...scalars] };
}

/** A request that also computes the buffers that its graph changes. */
export function withUpdates(request: Request, { updated }: Trace): Request {
  return updated.size === 0 ? request : { ...request, roots: [...request.roots, ...updated.values()] };
}

/** Marks a walk's updates as done, so that no further walk takes them up; what it returns takes that back. */
export function takeUp({ updates }: Trace): () => void {
  for (const update of updates) update.done = true;
  return () => {
    for (const update of updates) update.done = false;
  };
}

/** Notes that parameters change now; what it returns takes that back, unless they were changed again since. */
export function markChanged(parameters: readonly Tensor[]): () => void {
  const now = ++clock.now;
  const before = parameters.map(({ variable }) => variable?.changedAt ?? 0);
  for (const { variable } of parameters) if (variable) variable.changedAt = now;
  return () => {
    for (const [index, { variable }] of parameters.entries()) {
      if (variable?.changedAt === now) variable.changedAt = before[index] as number;
    }
  };
}
