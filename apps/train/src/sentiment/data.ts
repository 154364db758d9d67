import { type EntriesJSON, readLines, splitByHash, splitWords, Vocabulary } from "@unroll/data";
import { DataFileError, dataFiles } from "../learning/data-file";
import type { LoadedData } from "../learning/define-learning-task";

/** A sentence and whether it is positive, 1, or negative, 0. */
export type Review = { label: number; words: string[] };

/** What the model knows beside its weights. */
export type ReviewFacts = { words: EntriesJSON };

/**
 * Sentences of files with a label, a tab and a sentence per line.
 * @throws DataFileError with the line, if one is of another form
 */
export async function readReviews(path: string): Promise<Review[]> {
  const reviews: Review[] = [];
  for (const file of await dataFiles(path, (name) => name.endsWith(".tsv"), "yelp.tsv")) {
    let number = 0;
    for await (const line of readLines(file.source, { gzip: file.gzip })) {
      number++;
      if (line.trim() === "") continue;
      const [, label, sentence] = /^([01])\t(.*\S.*)$/.exec(line) ?? [];
      if (label === undefined || sentence === undefined) {
        throw new DataFileError(
          `${file.path}: line ${number} should be 0 or 1, a tab and a sentence but is "${line.slice(0, 60)}". Correct it.`,
        );
      }
      const words = splitWords(sentence.toLowerCase());
      reviews.push({ label: Number(label), words: words.length > 0 ? words : [sentence.trim()] }); // such as ":)"
    }
  }
  return reviews;
}

/** The sentences to train on, and a tenth of them held out by a hash of their words. */
export async function loadReviews(path: string): Promise<LoadedData<Review, ReviewFacts>> {
  const reviews = await readReviews(path);
  const keys = reviews.map(({ words }) => words.join(" "));
  const rows = splitByHash(keys, { train: 0.9, dev: 0.1 });
  const pick = (part: Uint32Array) => Array.from(part, (row) => reviews[row] as Review); // rows are positions of reviews
  const [train, dev] = [pick(rows.train), pick(rows.dev)];
  const words = Vocabulary.from(
    train.map((review) => review.words),
    { pad: true, unknown: true, minCount: 2 },
  );
  return { facts: { words: words.toJSON() }, train, dev };
}
