import { expectOptions } from "../checks";
import { type DataErrorFacts, ParseError, ReadError } from "../errors";

/** Names of the options of `readText`, and of what reads lines. */
export const READ_OPTIONS = ["gzip", "encoding"];
export const LINE_OPTIONS = [...READ_OPTIONS, "maxLength"];

/** What is wrong before the first line is read. */
class OptionError extends ParseError {
  constructor(facts: DataErrorFacts) {
    super({ ...facts, line: 1 });
  }
}

/** Refuses options of a format that there are none of. */
export function expectFormat(where: string, options: object, known: readonly string[]): void {
  expectOptions(OptionError, where, options, known);
}

/** Refuses options of a reader that there are none of. */
export function expectReading(where: string, options: object, known: readonly string[]): void {
  expectOptions(ReadError, where, options, known);
}
