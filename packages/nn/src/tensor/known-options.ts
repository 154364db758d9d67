import { ValueError } from "@unroll/kernels";
import { kindOf } from "./kind";

/**
 * Options by name, which plain JavaScript lets one misspell, or put something else in the place of.
 * @throws ValueError unless they are an object that has none but `known`
 */
export function expectKnown(where: string, options: object, known: readonly string[]): void {
  const received = kindOf(options);
  if (received !== "an Object") {
    throw new ValueError({ where, what: "options", expected: `{ ${known.join(", ")} }`, received });
  }
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const expected = `one of ${known.join(", ")}`;
  const plain = unknown.replaceAll("_", "").toLowerCase();
  const near = known.findLast((name) => plain.includes(name.toLowerCase())); // numLayers, num_layers: layers
  throw new ValueError({
    where,
    what: `options.${unknown}`,
    expected,
    received: "not one of them",
    remedy: near && `Did you mean ${near}?`,
  });
}
