import { detach } from "../ops/elementwise";
import { expectOptimizer } from "../optim/expect-optimizer";
import type { Optimizer } from "../optim/optimizer";
import { expectKnown } from "../tensor/known-options";
import type { Tensor } from "../tensor/tensor";
import { mapTensors, tensorsOf } from "../tensor/tree";

/**
 * A state as a constant, for the next chunk of a sequence: gradients stop at it. It may be a tensor, or records and lists of
 * them, such as the `{ h, c }` of an LSTM.
 */
export function detachState<S>(state: S): S {
  return mapTensors(state, detach);
}

/** What `minimizeChunk` takes. */
export interface ChunkOptions {
  /** Further tensors to compute in the same submission. */
  evaluate?: readonly Tensor[];
  /** The state that the chunk began with, which is done with now: its memory is given back at once. */
  from?: unknown;
}

/**
 * One chunk of truncated back-propagation through time (Williams & Peng 1990): updates the parameters with the gradient of
 * the chunk's loss, which reaches no further back than the state that the chunk began with.
 * @param state the state after the chunk, which `loss` need not depend on; its tensors are disposed of
 * @returns the state to begin the next chunk with, computed and cut off from all that led to it
 * @throws what `optimizer.minimize` throws
 */
export async function minimizeChunk<S>(
  optimizer: Optimizer,
  loss: Tensor,
  state: S,
  options: ChunkOptions = {},
): Promise<S> {
  expectOptimizer("minimizeChunk", optimizer);
  const { evaluate = [], from } = expectKnown("minimizeChunk", options, ["evaluate", "from"]);
  await optimizer.minimize(loss, { evaluate: [...tensorsOf(state), ...evaluate] });
  return carryState(state, from);
}

/** The state of a chunk that was computed, for the next; what it and the one before hold on the device is given back. */
export function carryState<S>(state: S, from: unknown): S {
  const carried = detachState(state);
  for (const tensor of [...tensorsOf(state), ...tensorsOf(from)])
    if (tensor.storage && !tensor.variable) tensor.dispose();
  return carried;
}
