import { expectOneOf, expectOptions, expectWhole } from "../checks";
import { TaskError } from "../errors";
import { hash32 } from "../random/hash";
import type { Random } from "../random/random";

/** A date as somebody wrote it. */
export interface WrittenDate {
  text: string;
  /** Its ISO 8601 form, such as 2024-03-04. */
  iso: string;
}

/** How dates are written: the languages, and countries where these differ. */
export const DATE_LOCALES: readonly string[] = [
  ...["ar", "bg", "ca", "cs", "da", "de", "el", "en-GB", "en-US", "es", "fi", "fr", "he", "hi", "hu", "id"],
  ...["it", "ja", "ko", "nb", "nl", "pl", "pt-BR", "ro", "ru", "sk", "sv", "th", "tr", "uk", "vi", "zh-CN"],
];

/** In words with the weekday or without, shortened, and in numbers. Years have all their digits. */
export const DATE_STYLES: readonly Intl.DateTimeFormatOptions[] = [
  { dateStyle: "full" },
  { dateStyle: "long" },
  { dateStyle: "medium" },
  { weekday: "short", year: "numeric", month: "short", day: "numeric" },
  { year: "numeric", month: "short", day: "2-digit" },
  { year: "numeric", month: "numeric", day: "numeric" },
  { year: "numeric", month: "2-digit", day: "2-digit" },
];

/** How the dates of `DatesInWords` are written, and which there are. */
export interface DateOptions {
  /** 32 of them when absent, `DATE_LOCALES`. */
  locales?: readonly string[];
  /** `DATE_STYLES` when absent. */
  styles?: readonly Intl.DateTimeFormatOptions[];
  /** 1900 when absent. */
  firstYear?: number;
  /** 2099 when absent. */
  lastYear?: number;
}

/** A leap year, in which the texts of all days are held against each other. */
const SAMPLE_YEAR = 2024;
const DAY = 24 * 60 * 60 * 1000;
/** One date of so many is held out. */
const HELD_OUT_OF = 20;

interface Way {
  format: Intl.DateTimeFormat;
  /** Days, as month and day, whose text is another date's in another way of writing: "03/04/2024". */
  ambiguous: ReadonlySet<string>;
}

/**
 * Dates as people write them, and their ISO 8601 form: which day is lunedì 4 marzo 2024? A date is held out or not by a hash
 * of that form, one of twenty is, so none that a model is scored with was learned from in any language. Texts that stand for
 * two dates, in one language or in two, are left out: days up to the 12th between slashes.
 *
 *   const dates = new DatesInWords({ locales: ["en-GB", "de"] });
 *   dates.draw(new Random(1), 32);
 */
export class DatesInWords {
  readonly #ways: readonly Way[];
  readonly #first: number;
  readonly #days: number;

  /** @throws TaskError if Intl has not the languages here, or the years are none */
  constructor(options: DateOptions = {}) {
    const where = "DatesInWords";
    expectOptions(TaskError, where, options, ["locales", "styles", "firstYear", "lastYear"]);
    const { locales = DATE_LOCALES, styles = DATE_STYLES, firstYear = 1900, lastYear = 2099 } = options;
    expectWhole(TaskError, where, { "locales.length": locales.length, "styles.length": styles.length });
    expectWhole(TaskError, where, { firstYear }, { least: 1000, most: 9999 });
    expectWhole(TaskError, where, { lastYear }, { least: firstYear, most: 9999 });
    this.#ways = waysOf(where, locales, styles);
    this.#first = Date.UTC(firstYear, 0, 1);
    this.#days = (Date.UTC(lastYear, 11, 31) - this.#first) / DAY + 1;
  }

  /**
   * So many dates, each in a language and style of its own.
   *
   * @param options.part which dates: those to learn from when absent
   */
  draw(random: Random, count: number, options: { part?: "learned" | "heldOut" } = {}): WrittenDate[] {
    expectOptions(TaskError, "DatesInWords.draw", options, ["part"]);
    const { part = "learned" } = options;
    expectOneOf(TaskError, "DatesInWords.draw", { part }, ["learned", "heldOut"]);
    const dates: WrittenDate[] = [];
    while (dates.length < count) {
      const date = new Date(this.#first + DAY * random.below(this.#days));
      const { format, ambiguous } = this.#ways[random.below(this.#ways.length)] as Way;
      const iso = isoOf(date);
      if (isHeldOutDate(iso) !== (part === "heldOut") || ambiguous.has(iso.slice(5))) continue;
      dates.push({ text: dateText(format.format(date)), iso });
    }
    return dates;
  }
}

/** Whether a date is held out, by a hash of its ISO form. */
export function isHeldOutDate(iso: string): boolean {
  return hash32(iso) % HELD_OUT_OF === 0;
}

/** A date's text as a model reads it: one form of each letter and digit, single spaces, no marks of direction. */
export function dateText(text: string): string {
  return text
    .normalize("NFKC")
    .replace(/\p{Cf}/gu, "")
    .replace(/\s+/gu, " ")
    .trim();
}

/** Each locale in each style, and which days it cannot tell from others. */
function waysOf(where: string, locales: readonly string[], styles: readonly Intl.DateTimeFormatOptions[]): Way[] {
  const known = new Set(Intl.DateTimeFormat.supportedLocalesOf([...locales]));
  const missing = locales.filter((locale) => !known.has(locale));
  if (missing.length > 0) {
    throw new TaskError({
      where,
      expected: `an Intl that writes dates in ${locales.length} languages`,
      actual: `one without ${missing.join(", ")}`,
      remedy: "Leave them out, or use a Node that was built with full-icu, as those of nodejs.org are.",
    });
  }
  const formats = locales.flatMap((locale) =>
    styles.map((style) => new Intl.DateTimeFormat(locale, { ...style, calendar: "gregory", timeZone: "UTC" })),
  );
  const meanings = new Map<string, string>();
  const doubtful = new Set<string>();
  const table = formats.map((format) =>
    daysOfYear().map((date) => ({ iso: isoOf(date), text: dateText(format.format(date)) })),
  );
  for (const { iso, text } of table.flat()) {
    if ((meanings.get(text) ?? iso) !== iso) doubtful.add(text);
    meanings.set(text, iso);
  }
  return formats.map((format, way) => {
    const texts = table[way] ?? [];
    const ambiguous = texts.filter(({ text }) => doubtful.has(text)).map(({ iso }) => iso.slice(5));
    return { format, ambiguous: new Set(ambiguous) };
  });
}

function daysOfYear(): Date[] {
  return Array.from({ length: 366 }, (_, day) => new Date(Date.UTC(SAMPLE_YEAR, 0, 1) + DAY * day));
}

const isoOf = (date: Date): string => date.toISOString().slice(0, 10);
