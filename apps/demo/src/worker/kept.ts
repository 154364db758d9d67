import { Random } from "@unroll/data";
import { type CheckpointStore, checkpointPosition, checkpointStore, memoryFiles, opfsFiles } from "@unroll/nn";
import { type Settings, type Values, valuesFrom } from "../experiment/settings";
import { isPoints } from "./history";
import type { Point } from "./protocol";

/** Where a lab's training is kept in the browser, so that a reload goes on with it. */
export async function storeOf(lab: string): Promise<CheckpointStore> {
  const files = (await hasFiles()) ? opfsFiles("gallery") : unkept;
  return checkpointStore(files, { name: lab.replaceAll("/", "_") });
}

/** Lasts until the page is left: for browsers that keep no files, as some do in private windows. */
const unkept = memoryFiles();

async function hasFiles(): Promise<boolean> {
  return navigator.storage.getDirectory().then(
    () => true,
    () => false,
  );
}

/** What a checkpoint holds beside the model, its optimizer and its generators. */
export interface Kept<S extends Settings = Settings> {
  readonly values: Values<S>;
  readonly history: readonly Point[];
  /** The state of the source that the data is drawn from. */
  readonly random: readonly number[];
}

/** What a checkpoint of this app keeps; null if it was written by an earlier version of it. */
export function keptIn<S extends Settings>(bytes: Uint8Array<ArrayBuffer>, settings: S): Kept<S> | null {
  const position = checkpointPosition(bytes);
  if (typeof position !== "object" || position === null) return null;
  const { values, history, random } = position as Partial<Kept<S>>;
  if (!isPoints(history)) return null;
  return { values: valuesFrom(settings, values), history, random: Random.fromState(random).state };
}
