import { ValueError } from "@unroll/kernels";
import { kindOf } from "./kind";

/**
 * Options by name, which plain JavaScript lets one misspell, or put something else in the place of.
 * @param what what errors call them
 * @returns the options
 * @throws ValueError unless they are an object that has none but `known`
 */
export function expectKnown<O extends object>(
  where: string,
  options: O,
  known: readonly string[],
  what = "options",
): O {
  const kind = kindOf(options);
  const unknown = kind === "an Object" ? Object.keys(options).find((name) => !known.includes(name)) : "";
  if (unknown === undefined) return options;
  const names = known.join(", ");
  const plain = unknown.replaceAll("_", "").toLowerCase();
  // numLayers, num_layers: layers; length: lengths
  const near = known.findLast((name) => plain.includes(name.toLowerCase()) || name === `${plain}s`);
  const [field, expected, received] = unknown
    ? [`${what}.${unknown}`, `one of ${names}`, "not one of them"]
    : [what, `{ ${names} }`, kind];
  throw new ValueError({ where, what: field, expected, received, remedy: near && `Did you mean ${near}?` });
}
