import { readConll } from "@unroll/data";
import { dataFiles, namingFile } from "../learning/data-file";
import type { LoadedData } from "../learning/define-learning-task";
import { type WordFacts, wordFacts } from "../tagging/word-encoder";

/** A sentence, and the entity that each word belongs to as a BIO tag. */
export type NamedSentence = { words: string[]; tags: string[] };

/** What the model knows beside its weights. */
export type EntityFacts = { words: WordFacts; tags: string[] };

/**
 * The sentences of files with a word, a tab and a tag per line.
 * @throws DataFileError with file and line, if one is of another form or a tag cannot follow the one before it
 */
async function readPart(path: string, part: string): Promise<NamedSentence[]> {
  const sentences: NamedSentence[] = [];
  for (const { path: name, source, gzip } of await dataFiles(path, (file) => file === part, part)) {
    const options = { columns: ["word", "tag"], separator: "tab", tags: { tag: "bio" }, gzip } as const;
    await namingFile(name, async () => {
      for await (const { columns } of readConll(source, options)) {
        sentences.push({ words: columns.word, tags: columns.tag });
      }
    });
  }
  return sentences;
}

/** The sentences of another file, or of a folder's dev.conll. */
export function readNamed(path: string): Promise<NamedSentence[]> {
  return readPart(path, "dev.conll");
}

/** The sentences of train.conll to train on, and those of dev.conll, both in a folder. */
export async function loadNamed(path: string): Promise<LoadedData<NamedSentence, EntityFacts>> {
  const train = await readPart(path, "train.conll");
  const tags = [...new Set(train.flatMap((sentence) => sentence.tags))].sort();
  return { facts: { words: wordFacts(train.map(({ words }) => words)), tags }, train, dev: await readNamed(path) };
}
