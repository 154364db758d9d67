import { Random, RandomError } from "@unroll/data";
import { CheckpointError, checkpointPosition, FileFormatError, OptimizerStateError, StateDictError } from "@unroll/nn";
import { valuesFrom } from "../experiment/check-values";
import type { Settings } from "../experiment/settings";
import type { Kept } from "./kept";
import type { Point } from "./protocol";

/*
 * What goes on from what was kept: fetched by who comes back to a page, or whose device was lost.
 */
export { loadCheckpoint } from "@unroll/nn";

/** What reading a checkpoint throws where another version of the experiment or of the library wrote it. */
const OF_ANOTHER_VERSION = [StateDictError, OptimizerStateError, CheckpointError, FileFormatError, RandomError];

/** Whether an error says that a checkpoint is of another version. */
export function isOfAnotherVersion(error: unknown): boolean {
  return OF_ANOTHER_VERSION.some((kind) => error instanceof kind);
}

/**
 * What a checkpoint of this app keeps; null if it was written by an earlier version of it.
 * @throws CheckpointError, FileFormatError, RandomError if it was written by another version of the library
 */
export function keptIn<S extends Settings>(bytes: Uint8Array<ArrayBuffer>, settings: S): Kept<S> | null {
  const position = checkpointPosition(bytes);
  if (typeof position !== "object" || position === null) return null;
  const { values, history, random, notes, isLoaded = false } = position as Partial<Kept<S>>;
  if (!isPoints(history)) return null;
  return { values: valuesFrom(settings, values), history, random: Random.fromState(random).state, notes, isLoaded };
}

/** Whether what was kept is a list of points. */
function isPoints(kept: unknown): kept is Point[] {
  return Array.isArray(kept) && kept.every((point) => Number.isFinite(point?.step) && Number.isFinite(point?.loss));
}
