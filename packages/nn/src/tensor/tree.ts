import { Tensor } from "./tensor";

/** Whether a value is a record or a list that may hold tensors. */
const isBranch = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !(value instanceof Tensor) && !ArrayBuffer.isView(value);

/** All tensors in a state: a tensor, or records and lists of states, in the order of their fields. */
export function tensorsOf(state: unknown): Tensor[] {
  if (state instanceof Tensor) return [state];
  return isBranch(state) ? Object.values(state).flatMap(tensorsOf) : [];
}

/** The same state with other tensors in the place of its own; what is not a tensor stays. */
export function mapTensors<S>(state: S, to: (tensor: Tensor) => unknown): S {
  const mapped = (value: unknown): unknown => {
    if (value instanceof Tensor) return to(value);
    if (Array.isArray(value)) return value.map(mapped);
    if (!isBranch(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, mapped(field)]));
  };
  return mapped(state) as S;
}
