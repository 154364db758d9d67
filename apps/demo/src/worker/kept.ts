import { Random } from "@unroll/data";
import {
  type CheckpointStore,
  checkpointPosition,
  checkpointStore,
  type Files,
  memoryFiles,
  opfsFiles,
} from "@unroll/nn";
import { type Settings, type Values, valuesFrom } from "../experiment/settings";
import { isPoints } from "./history";
import type { Point } from "./protocol";

/** Where a lab's training is kept in the browser, so that a reload goes on with it. */
export async function storeOf(lab: string): Promise<CheckpointStore> {
  return checkpointStore(await keptFiles("gallery"), { name: lab.replaceAll("/", "_") });
}

/** Files of a folder that are there after a reload too, where the browser keeps any. */
export async function keptFiles(folder: string): Promise<Files> {
  if (await hasFiles()) return opfsFiles(folder);
  const files = unkept.get(folder) ?? memoryFiles();
  unkept.set(folder, files);
  return files;
}

/** Last until the page is left: for browsers that keep no files, as some do in private windows. */
const unkept = new Map<string, Files>();

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
  /** Of a run that takes notes. */
  readonly notes?: unknown;
}

/** What a checkpoint of this app keeps; null if it was written by an earlier version of it. */
export function keptIn<S extends Settings>(bytes: Uint8Array<ArrayBuffer>, settings: S): Kept<S> | null {
  const position = checkpointPosition(bytes);
  if (typeof position !== "object" || position === null) return null;
  const { values, history, random, notes } = position as Partial<Kept<S>>;
  if (!isPoints(history)) return null;
  return { values: valuesFrom(settings, values), history, random: Random.fromState(random).state, notes };
}
