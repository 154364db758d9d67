import { expectList } from "../checks";
import { WordVectorError } from "../errors";
import type { ShapedArray } from "../sequences/encode";

/** Words and their vectors, as a file has them. */
export interface WordVectors {
  /** The words that were kept, in the order of the file. */
  readonly words: readonly string[];
  /** A row for each: [words, dimension]. */
  readonly vectors: ShapedArray<Float32Array<ArrayBuffer>>;
  /** Entries left out because their word had come before. */
  readonly repeated: number;
}

/** What `vectorsFor` gives: a row for each entry of the vocabulary. */
export interface VocabularyVectors {
  readonly vectors: ShapedArray<Float32Array<ArrayBuffer>>;
  /** How many entries have a vector in the file. */
  readonly found: number;
}

/**
 * Rows for the entries of a vocabulary in the order of their ids: those that `readWord2Vec` read, and for the others what
 * `missing` gives, zeros when absent. `Embedding.fromPretrained(vectors)` takes them.
 * @param entries a word for each id; undefined for one that stands for none, such as padding
 */
export function vectorsFor(
  entries: readonly (string | undefined)[],
  { words, vectors }: Pick<WordVectors, "words" | "vectors">,
  missing: (id: number, dimension: number) => ArrayLike<number> = (_, dimension) => new Float32Array(dimension),
): VocabularyVectors {
  expectList(WordVectorError, "vectorsFor", { entries });
  const dimension = vectors.shape[1] as number;
  const rows = new Map(words.map((word, row) => [word, row]));
  const data = new Float32Array(entries.length * dimension);
  let found = 0;
  for (const [id, entry] of entries.entries()) {
    const row = entry === undefined ? undefined : rows.get(entry);
    if (row !== undefined) found++;
    const values =
      row === undefined ? missing(id, dimension) : vectors.data.subarray(row * dimension, (row + 1) * dimension);
    data.set(values, id * dimension);
  }
  return { vectors: { data, shape: [entries.length, dimension] }, found };
}
