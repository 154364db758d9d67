import { excerpt, expectText } from "../checks";
import { ParseError, ReadError } from "../errors";
import { type CsvOptions, CsvParser, type CsvRecord } from "./csv-parser";
import { READ_OPTIONS } from "./options";
import { type ReadOptions, type TextSource, textOf } from "./read";
import { expectSource } from "./source";

/** A row of a table with a header: its fields by the names of their columns. */
export type CsvRow = Readonly<Record<string, string>>;

/** The values of each column that was asked for. */
export type CsvColumns<Kinds extends Readonly<Record<string, "number" | "text">>> = {
  [Name in keyof Kinds]: Kinds[Name] extends "number" ? Float64Array<ArrayBuffer> : string[];
};

/** Files of IANA's text/tab-separated-values quote nothing. */
export const TSV: CsvOptions = { delimiter: "\t", quote: "" };

/**
 * The records of a table without a header, all of the same number of fields, as RFC 4180 states them.
 *
 * @throws ParseError with the line, if a record has another number of fields than the first, or a quote is out of place
 */
export function parseCsvRecords(text: string, options: CsvOptions = {}): string[][] {
  const check = new SameWidth("parseCsvRecords");
  return Array.from(records("parseCsvRecords", text, options), (record) => check.pass(record).fields);
}

/** As `parseCsvRecords`, from a file that is read as it is used. */
export async function* readCsvRecords(
  source: TextSource,
  options: CsvOptions & ReadOptions = {},
): AsyncGenerator<string[], void, undefined> {
  const check = new SameWidth("readCsvRecords");
  for await (const record of readRecords("readCsvRecords", source, options)) yield check.pass(record).fields;
}

/**
 * The rows of a table whose first record names the columns.
 *
 * @throws ParseError as `parseCsvRecords`, or if a column has no name or that of another
 */
export function parseCsv(text: string, options: CsvOptions = {}): CsvRow[] {
  const rows = new Rows("parseCsv");
  return Array.from(records("parseCsv", text, options), (record) => rows.next(record)).filter(isRow);
}

/** As `parseCsv`, from a file that is read as it is used. */
export async function* readCsv(
  source: TextSource,
  options: CsvOptions & ReadOptions = {},
): AsyncGenerator<CsvRow, void, undefined> {
  const rows = new Rows("readCsv");
  for await (const record of readRecords("readCsv", source, options)) {
    const row = rows.next(record);
    if (row) yield row;
  }
}

/**
 * Some columns of a table with a header, as numbers or as texts.
 *
 * @param kinds such as `{ timestamp: "text", value: "number" }`
 * @throws ParseError as `parseCsv`, or with line and column, if a column is not there or a field is no finite number
 */
export function parseCsvColumns<Kinds extends Readonly<Record<string, "number" | "text">>>(
  text: string,
  kinds: Kinds,
  options: CsvOptions = {},
): CsvColumns<Kinds> {
  const columns = new Columns("parseCsvColumns", kinds);
  for (const record of records("parseCsvColumns", text, options)) columns.add(record);
  return columns.end();
}

/** As `parseCsvColumns`, from a file; only what was asked for is kept. */
export async function readCsvColumns<Kinds extends Readonly<Record<string, "number" | "text">>>(
  source: TextSource,
  kinds: Kinds,
  options: CsvOptions & ReadOptions = {},
): Promise<CsvColumns<Kinds>> {
  const columns = new Columns("readCsvColumns", kinds);
  for await (const record of readRecords("readCsvColumns", source, options)) columns.add(record);
  return columns.end();
}

function* records(where: string, text: string, options: CsvOptions): Generator<CsvRecord, void, undefined> {
  const parser = new CsvParser(where, options);
  expectText(ReadError, where, { text });
  yield* parser.push(text.startsWith("\ufeff") ? text.slice(1) : text);
  yield* parser.end();
}

async function* readRecords(
  where: string,
  source: TextSource,
  options: CsvOptions & ReadOptions,
): AsyncGenerator<CsvRecord, void, undefined> {
  const parser = new CsvParser(where, options, READ_OPTIONS);
  expectSource(ReadError, where, source);
  for await (const chunk of textOf(source, options)) yield* parser.push(chunk);
  yield* parser.end();
}

