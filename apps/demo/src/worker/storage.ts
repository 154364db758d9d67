import { type CheckpointStore, checkpointStore, type Files, memoryFiles, opfsFiles } from "@unroll/nn";
import type { Failure } from "./protocol";

/** Where the training of a lab is kept. */
export interface Place {
  readonly store: CheckpointStore;
  /** Why what is kept here is gone with the page; null where it outlasts it. */
  readonly problem: Failure | null;
  /** Lets another tab have it. */
  leave(): void;
}

/** Milliseconds that are given to whoever has the place: a page that is reloaded leaves it a moment after it is asked for. */
const PATIENCE = 1500;

/** The place of a lab in the browser's own files, for one tab at a time; where there is none, in memory. */
export async function placeOf(lab: string): Promise<Place> {
  const name = lab.replaceAll("/", "_");
  const storeIn = (files: Files): CheckpointStore => checkpointStore(files, { name });
  const unkept = (message: string): Place => {
    return {
      store: storeIn(unkeptFiles("gallery")),
      problem: { name: "StorageError", message },
      leave: () => undefined,
    };
  };
  if (!(await hasFiles())) return unkept("This browser keeps no files of a page, as in a private window.");
  const leave = await lock(`unroll-gallery/${name}`);
  if (!leave) return unkept("This page is open in another tab, which keeps what is learned there.");
  return { store: storeIn(opfsFiles("gallery")), problem: null, leave };
}

/** Files of a folder that are there after a reload too, where the browser keeps any. */
export async function keptFiles(folder: string): Promise<Files> {
  return (await hasFiles()) ? opfsFiles(folder) : unkeptFiles(folder);
}

async function hasFiles(): Promise<boolean> {
  return navigator.storage.getDirectory().then(
    () => true,
    () => false,
  );
}

/** By folder: they last until the page is left. */
const inMemory = new Map<string, Files>();

function unkeptFiles(folder: string): Files {
  const files = inMemory.get(folder) ?? memoryFiles();
  inMemory.set(folder, files);
  return files;
}

/** @returns what gives the lock back; null if another tab has it */
function lock(name: string): Promise<(() => void) | null> {
  return new Promise((resolve) => {
    const hold = () => new Promise<void>((leave) => resolve(leave));
    navigator.locks.request(name, { signal: AbortSignal.timeout(PATIENCE) }, hold).catch(() => resolve(null));
  });
}
