import { dateText, readLines } from "@unroll/data";
import { DataFileError, dataFiles } from "../learning/data-file";
import type { Pair } from "../pairs/pair";

/** A date as the model reads it, and its ISO form. */
export function datePair(text: string, iso: string): Pair {
  return { source: [...text], targets: [[...iso]] };
}

/**
 * Dates of files with a text, a tab and the ISO 8601 form on each line.
 * @throws DataFileError with the line, if one is of another form or names no date
 */
export async function readDates(path: string): Promise<Pair[]> {
  const pairs: Pair[] = [];
  for (const { path: name, source, gzip } of await dataFiles(path, (file) => file.endsWith(".tsv"), "dates.tsv")) {
    let number = 0;
    for await (const line of readLines(source, { gzip })) {
      number++;
      if (line.trim() === "") continue;
      const [, written = "", iso = ""] = /^([^\t]*)\t(\d{4}-\d{2}-\d{2})\s*$/.exec(line) ?? [];
      const text = dateText(written);
      if (text === "" || !isDate(iso)) {
        throw new DataFileError(
          `${name}: line ${number} should be a date, a tab and its ISO form, such as 2020-03-14, but is "${line.slice(0, 60)}". Correct it.`,
        );
      }
      pairs.push(datePair(text, iso));
    }
  }
  if (pairs.length === 0) throw new DataFileError(`${path} should hold dates but is empty. Give a file with some.`);
  return pairs;
}

function isDate(iso: string): boolean {
  const date = new Date(`${iso}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(iso);
}
