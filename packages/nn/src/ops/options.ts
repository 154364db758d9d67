import { ValueError } from "@unroll/kernels";

/** A probability given by name. @throws ValueError unless it lies in [0, 1) */
export function expectProbability(where: string, named: Readonly<Record<string, number>>): number {
  const [[what, value]] = Object.entries(named) as [[string, number]];
  if (value >= 0 && value < 1) return value;
  throw new ValueError({ where, what, expected: "at least 0 and less than 1", received: String(value) });
}

/** An ε given by name. @throws ValueError unless it is finite and at least 0 */
export function expectEpsilon(where: string, named: Readonly<Record<string, number>>): number {
  const [[what, value]] = Object.entries(named) as [[string, number]];
  if (value >= 0 && Number.isFinite(value)) return value;
  throw new ValueError({ where, what, expected: "a finite number, at least 0", received: String(value) });
}

/** A choice given by name. @throws ValueError unless it is one of `known` */
export function expectOneOf<T extends string>(
  where: string,
  named: Readonly<Record<string, T>>,
  known: readonly T[],
): T {
  const [[what, value]] = Object.entries(named) as [[string, T]];
  if (known.includes(value)) return value;
  throw new ValueError({ where, what, expected: known.join(" or "), received: String(value) });
}
