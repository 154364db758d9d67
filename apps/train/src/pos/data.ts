import { readdir } from "node:fs/promises";
import { type EntriesJSON, readConll } from "@unroll/data";
import { DataFileError, dataFiles, namingFile } from "../learning/data-file";
import type { LoadedData } from "../learning/define-learning-task";
import { featureVocabularies } from "../tagging/features";

/** A sentence and the part of speech of each word, by its position among the tags. */
export type TaggedSentence = { words: string[]; tags: number[] };

/** What the model knows beside its weights. */
export type PosFacts = {
  /** A vocabulary for each of the features. */
  vocabularies: EntriesJSON[];
  tags: string[];
};

/** Words and tags of files with the columns form, lemma, UPOS and XPOS. */
async function readSentences(path: string, part: string): Promise<{ words: string[]; tags: string[] }[]> {
  const sentences: { words: string[]; tags: string[] }[] = [];
  for (const { path: file, source, gzip } of await dataFiles(path, (name) => name === part, part)) {
    const options = { columns: ["form", "lemma", "upos", "xpos"], separator: "tab", gzip } as const;
    await namingFile(file, async () => {
      for await (const { columns } of readConll(source, options)) {
        sentences.push({ words: columns.form, tags: columns.upos });
      }
    });
  }
  return sentences;
}

/**
 * Sentences of another file, with tags that the model knows.
 * @throws DataFileError that names a tag it does not know
 */
export async function readTagged(path: string, { tags }: Pick<PosFacts, "tags">): Promise<TaggedSentence[]> {
  return numbered(await readSentences(path, "dev.tsv"), tags);
}

/** The sentences of train.tsv to train on, and those of dev.tsv, both in a folder. */
export async function loadTagged(path: string): Promise<LoadedData<TaggedSentence, PosFacts>> {
  await readdir(path).catch((cause: unknown) => {
    throw new DataFileError(`${path} should be a folder with train.tsv.gz and dev.tsv.gz. Give the folder.`, { cause });
  });
  const train = await readSentences(path, "train.tsv");
  const tags = [...new Set(train.flatMap((sentence) => sentence.tags))].sort();
  return {
    facts: { vocabularies: featureVocabularies(train.map(({ words }) => words)), tags },
    train: numbered(train, tags),
    dev: await readTagged(path, { tags }),
  };
}

function numbered(sentences: readonly { words: string[]; tags: string[] }[], tags: readonly string[]) {
  const ids = new Map(tags.map((tag, id) => [tag, id]));
  return sentences.map(({ words, tags: given }) => ({
    words,
    tags: given.map((tag) => {
      const id = ids.get(tag);
      if (id !== undefined) return id;
      throw new DataFileError(`The tag ${tag} should be one that was trained on: ${tags.join(", ")}. Correct it.`);
    }),
  }));
}
