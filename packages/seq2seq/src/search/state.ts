import { ShapeError } from "@unroll/kernels";
import { Tensor } from "@unroll/nn";

/** Whether a value is a record or a list that may hold tensors. */
const isBranch = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !(value instanceof Tensor) && !ArrayBuffer.isView(value);

/** All tensors in a state, in the order of its fields. */
export function leavesOf(state: unknown): Tensor[] {
  if (state instanceof Tensor) return [state];
  return isBranch(state) ? Object.values(state).flatMap(leavesOf) : [];
}

/** Rows of a state, of its first tensor; the others are held against it where they are taken. */
export const rowsOf = (state: unknown): number | undefined => leavesOf(state)[0]?.shape[0];

/** The same state with other tensors, told their place among the leaves; what is no tensor stays. */
export function mapLeaves<S>(state: S, to: (tensor: Tensor, place: number) => Tensor): S {
  let place = 0;
  const mapped = (value: unknown): unknown => {
    if (value instanceof Tensor) return to(value, place++);
    if (Array.isArray(value)) return value.map(mapped);
    if (!isBranch(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, mapped(field)]));
  };
  return mapped(state) as S;
}

/** @throws ShapeError if a tensor of the state has not `rows` rows */
export function expectRows(where: string, what: string, state: unknown, rows: number, remedy: string): void {
  for (const [place, { shape, name }] of leavesOf(state).entries()) {
    if (shape[0] === rows) continue;
    throw new ShapeError({
      where,
      what: `${what}, tensor ${place}${name ? ` "${name}"` : ""},`,
      expected: `of ${rows} rows`,
      received: `[${shape.join(", ")}]`,
      remedy,
    });
  }
}
