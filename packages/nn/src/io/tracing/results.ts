import type { Tensor } from "../../tensor/tensor";
import type { ModuleCall } from "./module-calls";
import { type TracedModel, tensorsIn } from "./trace";

/** Which call of a module made a tensor, and what it is in the call's result: "output", "state.h". */
export interface Source {
  /** The call in the first trace, and its place among all. */
  readonly call: ModuleCall;
  readonly index: number;
  readonly part: string;
}

/** The tensors of the first trace that calls of the modules `isLeaf` picks have returned. */
export function sourcesOf(
  where: string,
  { calls: [first = []] }: TracedModel,
  isLeaf: (call: ModuleCall) => boolean,
): Map<Tensor, Source> {
  const sources = new Map<Tensor, Source>();
  for (const [index, call] of first.entries()) {
    if (!isLeaf(call)) continue;
    for (const [part, tensor] of tensorsIn(where, call.result)) {
      if (!sources.has(tensor)) sources.set(tensor, { call, index, part });
    }
  }
  return sources;
}
