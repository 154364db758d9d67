import { readdir, readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { readLines } from "@unroll/data";
import { makeDataset, type NameDataset, NamesError } from "./dataset";

/**
 * Names from text files: one name per line, the file named after the language, such as `Italian.txt`.
 *
 * @param path a directory of such files, or one of them
 * @param options.unique drops repeated lines of a language; true when absent, since a few names that stand there dozens of
 *   times would decide a held-out score by falling into it or not. Pass false to score every line of a file.
 * @param options.languages the languages to number by, where a model has been trained already
 * @throws NamesError if there is no such file, no name in them, or one of a language that is not among `languages`
 */
export async function directoryNames(
  path: string,
  options: { unique?: boolean; languages?: readonly string[] } = {},
): Promise<NameDataset> {
  const names = new Map<string, string[]>();
  for (const file of await textFiles(path)) names.set(basename(file, ".txt"), await linesOf(file));
  return makeDataset(names, { unique: true, ...options });
}

async function textFiles(path: string): Promise<string[]> {
  const info = await stat(path).catch((cause: unknown) => {
    throw new NamesError(`${path} cannot be read. Give a directory of files such as Italian.txt, or one of them.`, {
      cause,
    });
  });
  const files = info.isDirectory() ? (await readdir(path)).sort().map((file) => join(path, file)) : [path];
  const texts = files.filter((file) => file.endsWith(".txt"));
  if (texts.length > 0) return texts;
  throw new NamesError(
    `${path} holds no .txt file. Give a directory of files such as Italian.txt, with one name per line.`,
  );
}

async function linesOf(file: string): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of readLines(new Blob([await readFile(file)]))) if (line.trim() !== "") lines.push(line);
  return lines;
}
