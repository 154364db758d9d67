import type { Tensor } from "../../tensor/tensor";
import type { ModuleCall } from "./module-calls";
import { tensorsIn } from "./trace";

/** Which call of a module made a tensor, and what it is in the call's result: "output", "state.h". */
export interface Source {
  readonly call: ModuleCall;
  readonly part: string;
}

/** The tensors that calls of the modules `isLeaf` picks have returned; where one lies in another, the inner one's. */
export function sourcesOf(
  where: string,
  calls: readonly ModuleCall[],
  isLeaf: (call: ModuleCall) => boolean,
): Map<Tensor, Source> {
  const sources = new Map<Tensor, Source>();
  for (const call of calls) {
    if (!isLeaf(call)) continue;
    for (const [part, tensor] of tensorsIn(where, call.result))
      if (!sources.has(tensor)) sources.set(tensor, { call, part });
  }
  return sources;
}
