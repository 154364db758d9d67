import { excerpt, expectList, expectOptions, isRecord } from "../checks";
import { VocabularyError } from "../errors";

/** Which entries a vocabulary has beside its words or characters. Those it has come first, in this order. */
export interface SpecialOptions {
  /** Adds an entry for padding; `decode` skips it. */
  pad?: boolean;
  /** Adds an entry for everything outside the vocabulary; without it, that is an error. */
  unknown?: boolean;
  /** Adds an entry that stands before the first step of a sequence; `decode` skips it. */
  start?: boolean;
  /** Adds an entry that stands behind the last step of a sequence; `decode` skips it. */
  end?: boolean;
}

/** The ids of the special entries, undefined for those that there are not. */
export interface SpecialIds {
  readonly padId: number | undefined;
  readonly unknownId: number | undefined;
  readonly startId: number | undefined;
  readonly endId: number | undefined;
}

export const SPECIAL_NAMES = ["pad", "unknown", "start", "end"] as const;

/**
 * The ids of the special entries, counted from 0, and how many there are.
 *
 * @param own names of what else a vocabulary may be told
 * @throws VocabularyError if it is told something else
 */
export function specialIds(
  where: string,
  options: SpecialOptions,
  own: readonly string[] = [],
): SpecialIds & { count: number } {
  const isChecked = isRecord(options) && "kind" in options; // JSON, which has more in it
  if (!isChecked) expectOptions(VocabularyError, where, options, [...SPECIAL_NAMES, ...own]);
  let count = 0;
  const [padId, unknownId, startId, endId] = SPECIAL_NAMES.map((name) => (options[name] ? count++ : undefined));
  return { padId, unknownId, startId, endId, count };
}

/** Whether `decode` leaves this id out: padding, start or end. */
export function isSilent(id: number, { padId, startId, endId }: SpecialIds): boolean {
  return id === padId || id === startId || id === endId;
}

/** The special entries as they stand in JSON. */
export function specialsToJSON(ids: SpecialIds): Required<SpecialOptions> {
  return {
    pad: ids.padId !== undefined,
    unknown: ids.unknownId !== undefined,
    start: ids.startId !== undefined,
    end: ids.endId !== undefined,
  };
}

/** Whether a JSON record names special entries by truth values only; start and end may be absent, as in older files. */
export function areSpecials(json: Readonly<Record<string, unknown>>): boolean {
  const { pad, unknown, start = false, end = false } = json;
  return [pad, unknown, start, end].every((value) => typeof value === "boolean");
}

/**
 * A sequence of ids between the start and the end entry of a vocabulary, or beside the one that it has.
 *
 * @returns [T + 1] or [T + 2]
 * @throws VocabularyError if it has neither
 */
export function withEnds(
  ids: ArrayLike<number>,
  { startId, endId }: Pick<SpecialIds, "startId" | "endId">,
): Int32Array<ArrayBuffer> {
  if (startId === undefined && endId === undefined) {
    throw new VocabularyError({
      where: "withEnds",
      expected: "a vocabulary with a start or an end entry",
      actual: "one with neither",
      remedy: "Make it with { start: true, end: true }.",
    });
  }
  const before = startId === undefined ? [] : [startId];
  const behind = endId === undefined ? [] : [endId];
  if (typeof ids !== "string") expectList(VocabularyError, "withEnds", { ids });
  if (typeof ids === "string" || Array.prototype.some.call(ids, (id) => id !== (id | 0))) {
    throw new VocabularyError({
      where: "withEnds",
      expected: "ids, which are whole numbers",
      actual: excerpt(ids),
      remedy: "Pass what encode of the vocabulary gives.",
    });
  }
  const whole = new Int32Array(before.length + ids.length + behind.length);
  whole.set(before);
  whole.set(ids, before.length);
  whole.set(behind, before.length + ids.length);
  return whole;
}
