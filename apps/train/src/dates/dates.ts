import { hash32, Random } from "@unroll/data";
import { TaskError } from "../cli/errors";
import type { LoadedData } from "../learning/define-learning-task";
import { type Pair, type PairFacts, pairFacts } from "../pairs/pair";
import { datePair, dateText } from "./date-text";

/** How dates are written: the languages, and countries where these differ. */
export const LOCALES = [
  ...["ar", "bg", "ca", "cs", "da", "de", "el", "en-GB", "en-US", "es", "fi", "fr", "he", "hi", "hu", "id"],
  ...["it", "ja", "ko", "nb", "nl", "pl", "pt-BR", "ro", "ru", "sk", "sv", "th", "tr", "uk", "vi", "zh-CN"],
] as const;

/** In words with the weekday or without, shortened, and in numbers. Years have all their digits. */
const STYLES: readonly Intl.DateTimeFormatOptions[] = [
  { dateStyle: "full" },
  { dateStyle: "long" },
  { dateStyle: "medium" },
  { weekday: "short", year: "numeric", month: "short", day: "numeric" },
  { year: "numeric", month: "short", day: "2-digit" },
  { year: "numeric", month: "numeric", day: "numeric" },
  { year: "numeric", month: "2-digit", day: "2-digit" },
];

const [FIRST_YEAR, LAST_YEAR] = [1900, 2099];
/** A leap year, in which the texts of all days are held against each other. */
const SAMPLE_YEAR = 2024;
const DAY = 24 * 60 * 60 * 1000;

/** One date of so many is held out. */
const HELD_OUT_OF = 20;

/** How many texts there are. */
export interface DateCounts {
  train: number;
  dev: number;
}

interface Way {
  format: Intl.DateTimeFormat;
  /** Days, as month and day, whose text is another date's in another way of writing: "03/04/2024". */
  ambiguous: ReadonlySet<string>;
}

/**
 * Dates from 1900 to 2099 as people write them, and their ISO 8601 form. A date is held out or not by a hash of that form,
 * so none that is scored was learned from in any language. Texts that stand for two dates, in one language or in two, are
 * left out: days up to the 12th between slashes.
 * @throws TaskError if this Node has not the languages
 */
export function datesInWords(
  { seed, train, dev }: DateCounts & { seed: number },
  locales: readonly string[] = LOCALES,
): LoadedData<Pair, PairFacts> {
  const ways = waysOf(locales);
  const learned = textsOf(ways, train, new Random(seed, 0), (iso) => !isHeldOut(iso));
  return { facts: pairFacts(learned), train: learned, dev: textsOf(ways, dev, new Random(seed, 1), isHeldOut) };
}

/** Whether a date is held out, by a hash of its ISO form. */
export function isHeldOut(iso: string): boolean {
  return hash32(iso) % HELD_OUT_OF === 0;
}

function textsOf(ways: readonly Way[], count: number, random: Random, wanted: (iso: string) => boolean): Pair[] {
  const first = Date.UTC(FIRST_YEAR, 0, 1);
  const days = (Date.UTC(LAST_YEAR, 11, 31) - first) / DAY + 1;
  const pairs: Pair[] = [];
  while (pairs.length < count) {
    const date = new Date(first + DAY * random.below(days));
    const { format, ambiguous } = ways[random.below(ways.length)] as Way;
    const iso = isoOf(date);
    if (wanted(iso) && !ambiguous.has(iso.slice(5))) pairs.push(datePair(dateText(format.format(date)), iso));
  }
  return pairs;
}

/** Each locale in each style, and which days it cannot tell from others. */
function waysOf(locales: readonly string[]): Way[] {
  const known = new Set(Intl.DateTimeFormat.supportedLocalesOf([...locales]));
  const missing = locales.filter((locale) => !known.has(locale));
  if (missing.length > 0) {
    throw new TaskError(
      `dates should be written in ${locales.length} languages, but this Node has not ${missing.join(", ")}. ` +
        "Use a Node that was built with full-icu, as those of nodejs.org are.",
    );
  }
  const formats = locales.flatMap((locale) =>
    STYLES.map((style) => new Intl.DateTimeFormat(locale, { ...style, calendar: "gregory", timeZone: "UTC" })),
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
