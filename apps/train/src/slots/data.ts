import { expectTags, readLines } from "@unroll/data";
import { DataFileError, dataFiles, namingFile } from "../learning/data-file";
import type { LoadedData } from "../learning/define-learning-task";
import { type WordFacts, wordFacts } from "../tagging/word-encoder";

/** What somebody said to an assistant: the slot of each word as a BIO tag, and what is wanted. */
export type Utterance = { words: string[]; tags: string[]; intent: string };

/** What the model knows beside its weights. */
export type SlotFacts = { words: WordFacts; tags: string[]; intents: string[] };

const FORM = "BOS, words, EOS, a tab, as many tags O, B-slot or I-slot but for EOS, and an intent";

/**
 * The utterance of a line such as "BOS play jazz EOS<TAB>O O B-genre PlayMusic": BOS and EOS are left out.
 * @throws DataFileError if it is of another form
 * @throws TagError if a tag cannot follow the one before it
 */
function parseUtterance(line: string, number: number): Utterance {
  const [left = "", right, ...more] = line.split("\t");
  const [words, labels] = [left, right ?? ""].map((text) => text.trim().split(/ +/)) as [string[], string[]]; // of two
  const isWhole = words.length > 2 && words[0] === "BOS" && words.at(-1) === "EOS" && more.length === 0;
  if (!isWhole || labels.length !== words.length || labels[0] !== "O") {
    throw new DataFileError(
      `line ${number} should be ${FORM}, but has ${words.length} words and ${labels.length} labels: ` +
        `"${line.slice(0, 60)}". Correct it.`,
    );
  }
  const tags = labels.slice(1, -1);
  expectTags(
    "slots",
    tags,
    "bio",
    tags.map(() => number),
  );
  return { words: words.slice(1, -1), tags, intent: labels.at(-1) ?? "" };
}

async function readPart(path: string, part: string): Promise<Utterance[]> {
  const utterances: Utterance[] = [];
  for (const { path: name, source, gzip } of await dataFiles(path, (file) => file === part, part)) {
    await namingFile(name, async () => {
      let number = 0;
      for await (const line of readLines(source, { gzip })) {
        number++;
        if (line.trim() !== "") utterances.push(parseUtterance(line, number));
      }
    });
  }
  return utterances;
}

/** The utterances of another file, or of a folder's dev.iob. */
export function readUtterances(path: string): Promise<Utterance[]> {
  return readPart(path, "dev.iob");
}

/** The utterances of train.iob to train on, and those of dev.iob, both in a folder. */
export async function loadUtterances(path: string): Promise<LoadedData<Utterance, SlotFacts>> {
  const train = await readPart(path, "train.iob");
  const facts = {
    words: wordFacts(train.map(({ words }) => words)),
    tags: [...new Set(train.flatMap(({ tags }) => tags))].sort(),
    intents: [...new Set(train.map(({ intent }) => intent))].sort(),
  };
  return { facts, train, dev: await readPart(path, "dev.iob") };
}
