import { Random } from "@unroll/data";
import { checkpointPosition } from "@unroll/nn";
import { type Settings, type Values, valuesFrom } from "../experiment/settings";
import { isPoints } from "./history";
import type { Point } from "./protocol";

/** What a checkpoint holds beside the model, its optimizer and its generators. */
export interface Kept<S extends Settings = Settings> {
  readonly values: Values<S>;
  readonly history: readonly Point[];
  /** The state of the source that the data is drawn from. */
  readonly random: readonly number[];
  /** Of a run that takes notes. */
  readonly notes?: unknown;
  /** Whether weights came from a file: the model then knows something before its first step. */
  readonly isLoaded: boolean;
}

/**
 * What a checkpoint of this app keeps; null if it was written by an earlier version of it.
 * @throws CheckpointError, RandomError if it was written by another version of the library
 */
export function keptIn<S extends Settings>(bytes: Uint8Array<ArrayBuffer>, settings: S): Kept<S> | null {
  const position = checkpointPosition(bytes);
  if (typeof position !== "object" || position === null) return null;
  const { values, history, random, notes, isLoaded = false } = position as Partial<Kept<S>>;
  if (!isPoints(history)) return null;
  return { values: valuesFrom(settings, values), history, random: Random.fromState(random).state, notes, isLoaded };
}
