import { FileFormatError } from "../errors";
import { quoted } from "../quoted";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;

/** 2^53 − 1 has 16 digits, so a longer number cannot be exact. */
const MAX_DIGITS = 16;

const DAMAGED = "The file is damaged or is not safetensors; fetch or write it again.";

/**
 * Reads JSON tokens from bytes. `JSON.parse` would do less: it keeps the last of two equal keys, rounds numbers, and
 * cannot say where in the file a fault lies. Nothing here nests, so no input can exhaust the stack.
 */
export class HeaderScanner {
  /** The byte of the file that is read next. */
  offset: number;
  readonly #utf8 = new TextDecoder("utf-8", { fatal: true });

  constructor(
    readonly where: string,
    readonly bytes: Uint8Array,
    start: number,
    readonly end: number,
  ) {
    this.offset = start;
  }

  fail(field: string, offset: number, expected: string, received: string, remedy = DAMAGED): never {
    throw new FileFormatError({ where: this.where, field, offset, expected, received, remedy });
  }

  /** Takes `character` if it comes next, after white space. */
  take(character: string): boolean {
    this.#skipSpace();
    if (this.offset >= this.end || this.bytes[this.offset] !== character.charCodeAt(0)) return false;
    this.offset++;
    return true;
  }

  expect(character: string, field: string): void {
    if (!this.take(character))
      this.fail(field, this.offset, `followed by ${quoted(character)}`, `followed by ${this.#found()}`);
  }

  /** A JSON string of at most `maxBytes` between its quotes. */
  string(field: string, maxBytes: number, remedy?: string): string {
    this.#skipSpace();
    const open = this.offset;
    if (open >= this.end || this.bytes[open] !== QUOTE) this.fail(field, open, "a JSON string", this.#found());
    let close = open + 1;
    let escaped = false;
    for (; ; close++) {
      if (close >= this.end) this.fail(field, open, "a string that ends inside the header", "not closed");
      const byte = this.bytes[close] ?? 0;
      if (byte === QUOTE) break;
      if (close - open > maxBytes) {
        this.fail(field, open, `at most ${maxBytes} bytes long`, "longer", remedy);
      }
      if (byte < SPACE) this.fail(field, close, "free of control characters", `interrupted by byte ${byte}`);
      if (byte === BACKSLASH) {
        escaped = true;
        close++; // whatever is escaped does not end the string
      }
    }
    this.offset = close + 1;
    return this.#text(field, open, close, escaped);
  }

  /** A whole number from 0 to 2^53 − 1. */
  integer(field: string): number {
    this.#skipSpace();
    const start = this.offset;
    let value = 0;
    for (; this.offset < this.end && this.offset - start <= MAX_DIGITS; this.offset++) {
      const digit = (this.bytes[this.offset] ?? 0) - 0x30;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    const digits = this.offset - start;
    if (digits === 0) this.fail(field, start, "a whole number of at least 0", this.#found());
    if (digits > 1 && this.bytes[start] === 0x30) this.fail(field, start, "without leading zeros", "written with them");
    if (!Number.isSafeInteger(value)) this.fail(field, start, "at most 2^53 - 1", "larger");
    return value;
  }

  /** Everything up to the end of the header must be spaces, the padding that the format allows. */
  onlySpacesRemain(): void {
    for (; this.offset < this.end; this.offset++) {
      if (this.bytes[this.offset] !== SPACE) {
        this.fail("the header", this.offset, "followed by spaces only", `followed by ${this.#found()}`);
      }
    }
  }

  #skipSpace(): void {
    for (; this.offset < this.end; this.offset++) {
      const byte = this.bytes[this.offset];
      if (byte !== SPACE && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return;
    }
  }

  #text(field: string, open: number, close: number, escaped: boolean): string {
    // Decoded with its quotes: a byte-order mark is part of a name, and TextDecoder would drop one that comes first.
    const raw = this.bytes.subarray(open, close + 1);
    let text: string;
    try {
      const json = this.#utf8.decode(raw);
      text = escaped ? JSON.parse(json) : json.slice(1, -1);
    } catch {
      // TextDecoder and JSON.parse say neither which string nor where; this does.
      this.fail(field, open, "valid UTF-8 and JSON", "malformed");
    }
    // A lone surrogate has no UTF-8 form: written back it would turn into another name.
    if (/\p{Surrogate}/u.test(text)) this.fail(field, open, "well-formed Unicode", "half of a surrogate pair");
    return text;
  }

  #found(): string {
    const byte = this.bytes[this.offset];
    if (this.offset >= this.end || byte === undefined) return "the end of the header";
    return byte > SPACE && byte < 0x7f ? quoted(String.fromCharCode(byte)) : `byte ${byte}`;
  }
}
