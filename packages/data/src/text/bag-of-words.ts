import { describesNo, expectList, expectOptions, expectWhole, isList, isRecord, kindOf } from "../checks";
import { EncodingError } from "../errors";
import type { ShapedArray } from "../sequences/encode";

/** What `bagOfWords` counts. */
export interface BagOptions {
  /** Writes 1 for a word that occurs, however often; false when absent, which counts. */
  binary?: boolean;
  /** Ids that are not counted, such as that of padding; none when absent. */
  ignore?: readonly (number | undefined)[];
}

/**
 * How often each word of a vocabulary occurs in each document, whatever the order.
 *
 * @param documents B lists of ids from 0 to `size` − 1
 * @param size V, such as vocabulary.size
 * @returns [B, V]
 * @throws EncodingError if an id is out of range
 */
export function bagOfWords(
  documents: readonly ArrayLike<number>[],
  size: number,
  options: BagOptions = {},
): ShapedArray<Float32Array<ArrayBuffer>> {
  expectOptions(EncodingError, "bagOfWords", options, ["binary", "ignore"]);
  const { binary = false, ignore = [] } = options;
  expectWhole(EncodingError, "bagOfWords", { size });
  expectList(EncodingError, "bagOfWords", { documents });
  const ignored = new Set(ignore);
  const data = new Float32Array(documents.length * size);
  for (const [row, ids] of documents.entries()) {
    expectList(EncodingError, "bagOfWords", { [`document ${row}`]: ids });
    for (let position = 0; position < ids.length; position++) {
      const id = ids[position] ?? Number.NaN;
      if (ignored.has(id)) continue;
      if (!Number.isInteger(id) || id < 0 || id >= size) {
        throw new EncodingError({
          where: "bagOfWords",
          expected: `ids to be integers from 0 to ${size - 1}`,
          actual: `${id} at position ${position} of document ${row}`,
          remedy: "Raise size, or correct the id.",
        });
      }
      const at = row * size + id;
      data[at] = binary ? 1 : (data[at] ?? 0) + 1;
    }
  }
  return { data, shape: [documents.length, size] };
}

/** The weights of a `TfIdf` as JSON. */
export interface TfIdfJSON {
  kind: "TfIdf";
  documents: number;
  frequencies: number[];
}

/**
 * Weights of words by how few documents have them (Spärck Jones 1972), smoothed as if one more document had every word:
 *   tfidf(d, w) = count(d, w) · idf(w),   idf(w) = ln((1 + N) / (1 + df(w))) + 1
 * with N documents of which df(w) have the word; then each row is divided by its Euclidean length.
 */
export class TfIdf {
  /** N, the documents counted. */
  readonly documents: number;
  /** [V], how many of them have each word. */
  readonly frequencies: Readonly<Float64Array>;
  /** [V] */
  readonly idf: Readonly<Float64Array>;

  constructor(frequencies: ArrayLike<number>, documents: number) {
    expectList(EncodingError, "TfIdf", { frequencies });
    expectWhole(EncodingError, "TfIdf", { documents }, { least: 0 });
    this.documents = documents;
    this.frequencies = Float64Array.from(frequencies);
    this.idf = this.frequencies.map((frequency) => Math.log((1 + documents) / (1 + frequency)) + 1);
  }

  /**
   * @param bags [N, V], as `bagOfWords` gives them
   * @throws EncodingError if they are something else
   */
  static fit(bags: ShapedArray<ArrayLike<number>>): TfIdf {
    const { data, rows, size } = expectBags("TfIdf.fit", bags);
    const frequencies = new Float64Array(size);
    for (let at = 0; at < rows * size; at++) {
      if (data[at] !== 0) frequencies[at % size] = (frequencies[at % size] ?? 0) + 1;
    }
    return new TfIdf(frequencies, rows);
  }

  /** @throws EncodingError if the JSON value does not describe weights */
  static fromJSON(json: unknown): TfIdf {
    if (isTfIdfJSON(json)) return new TfIdf(json.frequencies, json.documents);
    throw new EncodingError(
      describesNo("weights", "TfIdf.fromJSON", '{ kind: "TfIdf", documents: number, frequencies: number[] }', json),
    );
  }

  toJSON(): TfIdfJSON {
    return { kind: "TfIdf", documents: this.documents, frequencies: [...this.frequencies] };
  }

  /**
   * @param bags [B, V], as `bagOfWords` gives them
   * @param options.normalize whether rows are given the length 1; true when absent
   * @returns [B, V]
   * @throws EncodingError if they are something else, or V is another than that of the weights
   */
  transform(
    bags: ShapedArray<ArrayLike<number>>,
    options: { normalize?: boolean } = {},
  ): ShapedArray<Float32Array<ArrayBuffer>> {
    expectOptions(EncodingError, "TfIdf.transform", options, ["normalize"]);
    const { normalize = true } = options;
    const { data, rows, size } = expectBags("TfIdf.transform", bags);
    if (size !== this.idf.length) {
      throw new EncodingError({
        where: "TfIdf.transform",
        expected: `bags of shape [B, ${this.idf.length}]`,
        actual: `[${rows}, ${size}]`,
        remedy: "Count the words with the vocabulary that the weights were made with.",
      });
    }
    const weighted = new Float32Array(rows * size);
    for (let row = 0; row < rows; row++) {
      let square = 0;
      for (let word = 0; word < size; word++) square += ((data[row * size + word] ?? 0) * (this.idf[word] ?? 0)) ** 2;
      const scale = normalize && square > 0 ? 1 / Math.sqrt(square) : 1;
      for (let word = 0; word < size; word++) {
        weighted[row * size + word] = (data[row * size + word] ?? 0) * (this.idf[word] ?? 0) * scale;
      }
    }
    return { data: weighted, shape: [rows, size] };
  }
}

/** @throws EncodingError unless they are numbers of a table, as many as its rows and columns say */
function expectBags(where: string, bags: ShapedArray<ArrayLike<number>>) {
  const { data, shape } = Object(bags) as Partial<typeof bags>;
  const isShaped = isList(data) && isList(shape);
  const [rows = 0, size = 0] = isShaped ? shape : [];
  if (isShaped && shape.length === 2 && data.length === rows * size) return { data, rows, size };
  throw new EncodingError({
    where,
    expected: "bags to be a table, as bagOfWords gives it",
    actual: isShaped ? `${data.length} numbers of shape [${shape.join(", ")}]` : kindOf(bags),
    remedy: "then" in Object(bags) ? "Await it." : "Pass { data, shape: [N, V] }.",
  });
}

function isTfIdfJSON(json: unknown): json is TfIdfJSON {
  if (!isRecord(json) || json.kind !== "TfIdf" || !Number.isInteger(json.documents)) return false;
  const { documents, frequencies } = json;
  return (
    Array.isArray(frequencies) &&
    frequencies.every((each) => Number.isInteger(each) && each >= 0 && each <= Number(documents))
  );
}
