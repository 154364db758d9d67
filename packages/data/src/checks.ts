import type { DataError, DataErrorFacts } from "./errors";

/** A kind of error that needs no more facts than every error has. */
export type ErrorClass = new (facts: DataErrorFacts) => DataError;

/**
 * Refuses a setting that is not a whole number within its bounds.
 *
 * @param least 1 when absent
 * @param most no bound when absent
 */
export function expectWhole(
  Kind: ErrorClass,
  where: string,
  settings: Readonly<Record<string, number>>,
  { least = 1, most = Number.POSITIVE_INFINITY }: { least?: number; most?: number } = {},
): void {
  for (const [name, value] of Object.entries(settings)) {
    if (Number.isInteger(value) && value >= least && value <= most) continue;
    const bounds = most === Number.POSITIVE_INFINITY ? `of at least ${least}` : `from ${least} to ${most}`;
    throw new Kind({
      where,
      expected: `${name} to be a whole number ${bounds}`,
      actual: String(value),
      remedy: `Pass ${name} as such a number.`,
    });
  }
}

/** Refuses a setting that is not a finite number within its bounds, both of which it may take. */
export function expectWithin(
  Kind: ErrorClass,
  where: string,
  settings: Readonly<Record<string, number>>,
  { least, most = Number.MAX_VALUE }: { least: number; most?: number },
): void {
  for (const [name, value] of Object.entries(settings)) {
    if (value >= least && value <= most) continue;
    const bounds = most === Number.MAX_VALUE ? `of at least ${least}` : `from ${least} to ${most}`;
    throw new Kind({
      where,
      expected: `${name} to be a number ${bounds}`,
      actual: String(value),
      remedy: `Pass ${name} as such a number.`,
    });
  }
}

/** Refuses a setting that is none of the words that it may be. */
export function expectOneOf(
  Kind: ErrorClass,
  where: string,
  settings: Readonly<Record<string, string>>,
  words: readonly string[],
): void {
  for (const [name, value] of Object.entries(settings)) {
    if (words.includes(value)) continue;
    throw new Kind({
      where,
      expected: `${name} to be one of ${words.join(", ")}`,
      actual: excerpt(value),
      remedy: `Pass ${name} as one of them.`,
    });
  }
}

/** Refuses options by names that there are none of, and what is no record of options. */
export function expectOptions(Kind: ErrorClass, where: string, options: object, known: readonly string[]): void {
  const isPlain = Object.prototype.toString.call(options) === "[object Object]"; // a promise and a Map are not
  const unknown = isPlain ? Object.keys(options).find((name) => !known.includes(name)) : kindOf(options);
  if (unknown === undefined) return;
  const expected = `options to be of ${known.join(", ")}`;
  const remedy = isPlain ? "Correct the name, or leave it out." : "Pass them as an object.";
  throw new Kind({ where, expected, actual: unknown, remedy });
}

/** Refuses options where there are none to give. */
export function expectNoOptions(Kind: ErrorClass, where: string, options: undefined): void {
  if (options === undefined) return;
  throw new Kind({ where, expected: "no options", actual: kindOf(options), remedy: "Leave it out." });
}

/** Whether a value can be read by numbers from 0 on: a text, a promise and a tensor cannot. */
export function isList(value: unknown): value is ArrayLike<unknown> {
  return typeof value === "object" && value !== null && "length" in value && Number.isInteger(value.length);
}

/** Refuses what is no list, such as a promise of one. */
export function expectList(Kind: ErrorClass, where: string, named: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(named)) if (!isList(value)) refuseKind(Kind, where, name, "a list", value);
}

/** Refuses what cannot be gone through. */
export function expectIterable(Kind: ErrorClass, where: string, named: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(named)) {
    if (!(Symbol.iterator in Object(value))) refuseKind(Kind, where, name, "a list", value);
  }
}

/** Refuses what cannot be gone through, and a text, of which only characters would come. */
export function expectItems(Kind: ErrorClass, where: string, named: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(named)) {
    if (typeof value === "string") refuseKind(Kind, where, name, "a list", value);
  }
  expectIterable(Kind, where, named);
}

/** Refuses what is no text. */
export function expectText(Kind: ErrorClass, where: string, named: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(named)) {
    if (typeof value !== "string") refuseKind(Kind, where, name, "a text", value);
  }
}

/** Throws: what stands in the place of another kind of value, and how to come to that. */
export function refuseKind(Kind: ErrorClass, where: string, name: string, kind: string, value: unknown): never {
  const remedy = remedyFor(value) ?? `Pass ${kind}.`;
  throw new Kind({ where, expected: `${name} to be ${kind}`, actual: kindOf(value), remedy });
}

/** How to come to the values of what was passed in their place, if it is known. */
export function remedyFor(value: unknown): string | undefined {
  const { then, data, text } = Object(value) as Record<string, unknown>;
  if (typeof then === "function") return "Await it.";
  if (typeof data === "function") return "Pass its values: await tensor.data().";
  if (typeof text === "function") return "Pass its text: await response.text().";
  return isList(data) ? "Pass its data." : undefined;
}

/** What a value is, as errors say it: "a Promise", "a Tensor"; short ones as they are. */
export function kindOf(value: unknown): string {
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null || isList(value)) return excerpt(value);
  if ("dtype" in value) return "a Tensor";
  const kind = Object.prototype.toString.call(value).slice(8, -1);
  const names = kind === "Object" ? Object.keys(value).slice(0, 4).join(", ") : "";
  return names ? `an object with ${names}` : `${/^[AEIOU]/.test(kind) ? "an" : "a"} ${kind}`;
}

/** What came, short enough for a message. */
export function excerpt(value: unknown): string {
  const text = typeof value === "bigint" ? `${value}n` : (JSON.stringify(value) ?? String(value));
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`;
}

/** The facts of an error: a JSON value that should describe `what`, "a vocabulary", and does not. */
export const describesNo = (what: string, where: string, expected: string, json: unknown): DataErrorFacts => ({
  where,
  expected,
  actual: excerpt(json),
  remedy: `Pass what JSON.parse gives for ${what} written by JSON.stringify.`,
});

/** The facts of an error: an id to decode that is not one of those from 0 on. */
export const idOutside = (where: string, size: number, id: number, position: number, remedy: string) => ({
  where,
  expected: `an id from 0 to ${size - 1}`,
  actual: `${id} at position ${position}`,
  remedy,
});

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
