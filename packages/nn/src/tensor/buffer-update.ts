import type { ModuleBuffer } from "./module-buffer";
import type { Tensor } from "./tensor";

/**
 * What becomes of buffers when a tensor is computed. It is part of whatever submission computes that tensor, and
 * happens once. Several in one submission follow one another in the order in which they were recorded.
 */
export class BufferUpdate {
  readonly targets: readonly ModuleBuffer[];
  /** New values, in the order of the targets, from what they are before. */
  readonly next: (before: readonly Tensor[]) => readonly Tensor[];
  /** Whether a submission has taken it up. */
  done = false;

  constructor(targets: readonly ModuleBuffer[], next: (before: readonly Tensor[]) => readonly Tensor[]) {
    this.targets = targets;
    this.next = next;
  }
}

/** The new value of each target after all `updates`, one after another. */
export function afterUpdates(updates: readonly BufferUpdate[]): Map<ModuleBuffer, Tensor> {
  const values = new Map<ModuleBuffer, Tensor>();
  for (const { targets, next } of updates) {
    const after = next(targets.map((target) => values.get(target) ?? target));
    for (const [index, target] of targets.entries()) values.set(target, after[index] as Tensor);
  }
  return values;
}
