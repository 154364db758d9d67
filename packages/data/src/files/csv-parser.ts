import { excerpt } from "../checks";
import { ParseError } from "../errors";
import { expectFormat } from "./options";

/** What a table of separated values looks like. */
export interface CsvOptions {
  /** What stands between fields, one character; "," when absent. */
  delimiter?: string;
  /** What stands around fields that hold a delimiter or a line end; `""` for files that quote nothing. `"` when absent. */
  quote?: string;
  /** The longest field accepted, in UTF-16 units; 1,048,576 when absent. */
  maxLength?: number;
}

/** One record of a table. */
export interface CsvRecord {
  fields: string[];
  /** The line of the file on which it starts, from 1. */
  line: number;
}

/** Where the parser stands: before a field, inside one, inside quotes, or behind a quote inside quotes. */
type State = "start" | "plain" | "quoted" | "quote";

/**
 * Reads records of separated values as RFC 4180 states them, from a text that comes in pieces: fields in quotes may hold
 * delimiters, line ends and, doubled, quotes. Lines end in CR LF, LF or CR. Empty lines are passed over.
 */
export class CsvParser {
  readonly #where: string;
  readonly #delimiter: string;
  readonly #quote: string;
  readonly #maxLength: number;
  #state: State = "start";
  #field = "";
  #fields: string[] = [];
  #line = 1;
  #recordLine = 1;
  #quoteLine = 1;
  #afterReturn = false;

  /**
   * @param own names of what else the options may have
   * @throws ParseError if the delimiter or the quote is not a character that can be one, or there is no option of a name
   */
  constructor(where: string, options: CsvOptions = {}, own: readonly string[] = []) {
    expectFormat(where, options, ["delimiter", "quote", "maxLength", ...own]);
    const { delimiter = ",", quote = '"', maxLength = 2 ** 20 } = options;
    this.#where = where;
    this.#delimiter = delimiter;
    this.#quote = quote;
    this.#maxLength = maxLength;
    const isMark = (text: string): boolean => text.length === 1 && !/[\r\n]/.test(text);
    if (!isMark(delimiter) || !(quote === "" || isMark(quote)) || delimiter === quote) {
      this.#refuse("a delimiter and a quote of one character each", `${excerpt(delimiter)} and ${excerpt(quote)}`, {
        remedy: 'Pass such as { delimiter: ";" }, and { quote: "" } for files without quotes.',
      });
    }
  }

  /** The records that end in this piece of the text. */
  *push(piece: string): Generator<CsvRecord, void, undefined> {
    let from = 0; // the start of what has not been added to the field yet
    for (let at = 0; at < piece.length; at++) {
      const character = piece[at] ?? "";
      const isSecondHalf = character === "\n" && this.#afterReturn;
      this.#afterReturn = character === "\r";
      const isLineEnd = character === "\n" || character === "\r";
      if (isLineEnd && !isSecondHalf) this.#line++;
      if (this.#state === "quoted") {
        if (character !== this.#quote) continue;
        this.#add(piece, from, at);
        this.#state = "quote";
        from = at + 1;
      } else if (this.#quote !== "" && character === this.#quote) {
        if (this.#state === "plain") this.#refuseQuote();
        if (this.#state === "start") {
          this.#quoteLine = this.#line;
          from = at + 1;
        } else from = at; // the second of two quotes is part of the field
        this.#state = "quoted";
      } else if (character === this.#delimiter || isLineEnd) {
        this.#add(piece, from, at);
        from = at + 1;
        if (isSecondHalf) {
          this.#recordLine = this.#line;
          continue;
        }
        if (isLineEnd) yield* this.#endRecord();
        else this.#endField();
      } else if (this.#state === "quote") this.#refuseBehindQuote(character);
      else this.#state = "plain";
    }
    this.#add(piece, from, piece.length);
  }

  /** The last record, if the text did not end in a line end. */
  *end(): Generator<CsvRecord, void, undefined> {
    if (this.#state === "quoted") {
      this.#refuse("a quote at the end of every field that starts with one", "the end of the file", {
        line: this.#quoteLine,
        remedy: 'Close the quote that opens on this line, or pass { quote: "" } if the file quotes nothing.',
      });
    }
    yield* this.#endRecord();
  }

  #add(piece: string, from: number, to: number): void {
    if (this.#state === "quote" || from >= to) return; // behind a closing quote there is nothing to add
    this.#field += piece.slice(from, to);
    if (this.#field.length <= this.#maxLength) return;
    this.#refuse(`fields of at most ${this.#maxLength} characters`, `one of ${this.#field.length} or more`, {
      line: this.#recordLine,
      remedy: "Raise maxLength, or close the quote that makes the rest of the file one field.",
    });
  }

  #endField(): void {
    this.#fields.push(this.#field);
    this.#field = "";
    this.#state = "start";
  }

  *#endRecord(): Generator<CsvRecord, void, undefined> {
    const isEmpty = this.#fields.length === 0 && this.#state === "start";
    const line = this.#recordLine;
    this.#recordLine = this.#line;
    if (isEmpty) return;
    this.#endField();
    const fields = this.#fields;
    this.#fields = [];
    yield { fields, line };
  }

  #refuseQuote(): never {
    this.#refuse("quotes around a whole field only", "a quote within a field", {
      remedy: 'Put the whole field in quotes and double those within it, or pass { quote: "" }.',
    });
  }

  #refuseBehindQuote(character: string): never {
    this.#refuse("a delimiter or a line end behind a closing quote", excerpt(character), {
      remedy: "Double a quote that is part of the field, and leave no space behind the closing one.",
    });
  }

  #refuse(expected: string, actual: string, { line = this.#line, remedy }: { line?: number; remedy: string }): never {
    throw new ParseError({
      where: this.#where,
      expected,
      actual: `${actual} in line ${line}, field ${this.#fields.length + 1}`,
      remedy,
      line,
    });
  }
}
