import { reshape, slice, Tensor } from "@unroll/nn";
import { UnsupportedCase } from "../../compare";
import type { KerasOutputs } from "./outputs";

/**
 * What `output`, `output[row]`, `state[k]`, `state[cell][k]`, `state[k][row]` and the like name.
 * @throws UnsupportedCase for what the call does not give
 */
export function selected({ tensors, states }: KerasOutputs, select: string): Tensor {
  const [, name, brackets] = /^(\w+)((?:\[\d+\])*)$/.exec(select) ?? [];
  const indices = [...(brackets ?? "").matchAll(/\d+/g)].map(([digits]) => Number(digits));
  let found: Tensor | readonly Tensor[] | undefined;
  if (name === "state") {
    found = states[indices.shift() ?? -1];
    if (Array.isArray(found)) found = found[indices.shift() ?? -1];
  } else if (name !== undefined) found = tensors[name];
  if (!(found instanceof Tensor)) throw new UnsupportedCase(`no output ${select}`);
  return indices.reduce<Tensor>(row, found);
}

function row(x: Tensor, index: number): Tensor {
  return reshape(slice(x, 0, index, index + 1), x.shape.slice(1));
}
