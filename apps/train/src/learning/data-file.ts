import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { DataError } from "@unroll/data";
import { TaskError } from "../cli/errors";

/** A file of data as the readers of `@unroll/data` take it. */
export interface DataFile {
  /** As it is called in messages. */
  path: string;
  source: Blob;
  /** Whether it is compressed, by its name. */
  gzip: boolean;
}

/** Nothing was said of where the data is, and the task has none of its own. */
export class MissingDataError extends TaskError {
  override readonly name = "MissingDataError";
}

/** No file, or none with anything in it that the task could read. */
export class DataFileError extends TaskError {
  override readonly name = "DataFileError";
}

/**
 * The files that a path means: the path itself, or all those of a folder whose names are wanted, by name.
 * @param wanted tells a file of the data by its name without .gz
 * @param example the name of a file that would be wanted, for the error
 * @throws DataFileError if there are none
 */
export async function dataFiles(path: string, wanted: (name: string) => boolean, example: string): Promise<DataFile[]> {
  const at = resolve(path);
  const info = await stat(at).catch((cause: unknown) => {
    throw new DataFileError(`${path} cannot be read. Give a file such as ${example}, or a folder with one.`, { cause });
  });
  const paths = info.isDirectory()
    ? (await readdir(at))
        .filter((name) => wanted(name.replace(/\.gz$/, "")))
        .sort()
        .map((name) => join(at, name))
    : [at];
  if (paths.length === 0) throw new DataFileError(`${path} holds no file such as ${example}. Give a folder with one.`);
  return Promise.all(paths.map(openFile));
}

/**
 * What is read from a file; an error about its contents then names it.
 * @throws DataFileError with the name before the message, for a DataError or a DataFileError
 */
export async function namingFile<T>(name: string, read: () => Promise<T>): Promise<T> {
  return read().catch((cause: unknown) => {
    if (cause instanceof DataError || cause instanceof DataFileError)
      throw new DataFileError(`${name}: ${cause.message}`, { cause });
    throw cause;
  });
}

/** A file's contents. @throws DataFileError if there is no such file */
async function openFile(path: string): Promise<DataFile> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new DataFileError(`${path} cannot be read. Give a file that is there.`, { cause });
  });
  return { path: basename(path), source: new Blob([bytes]), gzip: path.endsWith(".gz") };
}
