import { excerpt, expectText } from "../checks";
import { ParseError, ReadError } from "../errors";
import { type LineOptions, linesOf, type TextSource } from "./read";

/**
 * The values of a text with one JSON value on each line; empty lines are passed over.
 *
 * @throws ParseError with the line, if one is not JSON
 */
export function parseJsonLines(text: string): unknown[] {
  expectText(ReadError, "parseJsonLines", { text });
  const lines = text.replace(/^\ufeff/, "").split(/\r?\n/);
  return lines.flatMap((line, index) => (line.trim() === "" ? [] : [parsedLine("parseJsonLines", line, index + 1)]));
}

/** As `parseJsonLines`, from a file that is read as it is used. */
export async function* readJsonLines(
  source: TextSource,
  options: LineOptions = {},
): AsyncGenerator<unknown, void, undefined> {
  let number = 0;
  for await (const line of linesOf("readJsonLines", source, options)) {
    number++;
    if (line.trim() !== "") yield parsedLine("readJsonLines", line, number);
  }
}

function parsedLine(where: string, text: string, line: number): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ParseError(
      {
        where,
        expected: "a JSON value on every line",
        actual: `${excerpt(text)} in line ${line}`,
        remedy: "Write each value on one line of its own.",
        line,
      },
      { cause },
    );
  }
}
