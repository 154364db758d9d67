import { expectList, expectOptions } from "../checks";
import { EncodingError, TagError } from "../errors";
import { expectTags, mayFollow, type TagParts, type TagScheme, tagParts } from "./scheme";

/** Some neighbouring words and what they are. */
export interface Span {
  type: string;
  /** The position of the first word, from 0. */
  start: number;
  /** The position behind the last word. */
  end: number;
}

/** How tags are read. */
export interface SpanOptions {
  /** "bio" when absent. */
  scheme?: TagScheme;
  /**
   * Whether tags out of order are an error. Without, as the program conlleval of CoNLL-2000 reads them, a tag that goes
   * on with a span that there is not opens one, and what is no tag of the scheme is outside. True when absent.
   */
  strict?: boolean;
}

const OUTSIDE: TagParts = { prefix: "O", type: "" };

/**
 * The spans that tags mark, in their order.
 *
 * @throws TagError if `strict` and a tag is not of the scheme or cannot follow the one before it
 */
export function spansOf(tags: readonly string[], options: SpanOptions = {}): Span[] {
  expectOptions(TagError, "spansOf", options, ["scheme", "strict"]);
  const { scheme = "bio", strict = true } = options;
  if (strict) expectTags("spansOf", tags, scheme);
  else expectList(TagError, "spansOf", { tags });
  const spans: Span[] = [];
  let open: Span | undefined;
  let previous = OUTSIDE;
  for (const [position, tag] of tags.entries()) {
    const parts = tagParts(tag, scheme) ?? OUTSIDE;
    const { prefix, type } = parts;
    const goesOn = (prefix === "I" || prefix === "E") && open !== undefined && mayFollow(previous, parts, scheme);
    if (!goesOn) open = undefined;
    if (prefix !== "O") {
      if (!open) {
        open = { type, start: position, end: position };
        spans.push(open);
      }
      open.end = position + 1;
    }
    previous = parts;
  }
  return spans;
}

/**
 * The tags of `length` words with some spans among them: what `spansOf` reads back.
 *
 * @throws TagError if spans overlap, are empty or reach over the end
 */
export function tagsOf(spans: readonly Span[], length: number, options: { scheme?: TagScheme } = {}): string[] {
  expectOptions(TagError, "tagsOf", options, ["scheme"]);
  const { scheme = "bio" } = options;
  expectList(TagError, "tagsOf", { spans });
  const tags: string[] = new Array(length).fill("O");
  let free = 0;
  for (const { type, start, end } of spans.toSorted((one, other) => one.start - other.start)) {
    if (!(Number.isInteger(start) && Number.isInteger(end) && start >= free && end > start && end <= length)) {
      throw new TagError({
        where: "tagsOf",
        expected: `spans of at least one of the ${length} words, none in two`,
        actual: `${type} from ${start} to ${end}`,
        remedy: "A span holds the words from start up to, and without, end.",
        position: start,
      });
    }
    const ending = type === "" ? "" : `-${type}`;
    for (let at = start; at < end; at++) tags[at] = `${prefixOf(at, start, end, scheme)}${ending}`;
    free = end;
  }
  return tags;
}

function prefixOf(at: number, start: number, end: number, scheme: TagScheme): string {
  if (scheme === "bioes" && end - start === 1) return "S";
  if (at === start) return "B";
  return scheme === "bioes" && at === end - 1 ? "E" : "I";
}

/** Writes tags of one scheme in another. @throws TagError if they are not in order */
export function convertTags(tags: readonly string[], from: TagScheme, to: TagScheme): string[] {
  return tagsOf(spansOf(tags, { scheme: from }), tags.length, { scheme: to });
}

/** How well spans were found. Each is 0 where it would be 0/0. */
export interface SpanScore {
  /** The share of the spans found that are right: type, start and end. */
  precision: number;
  /** The share of the right spans that were found. */
  recall: number;
  /** 2·precision·recall / (precision + recall) */
  f1: number;
  /** How many spans were found, how many there are, and how many are in both. */
  found: number;
  expected: number;
  correct: number;
}

/**
 * Precision, recall and F1 of spans over all sentences together, as conlleval counts them.
 *
 * @param predicted the tags of each sentence; those out of order are read as `spansOf` does without `strict`
 * @param expected the right tags of each sentence
 * @returns the score over all types, and by type
 * @throws EncodingError if the two are not of the same sentences
 */
export function spanF1(
  predicted: readonly (readonly string[])[],
  expected: readonly (readonly string[])[],
  options: { scheme?: TagScheme } = {},
): SpanScore & { byType: Record<string, SpanScore> } {
  const where = "spanF1";
  expectOptions(EncodingError, where, options, ["scheme"]);
  expectList(EncodingError, where, { predicted, expected });
  const counts = new Map<string, { found: number; expected: number; correct: number }>();
  const of = (type: string) => {
    const known = counts.get(type) ?? { found: 0, expected: 0, correct: 0 };
    counts.set(type, known);
    return known;
  };
  const reading = { scheme: options.scheme ?? "bio", strict: false };
  for (let row = 0; row < Math.max(predicted.length, expected.length); row++) {
    const [ours, right] = [predicted[row], expected[row]];
    for (const tags of [ours, right])
      if (tags !== undefined) expectList(EncodingError, where, { [`sentence ${row}`]: tags });
    if (ours?.length !== right?.length || !ours || !right) {
      throw new EncodingError({
        where,
        expected: "as many predicted tags as right ones in every sentence",
        actual: `${ours?.length ?? "none"} beside ${right?.length ?? "none"} in sentence ${row}`,
        remedy: "Leave out the padding, and pass the sentences in the same order.",
      });
    }
    const rightSpans = new Set(spansOf(right, reading).map(keyOf));
    for (const key of rightSpans) of(typeOf(key)).expected++;
    for (const span of spansOf(ours, reading)) {
      const count = of(span.type);
      count.found++;
      if (rightSpans.has(keyOf(span))) count.correct++;
    }
  }
  const all = { found: 0, expected: 0, correct: 0 };
  const byType: Record<string, SpanScore> = Object.create(null);
  for (const [type, count] of [...counts].sort(([one], [other]) => (one < other ? -1 : 1))) {
    all.found += count.found;
    all.expected += count.expected;
    all.correct += count.correct;
    byType[type] = scoreOf(count);
  }
  return { ...scoreOf(all), byType };
}

function keyOf({ type, start, end }: Span): string {
  return `${start} ${end} ${type}`;
}

function typeOf(key: string): string {
  return key.replace(/^\d+ \d+ /, "");
}

function scoreOf(counts: { found: number; expected: number; correct: number }): SpanScore {
  const share = (of: number): number => (of === 0 ? 0 : counts.correct / of);
  const [precision, recall] = [share(counts.found), share(counts.expected)];
  const f1 = precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
  return { precision, recall, f1, ...counts };
}
