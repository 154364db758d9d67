import { refuseValue } from "../tensor/kind";

/** A probability given by name. @throws ValueError unless it lies in [0, 1) */
export function expectProbability(where: string, named: Readonly<Record<string, number>>): number {
  const [value] = Object.values(named) as [number];
  if (typeof value === "number" && value >= 0 && value < 1) return value;
  return refuseValue(where, named, "at least 0 and less than 1");
}

/** Numbers given by name. @throws ValueError unless each is finite and at least `low` */
export function expectAtLeast(where: string, named: Readonly<Record<string, number>>, low = 0): void {
  for (const [what, value] of Object.entries(named)) {
    if (Number.isFinite(value) && value >= low) continue;
    refuseValue(where, { [what]: value }, `a finite number, at least ${low}`);
  }
}

/** An ε given by name. @throws ValueError unless it is finite and at least 0 */
export function expectEpsilon(where: string, named: { readonly epsilon: number }): number {
  expectAtLeast(where, named);
  return named.epsilon;
}

/** A choice given by name. @throws ValueError unless it is one of `known` */
export function expectOneOf<T extends string>(
  where: string,
  named: Readonly<Record<string, T>>,
  known: readonly T[],
): T {
  const [value] = Object.values(named) as [T];
  return known.includes(value) ? value : refuseValue(where, named, known.join(" or "));
}
