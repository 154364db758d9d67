import { expectOneOf } from "../ops/options";
import { refuseValue } from "../tensor/kind";

/** A size given by name. @throws ValueError unless it is a positive whole number */
export function expectExtent(where: string, named: Readonly<Record<string, number>>): number {
  const [value] = Object.values(named) as [number];
  if (Number.isInteger(value) && value > 0) return value;
  return refuseValue(where, named, "a positive whole number");
}

/** The bound of pre-activations as scans take it, 0 for none. @throws ValueError unless it is a positive number */
export function expectClip(where: string, clip: number | undefined): number {
  if (clip === undefined || clip === Number.POSITIVE_INFINITY) return 0;
  if (clip > 0) return clip;
  refuseValue(
    where,
    { clip },
    "a positive number, the bound of every pre-activation",
    "Leave it out where nothing is to be clipped.",
  );
}

/** How first values are drawn: as PyTorch does, or as Keras does. */
export type Init = "torch" | "keras";

/** @throws ValueError if `init` is none of the known */
export function expectInit(where: string, init: Init): Init {
  return expectOneOf(where, { init }, ["torch", "keras"]);
}
