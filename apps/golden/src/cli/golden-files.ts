import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { casesIn } from "../golden-file";
import { UsageError } from "./arguments";

export type GoldenFile = { readonly family: string; readonly file: string; readonly count: number };

/**
 * The golden files of a directory by name, those of `{ meta, cases }` and of stems; other files are left alone.
 * @throws UsageError if the directory cannot be read, a file is not of its form, or none is a golden file
 */
export async function findGoldenFiles(directory: string): Promise<GoldenFile[]> {
  const names = await readdir(directory).catch((cause: unknown) => {
    throw new UsageError(`${directory} should be a directory of golden files but cannot be read.`, { cause });
  });
  const found: GoldenFile[] = [];
  for (const file of names.filter((name) => /\.(?:json|tsv)$/.test(name)).sort()) {
    const count = countCases(file, await readFile(join(directory, file), "utf8"));
    if (count !== undefined) found.push({ family: file.replace(/\.[^.]+$/, ""), file, count });
  }
  if (found.length > 0) return found;
  throw new UsageError(`${directory} should hold golden files (*.json of the form { meta, cases }) but holds none.`);
}

function countCases(file: string, text: string): number | undefined {
  try {
    return casesIn(file, text)?.length;
  } catch (cause) {
    throw new UsageError(`${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}
