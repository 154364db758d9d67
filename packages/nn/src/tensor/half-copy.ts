import { elementwise, view } from "../graph/run";
import { clock } from "./clock";
import type { Parameter } from "./parameter";
import type { Tensor } from "./tensor";

/** Copies made since a parameter last changed. */
const copies = new WeakMap<Tensor, { copy: Tensor; made: number }>();

/**
 * A parameter rounded to halves, for a model that computes in them. Parameters of one optimizer are rounded together, by
 * one dispatch a step. The gradient that comes back is f32, like the parameter.
 */
export function halfCopy(parameter: Parameter): Tensor {
  const { home, shape } = parameter;
  const copy = home ? view(rounded(home.all), shape, home.start) : view(rounded(parameter), shape);
  copy.name = parameter.name;
  copy.origin = {
    name: "half",
    born: clock.now,
    attributes: {},
    inputs: { parameter },
    outputs: { copy },
    backward: ({ copy: d }) => ({ parameter: d }),
  };
  return copy;
}

/** The halves nearest to values that only an update changes: recorded once between two. */
function rounded(values: Tensor): Tensor {
  const known = copies.get(values);
  if (known && known.made === clock.now) return known.copy;
  const copy = elementwise("identity", [values], values.shape, "f16");
  copies.set(values, { copy, made: clock.now });
  return copy;
}
