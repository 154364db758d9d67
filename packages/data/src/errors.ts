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

/** Two vocabularies that should be the same and are not: `differences` names what differs. */
export class VocabularyMismatchError extends DataError {
  override readonly name = "VocabularyMismatchError";
  /** One sentence for each difference, the first few. */
  readonly differences: readonly string[];

  constructor(facts: DataErrorFacts & { differences: readonly string[] }) {
    super(facts);
    this.differences = facts.differences;
  }
}

/** A text that a tokenizer cannot encode, ids that it cannot decode, or a tokenizer that cannot be made. */
export class TokenizerError extends DataError {
  override readonly name = "TokenizerError";
}

/** A file of lines (CSV, CoNLL, JSON lines) that is not of its format. */
export class ParseError extends DataError {
  override readonly name = "ParseError";
  /** The line at fault, from 1. */
  readonly line: number;
  /** The column of the table at fault by its name, where there is one. */
  readonly column: string | undefined;

  constructor(facts: DataErrorFacts & { line: number; column?: string | undefined }, options?: ErrorOptions) {
    super(facts, options);
    this.line = facts.line;
    this.column = facts.column;
  }
}

/** Tags of spans (BIO, BIOES) that cannot follow each other, or are of no scheme. */
export class TagError extends DataError {
  override readonly name = "TagError";
  /** The position of the tag in its sentence, from 0, where there is one. */
  readonly position: number | undefined;
  /** The line of the file, from 1, where the tags were read from one. */
  readonly line: number | undefined;

  constructor(facts: DataErrorFacts & { position?: number | undefined; line?: number | undefined }) {
    super(facts);
    this.position = facts.position;
    this.line = facts.line;
  }
}

/** Bytes that are no WAVE file, or one of a coding that is not read. */
export class WavError extends DataError {
  override readonly name = "WavError";
  /** The offset in the file of what is at fault, where there is one. */
  readonly byte: number | undefined;
  /** The code of the format (`wFormatTag`), where that is at fault. */
  readonly formatCode: number | undefined;

  constructor(facts: DataErrorFacts & { byte?: number | undefined; formatCode?: number | undefined }) {
    super(facts);
    this.byte = facts.byte;
    this.formatCode = facts.formatCode;
  }
}

/** A signal or a setting from which no features can be made. */
export class SignalError extends DataError {
  override readonly name = "SignalError";
}

/** A setting with which a toy task has no examples. */
export class TaskError extends DataError {
  override readonly name = "TaskError";
}

/** A loader whose source, worker or saved position is at fault. */
export class LoaderError extends DataError {
  override readonly name = "LoaderError";
}

/** Vectors that cannot be read from a file of them. */
export class WordVectorError extends DataError {
  override readonly name = "WordVectorError";
  /** The line at fault, from 1 on, in a text file. */
  readonly line: number | undefined;
  /** The byte at which what is at fault begins. */
  readonly offset: number | undefined;

  constructor(facts: DataErrorFacts & { line?: number; offset?: number }, options?: ErrorOptions) {
    super(facts, options);
    this.line = facts.line;
    this.offset = facts.offset;
  }
}
