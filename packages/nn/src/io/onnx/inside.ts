import { inputsOf } from "../../graph/node";
import { Tensor } from "../../tensor/tensor";

/** Adds to the tensors of a step all of those below a result, itself included, that are made of one of them. */
export function growInside(inside: Set<Tensor>, result: Tensor): void {
  const known = new Map<Tensor, boolean>();
  const visit = (tensor: Tensor): boolean => {
    const before = known.get(tensor) ?? (inside.has(tensor) ? true : undefined);
    if (before !== undefined) return before;
    const { node, origin } = tensor;
    const attributes = Object.values(origin?.attributes ?? {}).filter((value) => value instanceof Tensor);
    const read = [...Object.values(origin?.inputs ?? {}), ...inputsOf(node), ...attributes];
    // every one is visited: a part of what lies inside may be asked for by itself
    const isInside = read.map(visit).some((each) => each);
    known.set(tensor, isInside);
    if (isInside) {
      inside.add(tensor);
      for (const sibling of Object.values(origin?.outputs ?? {})) inside.add(sibling);
    }
    return isInside;
  };
  visit(result);
}
