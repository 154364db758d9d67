import { ValueError } from "@unroll/kernels";
import { expectOneOf } from "../ops/options";

/** A size given by name. @throws ValueError unless it is a positive whole number */
export function expectExtent(where: string, named: Readonly<Record<string, number>>): number {
  const [[what, value]] = Object.entries(named) as [[string, number]];
  if (Number.isInteger(value) && value > 0) return value;
  throw new ValueError({ where, what, expected: "a positive whole number", received: String(value) });
}

/** How first values are drawn: as PyTorch does, or as Keras does. */
export type Init = "torch" | "keras";

/** @throws ValueError if `init` is none of the known */
export function expectInit(where: string, init: Init): Init {
  return expectOneOf(where, { init }, ["torch", "keras"]);
}
