import { expectIterable, expectOptions } from "../checks";
import { SplitError } from "../errors";
import { hash32 } from "./hash";
import { Random } from "./random";

/** The parts of a split by name, each with its fraction of the items; fractions are positive and sum to 1. */
export type Fractions<Part extends string> = Readonly<Record<Part, number>>;

/** The positions of each part's items in the list that was split, ascending. */
export type Split<Part extends string> = Record<Part, Uint32Array<ArrayBuffer>>;

const HASHES = 2 ** 32;

/**
 * Splits `count` items at random into parts of exactly the given sizes, to the nearest item. The same seed gives the
 * same split; when items are added, all may move: `splitByHash` keeps each where it is.
 *
 * @param fractions such as `{ train: 0.8, validation: 0.1, test: 0.1 }`
 * @throws SplitError if the fractions are not positive, do not sum to 1, or leave a part without an item
 */
export function splitByShuffle<Part extends string>(
  count: number,
  fractions: Fractions<Part>,
  options: { seed?: number } = {},
): Split<Part> {
  expectOptions(SplitError, "splitByShuffle", options, ["seed"]);
  const { seed = 0 } = options;
  const order = new Random(seed).permutation(count);
  let start = 0;
  return byPart("splitByShuffle", fractions, (part, upper) => {
    const end = Math.round(count * upper);
    if (end === start) {
      throw new SplitError({
        where: "splitByShuffle",
        expected: `at least one item for each of the ${Object.keys(fractions).length} parts`,
        actual: `none for ${part} of ${count} items`,
        remedy: "Pass more items or a larger fraction.",
      });
    }
    const rows = order.slice(start, end).sort();
    start = end;
    return rows;
  });
}

/**
 * Splits items by a hash of their key, so that an item's part depends on nothing but its key: equal keys share a part,
 * which keeps copies of an item from leaking from one part into another, and adding or removing items moves no other.
 * The sizes follow the fractions up to the chance of the hash, about ±√(count·fraction).
 *
 * @param keys the text that identifies each item
 * @param fractions such as `{ train: 0.9, test: 0.1 }`
 * @param options.salt another salt gives an independent split
 * @throws SplitError if the fractions are not positive or do not sum to 1
 */
export function splitByHash<Part extends string>(
  keys: Iterable<string>,
  fractions: Fractions<Part>,
  options: { salt?: number } = {},
): Split<Part> {
  expectOptions(SplitError, "splitByHash", options, ["salt"]);
  expectIterable(SplitError, "splitByHash", { keys });
  const { salt = 0 } = options;
  const hashes = Array.from(keys, (key) => hash32(key, salt) / HASHES);
  let lower = 0;
  return byPart("splitByHash", fractions, (_, upper) => {
    const rows: number[] = [];
    for (const [row, hash] of hashes.entries()) if (hash >= lower && hash < upper) rows.push(row);
    lower = upper;
    return Uint32Array.from(rows);
  });
}

/** Calls `rowsOf` for each part with the sum of the fractions up to and with it, which is exactly 1 for the last. */
function byPart<Part extends string>(
  where: string,
  fractions: Fractions<Part>,
  rowsOf: (part: Part, upper: number) => Uint32Array<ArrayBuffer>,
): Split<Part> {
  const parts = Object.entries<number>(fractions);
  const sum = parts.reduce((total, [, fraction]) => total + fraction, 0);
  // Decimal fractions such as 0.7 + 0.2 + 0.1 miss 1 by rounding, never by as much as this.
  if (parts.some(([, fraction]) => !(fraction > 0)) || !(Math.abs(sum - 1) < 1e-9)) {
    throw new SplitError({
      where,
      expected: "positive fractions that sum to 1",
      actual: parts.map(([part, fraction]) => `${part}: ${fraction}`).join(", ") || "no part",
      remedy: "Pass fractions such as { train: 0.8, validation: 0.1, test: 0.1 }.",
    });
  }
  const split: Partial<Split<Part>> = {};
  let upper = 0;
  for (const [index, [name, fraction]] of parts.entries()) {
    const part = name as Part; // Object.entries forgets the type of its keys
    upper = index === parts.length - 1 ? 1 : upper + fraction;
    split[part] = rowsOf(part, upper);
  }
  return split as Split<Part>;
}
