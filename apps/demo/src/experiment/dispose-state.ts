import { Tensor } from "@unroll/nn";

/** Frees the tensors that a search started from, a decoder's state: they stay the caller's, who has no more use for them. */
export function disposeState(state: unknown): void {
  if (state instanceof Tensor) state.dispose();
  else if (typeof state === "object" && state !== null) for (const part of Object.values(state)) disposeState(part);
}
