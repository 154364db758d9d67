import { excerpt, expectList } from "../checks";
import { TagError } from "../errors";

/**
 * How tags mark spans of words. `"bio"`: B-type opens a span, I-type goes on with it, O is outside (Ramshaw & Marcus
 * 1995, in the form of CoNLL 2002). `"bioes"`: besides, E-type ends a span of several words and S-type is one of a single
 * word.
 */
export type TagScheme = "bio" | "bioes";

/** A tag in its parts; `type` is "" for O. */
export interface TagParts {
  prefix: "B" | "I" | "O" | "E" | "S";
  type: string;
}

/** Splits a tag; undefined if it is none of the scheme. A type may hold hyphens; B without a type has the type "". */
export function tagParts(tag: string, scheme: TagScheme): TagParts | undefined {
  const [, letter = "", type] = /^([BIOES])(?:-(.*))?$/su.exec(tag) ?? [];
  const prefix = letter as TagParts["prefix"]; // one of the five, or "" and refused below
  if (letter === "" || (letter === "O" && type !== undefined)) return undefined;
  return scheme === "bio" && (letter === "E" || letter === "S") ? undefined : { prefix, type: type ?? "" };
}

/** Whether `next` may stand behind `previous`; a sentence starts and ends as if O stood around it. */
export function mayFollow(previous: TagParts, next: TagParts, scheme: TagScheme): boolean {
  const isInside = next.prefix === "I" || next.prefix === "E";
  const isOpen = previous.prefix === "B" || previous.prefix === "I";
  if (isInside) return isOpen && previous.type === next.type;
  return scheme === "bio" || !isOpen; // BIOES closes every span that it opens
}

const OUTSIDE: TagParts = { prefix: "O", type: "" };

/**
 * Asserts that the tags of a sentence are of a scheme and in order.
 *
 * @param lines the line of the file of each tag, if they were read from one
 * @throws TagError that names the tag, its position and its line
 */
export function expectTags(where: string, tags: readonly string[], scheme: TagScheme, lines?: readonly number[]): void {
  expectList(TagError, where, { tags });
  let previous = OUTSIDE;
  for (const [position, tag] of tags.entries()) {
    const line = lines?.[position];
    const place = line === undefined ? `position ${position}` : `line ${line}`;
    const parts = tagParts(tag, scheme);
    if (!parts) {
      throw new TagError({
        where,
        expected: scheme === "bio" ? "a tag O, B-type or I-type" : "a tag O, B-type, I-type, E-type or S-type",
        actual: `${excerpt(tag)} at ${place}`,
        remedy: "Name the scheme of the file, and check the column.",
        position,
        line,
      });
    }
    if (!mayFollow(previous, parts, scheme)) {
      throw new TagError({
        where,
        expected: `a tag that may follow ${position === 0 ? "the start of a sentence" : excerpt(tags[position - 1])}`,
        actual: `${excerpt(tag)} at ${place}`,
        remedy:
          "A span starts with B and goes on with I of the same type; correct the tag, or read it without a check.",
        position,
        line,
      });
    }
    previous = parts;
  }
  if (mayFollow(previous, OUTSIDE, scheme)) return;
  const position = tags.length - 1;
  throw new TagError({
    where,
    expected: "the last span of a sentence to be closed by E",
    actual: `${excerpt(tags[position])} at its end`,
    remedy: "End spans of several words with E and write single ones as S, or name the scheme as bio.",
    position,
    line: lines?.[position],
  });
}