/** Refuses ragged rows. */
class SameWidth {
  readonly #where: string;
  #first: CsvRecord | undefined;

  constructor(where: string) {
    this.#where = where;
  }

  pass(record: CsvRecord): CsvRecord {
    this.#first ??= record;
    const { fields, line } = record;
    if (fields.length === this.#first.fields.length) return record;
    throw new ParseError({
      where: this.#where,
      expected: `${this.#first.fields.length} fields in every record, as in line ${this.#first.line}`,
      actual: `${fields.length} in line ${line}: ${excerpt(fields)}`,
      remedy: "Complete the record, put fields that hold the delimiter in quotes, or pass the file's own delimiter.",
      line,
    });
  }
}

/** Makes rows of records: the first gives the names. */
class Rows {
  readonly #where: string;
  readonly #width: SameWidth;
  #names: readonly string[] | undefined;

  constructor(where: string) {
    this.#where = where;
    this.#width = new SameWidth(where);
  }

  next(record: CsvRecord): CsvRow | undefined {
    const { fields } = this.#width.pass(record);
    if (!this.#names) {
      this.#names = namesOf(this.#where, record);
      return undefined;
    }
    const row: Record<string, string> = Object.create(null); // a column may be called __proto__
    for (const [at, name] of this.#names.entries()) row[name] = fields[at] ?? "";
    return row;
  }
}

function isRow(row: CsvRow | undefined): row is CsvRow {
  return row !== undefined;
}

function namesOf(where: string, { fields, line }: CsvRecord): readonly string[] {
  const at = fields.findIndex((name, index) => name === "" || fields.indexOf(name) !== index);
  if (at < 0) return fields;
  throw new ParseError({
    where,
    expected: "a header that names every column, each by a name of its own",
    actual: `${excerpt(fields[at])} for column ${at + 1} in line ${line}`,
    remedy: "Name the columns in the first line, or read a table without header with the functions of records.",
    line,
    column: fields[at],
  });
}

/** Collects columns of records: the first gives the names. */
class Columns<Kinds extends Readonly<Record<string, "number" | "text">>> {
  readonly #where: string;
  readonly #kinds: Kinds;
  readonly #width: SameWidth;
  #columns: { name: string; at: number; kind: "number" | "text"; texts: string[]; numbers: number[] }[] | undefined;

  constructor(where: string, kinds: Kinds) {
    this.#where = where;
    this.#kinds = kinds;
    this.#width = new SameWidth(where);
  }

  add(record: CsvRecord): void {
    const { fields, line } = this.#width.pass(record);
    if (!this.#columns) {
      this.#columns = this.#find(record);
      return;
    }
    for (const { name, at, kind, texts, numbers } of this.#columns) {
      const field = fields[at] ?? "";
      if (kind === "text") texts.push(field);
      else numbers.push(this.#number(field, name, line));
    }
  }

  end(): CsvColumns<Kinds> {
    const columns = this.#columns ?? this.#find({ fields: [], line: 1 });
    const values = columns.map(({ name, kind, texts, numbers }) => [
      name,
      kind === "text" ? texts : Float64Array.from(numbers),
    ]);
    return Object.fromEntries(values) as CsvColumns<Kinds>; // one entry for each name of kinds, of the kind it says
  }

  #find(header: CsvRecord) {
    const names = namesOf(this.#where, header);
    return Object.entries(this.#kinds).map(([name, kind]) => {
      const at = names.indexOf(name);
      if (at >= 0) return { name, at, kind, texts: [], numbers: [] };
      throw new ParseError({
        where: this.#where,
        expected: `a column ${excerpt(name)}`,
        actual: `${excerpt(names)} in line ${header.line}`,
        remedy: "Ask for columns that the header names.",
        line: header.line,
        column: name,
      });
    });
  }

  #number(field: string, column: string, line: number): number {
    const value = field.trim() === "" ? Number.NaN : Number(field);
    if (Number.isFinite(value)) return value;
    throw new ParseError({
      where: this.#where,
      expected: `finite numbers in column ${excerpt(column)}`,
      actual: `${excerpt(field)} in line ${line}`,
      remedy: 'Fill in or leave out the record, or read the column as "text".',
      line,
      column,
    });
  }
}
