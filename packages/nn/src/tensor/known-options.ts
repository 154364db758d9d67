import { ValueError } from "@unroll/kernels";

/** Options, which plain JavaScript lets one misspell. @throws ValueError if they are a list, or one is not known */
export function expectKnown(where: string, options: object, known: readonly string[]): void {
  const isList = Array.isArray(options);
  const unknown = Object.keys(options).find((key) => !known.includes(key));
  if (unknown === undefined && !isList) return;
  throw new ValueError({
    where,
    what: isList ? "options" : `options.${unknown}`,
    expected: isList ? `an object, such as { ${known[0]} }` : `one of ${known.join(", ")}`,
    received: isList ? "an Array" : "not one of them",
  });
}
