import { readLines, splitByHash } from "@unroll/data";
import { DataFileError, dataFiles } from "../learning/data-file";
import type { LoadedData } from "../learning/define-learning-task";
import { type Pair, type PairFacts, pairFacts } from "../pairs/pair";

/** A word of the dictionary, or a further pronunciation of one: "read(2)". */
const ENTRY = /^(.+?)(?:\(\d+\))?$/;
/** What is said of an entry behind its phonemes: "# place, danish". */
const REMARK = /\s*#.*$/;
/** A phoneme of ARPAbet, and the stress of a vowel, which is left out. */
const PHONEME = /^([A-Z]+)[0-2]?$/;

/**
 * Words of a dictionary, each once, with all its pronunciations without stress: those that differ in nothing else are one.
 * @param entries words and their phonemes, with spaces between them
 * @param where what an entry is called in errors
 * @throws DataFileError for an entry that has no phonemes, or others than those of ARPAbet
 */
export function pronounced(entries: Iterable<readonly [word: string, phonemes: string]>, where: string): Pair[] {
  const words = new Map<string, Map<string, string[]>>();
  for (const [entry, text] of entries) {
    const word = ENTRY.exec(entry.toLowerCase())?.[1] ?? entry;
    const phonemes = text
      .replace(REMARK, "")
      .split(/\s+/)
      .map((phoneme) => PHONEME.exec(phoneme)?.[1]);
    if (word === "" || phonemes.includes(undefined)) {
      throw new DataFileError(
        `${where} should be of words and phonemes such as "abacus AE1 B AH0 K AH0 S" but has "${`${entry} ${text}`.slice(0, 60)}". Correct it.`,
      );
    }
    const known = words.get(word) ?? new Map<string, string[]>();
    known.set(phonemes.join(" "), phonemes as string[]); // none is missing
    words.set(word, known);
  }
  return Array.from(words, ([word, known]) => ({ source: [...word], targets: [...known.values()] }));
}

/** Words of files with a word and its phonemes on each line; what follows a # is a remark. */
async function readPart(path: string, part: string): Promise<Pair[]> {
  const words: Pair[] = [];
  for (const { path: name, source, gzip } of await dataFiles(path, (file) => file === part, part)) {
    const entries: [string, string][] = [];
    for await (const line of readLines(source, { gzip })) {
      const [word = "", ...phonemes] = line.trim().split(/\s+/);
      if (word === "" || word.startsWith(";;;")) continue;
      entries.push([word, phonemes.join(" ")]);
    }
    if (entries.length === 0) throw new DataFileError(`${name} should hold words but is empty. Leave it out.`);
    words.push(...pronounced(entries, name));
  }
  return words;
}

/** The words of another file, or of a folder's dev.dict. */
export function readPronounced(path: string): Promise<Pair[]> {
  return readPart(path, "dev.dict");
}

/** The words of train.dict to learn from, and those of dev.dict, both in a folder. */
export async function loadPronounced(path: string): Promise<LoadedData<Pair, PairFacts>> {
  const train = await readPart(path, "train.dict");
  return { facts: pairFacts(train), train, dev: await readPronounced(path) };
}

/** The words of the npm package, a twentieth of them held out by a hash of the word. */
export async function packagedPronunciations(): Promise<LoadedData<Pair, PairFacts>> {
  const { dictionary } = await import("cmu-pronouncing-dictionary"); // five megabytes, which no other task needs
  const words = pronounced(Object.entries(dictionary), "The dictionary");
  const rows = splitByHash(
    words.map(({ source }) => source.join("")),
    { train: 0.95, dev: 0.05 },
  );
  const pick = (part: Uint32Array) => Array.from(part, (row) => words[row] as Pair); // rows are positions of words
  const train = pick(rows.train);
  return { facts: pairFacts(train), train, dev: pick(rows.dev) };
}
