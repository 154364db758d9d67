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
  const received = kindOf(options);
  if (received !== "an Object") {
    throw new ValueError({ where, what, expected: `{ ${known.join(", ")} }`, received });
  }
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown === undefined) return options;
  const expected = `one of ${known.join(", ")}`;
  const plain = unknown.replaceAll("_", "").toLowerCase();
  // numLayers, num_layers: layers; length: lengths
  const near = known.findLast((name) => plain.includes(name.toLowerCase()) || name === `${plain}s`);
  throw new ValueError({
    where,
    what: `${what}.${unknown}`,
    expected,
    received: "not one of them",
    remedy: near && `Did you mean ${near}?`,
  });
}
