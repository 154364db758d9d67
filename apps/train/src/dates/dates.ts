import { DATE_LOCALES, DatesInWords, Random, type WrittenDate } from "@unroll/data";
import type { LoadedData } from "../learning/define-learning-task";
import { type Pair, type PairFacts, pairFacts } from "../pairs/pair";
import { datePair } from "./date-text";

/** How many texts there are. */
export interface DateCounts {
  train: number;
  dev: number;
}

/**
 * Dates from 1900 to 2099 as people write them, and their ISO 8601 form; none that is scored was learned from.
 * @throws TaskError if this Node has not the languages
 */
export function datesInWords(
  { seed, train, dev }: DateCounts & { seed: number },
  locales: readonly string[] = DATE_LOCALES,
): LoadedData<Pair, PairFacts> {
  const dates = new DatesInWords({ locales });
  const learned = dates.draw(new Random(seed, 0), train).map(pairOf);
  return {
    facts: pairFacts(learned),
    train: learned,
    dev: dates.draw(new Random(seed, 1), dev, { part: "heldOut" }).map(pairOf),
  };
}

const pairOf = ({ text, iso }: WrittenDate): Pair => datePair(text, iso);
