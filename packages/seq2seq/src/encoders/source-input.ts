import { ShapeError, ValueError } from "@unroll/kernels";
import {
  Dropout,
  Embedding,
  expectExtent,
  expectKnown,
  expectShape,
  formatShape,
  type Generator,
  hostValues,
  lengthsTensor,
  Module,
  normal,
  sharedGenerator,
  type Tensor,
} from "@unroll/nn";
import type { EncodeOptions } from "./encoder";

/** What an encoder reads: tokens of a vocabulary, or features. */
export type SourceOptions = {
  /** `sharedGenerator()` by default. */
  rng?: Generator;
  /** Probability that a feature of the input is dropped while training; 0 by default. */
  dropout?: number;
  /** Steps of a source at most; any number when absent. */
  maxLength?: number;
} & (
  | {
      /** V, entries of the vocabulary, for sources of tokens. */
      vocabularySize: number;
      /** Features of a token. */
      embeddingSize: number;
      inputSize?: undefined;
    }
  | {
      /** I, features of a step, for sources of features. */
      inputSize: number;
      vocabularySize?: undefined;
      embeddingSize?: undefined;
    }
);

type Sizes = { readonly [Name in "vocabularySize" | "embeddingSize" | "inputSize"]?: number | undefined };

const KNOWN = ["vocabularySize", "embeddingSize", "inputSize", "maxLength", "dropout", "rng"];

/** An embedding whose vectors begin with a deviation. */
export function embeddingOf(
  vocabularySize: number,
  embeddingSize: number,
  { deviation, rng = sharedGenerator() }: { deviation: number; rng?: Generator },
): Embedding {
  const vectors = normal([vocabularySize, embeddingSize], deviation, rng);
  return new Embedding(vocabularySize, embeddingSize, { vectors });
}

/** Checks sources and brings them into the form that layers read: features [B, S, size] and lengths. */
export class SourceInput extends Module {
  readonly size: number; // features of a step as layers read it
  readonly maxLength: number;
  readonly embedding: Embedding | null; // null where sources are features
  readonly dropout: Dropout;
  readonly #where: string;

  /**
   * @param deviation of the first vectors of tokens; 1 by default
   * @param own names of the options that the encoder has beside a source's
   * @throws ValueError if a size or option is out of range, or there is none of its name
   */
  constructor(
    where: string,
    options: SourceOptions,
    { deviation = 1, own = [] }: { deviation?: number; own?: readonly string[] } = {},
  ) {
    super();
    expectKnown(where, options, [...own, ...KNOWN]);
    const { rng, dropout = 0, maxLength = Number.POSITIVE_INFINITY } = options;
    const { vocabularySize, embeddingSize, inputSize }: Sizes = options;
    if (vocabularySize !== undefined && inputSize !== undefined) {
      const [expected, received] = ["absent beside vocabularySize", String(inputSize)];
      throw new ValueError({ where, what: "inputSize", expected, received });
    }
    if (vocabularySize === undefined && inputSize === undefined) {
      throw new ValueError({
        where,
        what: "options",
        expected: "with vocabularySize, for sources of tokens, or inputSize, for sources of features,",
        received: "with neither",
      });
    }
    this.#where = where;
    const given = rng ? { rng } : {};
    this.embedding =
      vocabularySize === undefined
        ? null
        : embeddingOf(
            expectExtent(where, { vocabularySize }),
            expectExtent(where, { embeddingSize: embeddingSize as number }),
            { deviation, ...given },
          );
    this.size = this.embedding?.dimension ?? expectExtent(where, { inputSize: inputSize as number });
    this.maxLength = maxLength === Number.POSITIVE_INFINITY ? maxLength : expectExtent(where, { maxLength });
    this.dropout = new Dropout(dropout, given);
  }

  /** Lengths as a tensor. @throws ShapeError if the source is empty, ValueError if it is too long */
  check(source: Tensor, options: EncodeOptions): Tensor | undefined {
    const where = `${this.#where}.encode`;
    expectKnown(where, options, ["lengths", "copyIds"]);
    const remedy = this.embedding
      ? "Sources are rows of tokens [B, S]; build the encoder with inputSize for features [B, S, I]."
      : `Sources are features [B, S, ${this.size}]; build the encoder with vocabularySize and embeddingSize for tokens [B, S].`;
    const { B, S } = expectShape(where, { source }, this.embedding ? ["B", "S"] : ["B", "S", this.size], remedy) as {
      B: number;
      S: number;
    };
    if (B === 0 || S === 0) {
      throw new ShapeError({
        where,
        what: "source",
        expected: "of at least one row and one step",
        received: formatShape(source.shape),
        remedy: "Leave empty sources out of the batch.",
      });
    }
    const known = lengthsTensor(where, options.lengths, { B, T: S }, true);
    this.#expectLengths(where, S, known && hostValues(known));
    return known;
  }

  /** Features of a source that was checked. */
  forward(source: Tensor): Tensor {
    return this.dropout.forward(this.embedding ? this.embedding.forward(source) : this.inPrecision(source));
  }

  #expectLengths(where: string, S: number, lengths: ArrayLike<number> = [S]): void {
    const all = Array.from(lengths);
    const empty = all.indexOf(0);
    if (empty >= 0) {
      throw new ValueError({
        where,
        what: `source[${empty}]`,
        expected: "of at least one step",
        received: "of length 0",
        remedy: "Leave empty sources out of the batch.",
      });
    }
    const longest = Math.max(...all);
    if (longest <= this.maxLength) return;
    throw new ValueError({
      where,
      what: "source",
      expected: `of at most ${this.maxLength} steps`,
      received: String(longest),
      remedy: "Shorten it, or build the encoder with a greater maxLength.",
    });
  }
}
