import { ValueError } from "@unroll/kernels";
import { refuseValue } from "../tensor/kind";
import { expectKnown } from "../tensor/known-options";
import { CheckpointError } from "./errors";
import { isWhole } from "./whole";

/** Files of one place, by name: all that a store asks of where it keeps them. */
export interface Files {
  list(): Promise<string[]>;
  read(name: string): Promise<Uint8Array<ArrayBuffer>>;
  write(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  remove(name: string): Promise<void>;
}

/** Where checkpoints are kept. */
export interface CheckpointStore {
  /** Keeps a checkpoint; those before the last few go when it is safe. */
  write(bytes: Uint8Array<ArrayBuffer>): Promise<void>;
  /** The last one that was written whole; undefined if there is none. @throws CheckpointError if all are damaged */
  read(): Promise<Uint8Array<ArrayBuffer> | undefined>;
}

/**
 * Keeps checkpoints as files NAME.1.safetensors, NAME.2.safetensors, …, the last `keep` of them. A new one is a file of its
 * own, and only then does an old one go: whoever is stopped while writing finds the one before.
 * @throws ValueError if the name is not letters, digits, - and _, or `keep` is less than 1
 */
export function checkpointStore(
  files: Files,
  options: { readonly name?: string; readonly keep?: number } = {},
): CheckpointStore {
  const { name = "checkpoint", keep = 2 } = expectKnown("checkpointStore", options, ["name", "keep"]);
  if (!/^[\w-]+$/.test(name)) {
    throw new ValueError({
      where: "checkpointStore",
      what: "name",
      expected: "letters, digits, - and _",
      received: name,
    });
  }
  if (!Number.isInteger(keep) || keep < 1) {
    refuseValue("checkpointStore", { keep }, "a whole number from 1");
  }
  const pattern = new RegExp(`^${name}\\.(\\d+)\\.safetensors$`);
  const numbers = async (): Promise<number[]> => {
    const found = (await files.list()).flatMap((file) => pattern.exec(file)?.slice(1) ?? []);
    return found.map(Number).sort((a, b) => b - a);
  };
  const file = (number: number): string => `${name}.${number}.safetensors`;
  /** Files known to be whole: this store wrote them, or read them once. */
  const known = new Set<number>();
  const isKnown = async (number: number): Promise<boolean> => {
    if (!known.has(number) && isWhole(await files.read(file(number)))) known.add(number);
    return known.has(number);
  };
  return {
    async write(bytes) {
      const before = await numbers();
      const next = (before[0] ?? 0) + 1;
      await files.write(file(next), bytes);
      known.add(next);
      let kept = 1;
      for (const old of before) {
        if (kept < keep && (await isKnown(old))) kept++;
        else await files.remove(file(old));
      }
    },
    async read() {
      const found = await numbers();
      for (const number of found) {
        const bytes = await files.read(file(number));
        if (isWhole(bytes)) return bytes;
      }
      if (found.length === 0) return undefined;
      const remedy = "Remove them to begin anew.";
      throw new CheckpointError("file", {
        where: "checkpointStore.read",
        what: found.map(file).join(", "),
        expected: "whole",
        received: "damaged",
        remedy,
      });
    },
  };
}

/** Files in memory, for tests and for moving a training from page to worker. */
export function memoryFiles(held: Map<string, Uint8Array<ArrayBuffer>> = new Map()): Files {
  return {
    list: async () => [...held.keys()],
    read: async (name) => (held.get(name) as Uint8Array<ArrayBuffer>).slice(),
    write: async (name, bytes) => {
      held.set(name, bytes.slice());
    },
    remove: async (name) => {
      held.delete(name);
    },
  };
}

/** What is used of Node's `fs/promises`. */
export interface NodeFileSystem {
  mkdir(path: string, options: { recursive: true }): Promise<unknown>;
  readdir(path: string): Promise<string[]>;
  readFile(path: string): Promise<Uint8Array>;
  writeFile(path: string, data: Uint8Array): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  rm(path: string): Promise<void>;
}

/**
 * Files of a folder, which is made if it is not there: `nodeFiles(await import("node:fs/promises"), "runs/names")`. Each is
 * written beside its place and then moved there.
 */
export function nodeFiles(fs: NodeFileSystem, folder: string): Files {
  return {
    list: async () => {
      await fs.mkdir(folder, { recursive: true });
      return fs.readdir(folder);
    },
    read: async (name) => Uint8Array.from(await fs.readFile(`${folder}/${name}`)),
    write: async (name, bytes) => {
      await fs.mkdir(folder, { recursive: true });
      await fs.writeFile(`${folder}/${name}.part`, bytes);
      await fs.rename(`${folder}/${name}.part`, `${folder}/${name}`);
    },
    remove: (name) => fs.rm(`${folder}/${name}`),
  };
}

/**
 * Files of a folder in the browser's origin private file system, on a page or in a worker. The browser may give such files
 * up when space runs out, unless `navigator.storage.persist()` was granted. Where it cannot write whole files at once
 * (Safari before 26), a worker is needed.
 */
export function opfsFiles(folder = "checkpoints"): Files {
  const directory = async (): Promise<FileSystemDirectoryHandle> => {
    const root = await navigator.storage.getDirectory();
    return root.getDirectoryHandle(folder, { create: true });
  };
  return {
    list: async () => {
      const names: string[] = [];
      for await (const name of (await directory()).keys()) names.push(name);
      return names;
    },
    read: async (name) => {
      const handle = await (await directory()).getFileHandle(name);
      return new Uint8Array(await (await handle.getFile()).arrayBuffer());
    },
    write: async (name, bytes) => {
      const handle: WritableHandle = await (await directory()).getFileHandle(name, { create: true });
      if (handle.createWritable) {
        const stream = await handle.createWritable(); // what it writes takes its place when it is closed, whole
        await stream.write(bytes);
        await stream.close();
        return;
      }
      const access = await handle.createSyncAccessHandle?.();
      if (!access)
        throw new ValueError({
          where: "opfsFiles",
          what: "this browser",
          expected: "one that writes files on a page",
          received: "one that does in workers only",
          remedy: "Train in a worker.",
        });
      try {
        access.truncate(0);
        access.write(bytes, { at: 0 });
        access.flush();
      } finally {
        access.close();
      }
    },
    remove: async (name) => (await directory()).removeEntry(name),
  };
}

/** A file that can be written in one of two ways, or both. */
interface WritableHandle {
  createWritable?: () => Promise<{ write(bytes: Uint8Array<ArrayBuffer>): Promise<void>; close(): Promise<void> }>;
  createSyncAccessHandle?: () => Promise<{
    truncate(size: number): void;
    write(bytes: Uint8Array<ArrayBuffer>, options: { at: number }): number;
    flush(): void;
    close(): void;
  }>;
}
