import { readLines, splitByHash } from "@unroll/data";
import { DataFileError, dataFiles, namingFile } from "../learning/data-file";
import { type Pair, type PairFacts, pairFacts } from "../pairs/pair";

/** A sentence in English and in French, as words and marks. */
export interface Translation {
  english: string[];
  french: string[];
}

/** What pairs are learned from, what chooses the weights to keep, and what is held out. */
export interface TranslationParts {
  facts: PairFacts;
  train: Pair[];
  dev: Pair[];
  test: Pair[];
}

/** Words of a sentence at most, marks counted. */
const MOST_WORDS = 9;
/** What an English sentence begins with: a small language of its own, which some thousand pairs are enough to learn. */
const BEGINNINGS = [
  ...["i am ", "i m ", "he is", "he s ", "she is", "she s", "you are", "you re "],
  ...["we are", "we re ", "they are", "they re "],
];
/** A French word that occurs once teaches less about itself than about words that never occurred. */
const LEAST_COUNT = 2;

/**
 * Words and marks of a sentence: in small letters without accents, the marks . ! ? as words of their own, and spaces in
 * place of all else. So PyTorch's tutorial on translation prepares sentences (Robertson 2017).
 */
export function wordsOf(sentence: string): string[] {
  const bare = sentence
    .normalize("NFD")
    .replace(/\p{Mn}/gu, "")
    .toLowerCase();
  const words = bare.replace(/([.!?])/g, " $1 ").split(/[^a-z.!?]+/);
  return words.filter((word) => word !== "");
}

/** Whether the tutorial keeps a pair: both short, the English one with one of some beginnings. */
export function isKept({ english, french }: Translation): boolean {
  const sentence = english.join(" ");
  return (
    english.length <= MOST_WORDS &&
    french.length <= MOST_WORDS &&
    BEGINNINGS.some((beginning) => sentence.startsWith(beginning))
  );
}

/** Pairs of files with an English sentence, a tab and a French one on each line; what follows a second tab is left out. */
async function readPairs(path: string): Promise<Translation[]> {
  const pairs: Translation[] = [];
  for (const { path: name, source, gzip } of await dataFiles(path, (file) => file.endsWith(".tsv"), "pairs.tsv")) {
    await namingFile(name, async () => {
      let line = 0;
      for await (const text of readLines(source, { gzip })) {
        line++;
        if (text.trim() === "") continue;
        const [english = [], french = []] = text.split("\t").map(wordsOf);
        if (english.length === 0 || french.length === 0) {
          throw new DataFileError(
            `line ${line} should be an English sentence, a tab and a French one but is "${text.slice(0, 60)}". Correct it.`,
          );
        }
        pairs.push({ english, french });
      }
    });
  }
  if (pairs.length === 0) throw new DataFileError(`${path} should hold pairs of sentences but is empty.`);
  return pairs;
}

/** Each French sentence once, with all its translations, each once. */
export function bySource(pairs: readonly Translation[]): Pair[] {
  const sources = new Map<string, { source: string[]; targets: Map<string, string[]> }>();
  for (const { english, french } of pairs) {
    const key = french.join(" ");
    const known = sources.get(key) ?? { source: french, targets: new Map() };
    known.targets.set(english.join(" "), english);
    sources.set(key, known);
  }
  return Array.from(sources.values(), ({ source, targets }) => ({ source, targets: [...targets.values()] }));
}

/** Pairs of another file, all of them, whatever they begin with. */
export async function readTranslations(path: string): Promise<Pair[]> {
  return bySource(await readPairs(path));
}

/**
 * The pairs at a path that the tutorial keeps. A tenth of the French sentences is held out, a twentieth of the rest chooses
 * the weights to keep; which ones follows from the seed and the sentence alone, so no sentence is in two parts. A folder with
 * tutorial_max10.tsv is read for that file alone.
 */
export async function loadTranslations(path: string, seed: number): Promise<TranslationParts> {
  const pairs = (await readPairs(await chosenFile(path))).filter(isKept);
  const { rest, test } = split(bySource(pairs), { rest: 0.9, test: 0.1 }, 2 * seed);
  // Another salt: the hashes that chose the rest must not choose within it.
  const { train, dev } = split(rest, { train: 0.95, dev: 0.05 }, 2 * seed + 1);
  if ([train, dev, test].some(({ length }) => length === 0)) {
    throw new DataFileError(
      `${path} should hold some hundred pairs of short sentences that begin as "i am", "he is" and the like do, enough to ` +
        `hold some out, but has ${pairs.length}. Give more.`,
    );
  }
  return { facts: pairFacts(train, { source: { minCount: LEAST_COUNT } }), train, dev, test };
}

/** The tutorial's own file, where a folder has it. */
async function chosenFile(path: string): Promise<string> {
  const { join, resolve } = await import("node:path");
  const { stat } = await import("node:fs/promises");
  const own = join(resolve(path), "tutorial_max10.tsv");
  return stat(own).then(
    () => own,
    () => path,
  );
}

function split<Part extends string>(pairs: readonly Pair[], fractions: Record<Part, number>, salt: number) {
  const rows = splitByHash(
    pairs.map(({ source }) => source.join(" ")),
    fractions,
    { salt },
  );
  const picked = Object.entries<Uint32Array>(rows).map(([part, own]) => [part, Array.from(own, (row) => pairs[row])]);
  return Object.fromEntries(picked) as Record<Part, Pair[]>; // rows are positions of pairs
}
