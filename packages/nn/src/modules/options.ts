import { ValueError } from "@unroll/kernels";

/** A size given by name. @throws ValueError unless it is a positive whole number */
export function expectExtent(where: string, named: Readonly<Record<string, number>>): number {
  const [[what, value]] = Object.entries(named) as [[string, number]];
  if (Number.isInteger(value) && value > 0) return value;
  throw new ValueError({ where, what, expected: "a positive whole number", received: String(value) });
}

/** A probability given by name. @throws ValueError unless it lies in [0, 1) */
export function expectProbability(where: string, named: Readonly<Record<string, number>>): number {
  const [[what, value]] = Object.entries(named) as [[string, number]];
  if (value >= 0 && value < 1) return value;
  throw new ValueError({ where, what, expected: "at least 0 and less than 1", received: String(value) });
}
