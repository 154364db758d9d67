import { clock } from "./clock";
import type { Parameter } from "./parameter";
import { recordWith } from "./recording";
import type { Tensor } from "./tensor";

/** What was made of a parameter since it last changed, by name. */
const known = new WeakMap<Parameter, { readonly made: number; readonly values: Map<string, Tensor> }>();

/** What `make` records of a parameter, recorded once between two updates: all steps of a sequence share it. */
export function oncePerUpdate(parameter: Parameter, name: string, make: () => Tensor): Tensor {
  let found = known.get(parameter);
  if (!found || found.made !== clock.now) {
    found = { made: clock.now, values: new Map() };
    known.set(parameter, found);
  }
  let value = found.values.get(name);
  if (!value) {
    value = recordWith(null, make); // off any tape: it is made once, and then found
    found.values.set(name, value);
  }
  return value;
}
