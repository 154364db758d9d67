import { excerpt, expectText, isTextList } from "../checks";
import { ParseError, ReadError } from "../errors";
import { expectTags, type TagScheme } from "../tags/scheme";
import { expectFormat, expectReading, LINE_OPTIONS } from "./options";
import { type LineOptions, linesOf, type TextSource } from "./read";

/** What a file of columns looks like. */
export interface ConllOptions<Column extends string> {
  /** The names of the columns, in their order. */
  columns: readonly Column[];
  /** What stands between columns; tabs for lines that have one and else white space, when absent. */
  separator?: "tab" | "space";
  /** Whether lines that start with # are comments; false when absent, as a word may be "#". */
  comments?: boolean;
  /** Columns that hold tags of spans, with their scheme; a tag out of order is then an error. None when absent. */
  tags?: Readonly<Partial<Record<Column, TagScheme>>>;
}

const CONLL_OPTIONS = ["columns", "separator", "comments", "tags"];

/** One sentence: a list of words, of tags and so on, by the names of the columns. */
export type ConllSentence<Column extends string> = {
  columns: Record<Column, string[]>;
  /** The comments before it, without #. */
  comments: string[];
  /** The line of the file of its first word, from 1. */
  line: number;
};

/**
 * The sentences of a CoNLL file: a word with its columns on each line, an empty line between sentences. Lines that start
 * with -DOCSTART- part documents and are left out.
 *
 * @throws ParseError with the line, if one has another number of columns
 * @throws TagError with the line, if a tag cannot follow the one before it
 */
export function parseConll<Column extends string>(
  text: string,
  options: ConllOptions<Column>,
): ConllSentence<Column>[] {
  expectText(ReadError, "parseConll", { text });
  expectFormat("parseConll", options, CONLL_OPTIONS);
  const builder = new SentenceBuilder("parseConll", options);
  const sentences = text
    .replace(/^\ufeff/, "")
    .split(/\r?\n/)
    .map((line) => builder.line(line));
  return [...sentences, builder.end()].filter((sentence) => sentence !== undefined);
}

/** As `parseConll`, from a file that is read as it is used. */
export async function* readConll<Column extends string>(
  source: TextSource,
  options: ConllOptions<Column> & LineOptions,
): AsyncGenerator<ConllSentence<Column>, void, undefined> {
  expectReading("readConll", options, [...CONLL_OPTIONS, ...LINE_OPTIONS]);
  const builder = new SentenceBuilder("readConll", options);
  for await (const line of linesOf("readConll", source, options, CONLL_OPTIONS)) {
    const sentence = builder.line(line);
    if (sentence) yield sentence;
  }
  const last = builder.end();
  if (last) yield last;
}

class SentenceBuilder<Column extends string> {
  readonly #where: string;
  readonly #options: ConllOptions<Column>;
  #rows: string[][] = [];
  #lines: number[] = [];
  #comments: string[] = [];
  #number = 0;

  constructor(where: string, options: ConllOptions<Column>) {
    this.#where = where;
    this.#options = options;
    if (isTextList(options.columns) && options.columns.length > 0) return;
    throw new ParseError({
      where,
      expected: "columns to be a list of names",
      actual: excerpt(options.columns),
      remedy: 'Name all columns of the file, such as ["word", "pos", "tag"].',
      line: 1,
    });
  }

  /** @returns the sentence that this line ends, if it does */
  line(line: string): ConllSentence<Column> | undefined {
    this.#number++;
    if (line.trim() === "" || line.startsWith("-DOCSTART-")) return this.end();
    if (this.#options.comments && line.startsWith("#")) {
      this.#comments.push(line.slice(1).trim());
      return undefined;
    }
    this.#lines.push(this.#number);
    this.#rows.push(this.#fields(line));
    return undefined;
  }

  end(): ConllSentence<Column> | undefined {
    if (this.#rows.length === 0) return undefined;
    const { columns: names, tags = {} } = this.#options;
    const [rows, comments, lines] = [this.#rows, this.#comments, this.#lines];
    [this.#rows, this.#comments, this.#lines] = [[], [], []];
    const entries = names.map((name, at) => [name, rows.map((row) => row[at] ?? "")] as const);
    const columns = Object.fromEntries(entries) as Record<Column, string[]>; // one entry for each name
    for (const [name, scheme] of Object.entries<TagScheme | undefined>(tags)) {
      const column = columns[name as Column]; // a key of tags is a column
      if (scheme) expectTags(this.#where, column ?? [], scheme, lines);
    }
    return { columns, comments, line: lines[0] ?? 0 };
  }

  #fields(line: string): string[] {
    const { columns, separator = line.includes("\t") ? "tab" : "space" } = this.#options;
    const fields = separator === "tab" ? line.split("\t") : line.trim().split(/\s+/);
    if (fields.length === columns.length) return fields;
    throw new ParseError({
      where: this.#where,
      expected: `${columns.length} columns: ${columns.join(", ")}`,
      actual: `${fields.length} in line ${this.#number}: ${excerpt(line)}`,
      remedy: "Name all columns of the file, and leave an empty line between sentences.",
      line: this.#number,
    });
  }
}
