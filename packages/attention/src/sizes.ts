import { ValueError } from "@unroll/kernels";

/** A size given by name. @throws ValueError unless it is a positive whole number */
export function expectSize(where: string, named: Readonly<Record<string, number>>): number {
  const [[what, value]] = Object.entries(named) as [[string, number]];
  if (Number.isInteger(value) && value > 0) return value;
  throw new ValueError({ where, what, expected: "a positive whole number", received: String(value) });
}
