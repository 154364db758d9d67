import { ValueError } from "@unroll/kernels";

/** Options, which plain JavaScript lets one misspell. @throws ValueError if one is not known, as of a list */
export function expectKnown(where: string, options: object, known: readonly string[]): void {
  const unknown = Object.keys(options).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  throw new ValueError({
    where,
    what: `options.${unknown}`,
    expected: `one of ${known.join(", ")}`,
    received: "not one of them",
  });
}
