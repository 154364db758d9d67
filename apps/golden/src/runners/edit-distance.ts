import { editDistance } from "@unroll/data";
import type { Check } from "../compare";
import { ABOUT, type Fields } from "../fields";

/** Distances of two texts, either way round where the case says that this is the same. */
export async function runEditDistance(fields: Fields): Promise<Check[]> {
  fields.only(...ABOUT, "op", "inputs", "expected", "symmetric", "atol", "rtol");
  const inputs = fields.fields("inputs").only("a", "b", "substitution_cost");
  const [a, b] = [inputs.text("a"), inputs.text("b")];
  const substitutionCost = inputs.number("substitution_cost", 1);
  const expected = fields.fields("expected").only("levenshtein", "damerau_levenshtein_unrestricted");
  const pairs = fields.flag("symmetric", false)
    ? ([
        [a, b],
        [b, a],
      ] as const)
    : ([[a, b]] as const);
  return expected.keys.flatMap((key) => {
    const transpositions = key !== "levenshtein";
    const golden = { dtype: "int64", shape: [], data: Float64Array.of(expected.number(key)) };
    return pairs.map(([from, to]): Check => {
      const data = [editDistance(from, to, { substitutionCost, transpositions })];
      const tolerance = { absolute: 0, relative: 0 };
      return { what: `${key} of ${from} and ${to}`, actual: { shape: [], data }, expected: golden, tolerance };
    });
  });
}
