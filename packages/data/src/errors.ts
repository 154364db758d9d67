/** What an error of this package states: where it arose, what was wanted, what came, and the way out. */
export interface DataErrorFacts {
  /** The function or class at whose door the input was refused, such as `padSequences`. */
  readonly where: string;
  readonly expected: string;
  readonly actual: string;
  readonly remedy: string;
}

/** The parent of every error of this package; its fields carry the same facts as its message. */
export abstract class DataError extends Error implements DataErrorFacts {
  readonly where: string;
  readonly expected: string;
  readonly actual: string;
  readonly remedy: string;

  constructor({ where, expected, actual, remedy }: DataErrorFacts, options?: ErrorOptions) {
    super(`${where}: expected ${expected} but got ${actual}. ${remedy}`, options);
    this.where = where;
    this.expected = expected;
    this.actual = actual;
    this.remedy = remedy;
  }
}

/** A character or an id that the vocabulary does not hold, or a vocabulary that cannot be made. */
export class VocabularyError extends DataError {
  override readonly name = "VocabularyError";
  /** The character that was refused, where there is one. */
  readonly character: string | undefined;
  /** Its position in the text, counted in characters (code points) from 0, where there is one. */
  readonly position: number | undefined;

  constructor(facts: DataErrorFacts & { character?: string; position?: number }) {
    super(facts);
    this.character = facts.character;
    this.position = facts.position;
  }
}

/** Ids or sequences that cannot become an array. */
export class EncodingError extends DataError {
  override readonly name = "EncodingError";
}

/** Lengths or options from which no batches can be made. */
export class BatchError extends DataError {
  override readonly name = "BatchError";
}

/** Fractions or items that cannot be split. */
export class SplitError extends DataError {
  override readonly name = "SplitError";
}

/** A seed or a bound that the generator cannot take. */
export class RandomError extends DataError {
  override readonly name = "RandomError";
}

/** A file or a response that could not be read as text. */
export class ReadError extends DataError {
  override readonly name = "ReadError";
}

/** Sequences that cannot be scored. */
export class MetricError extends DataError {
  override readonly name = "MetricError";
}
