import { DTypeError, ShapeError } from "@unroll/kernels";
import type { Shape } from "./shape";

/** Nested rows of numbers. */
export type NestedNumbers = number | readonly NestedNumbers[];

/**
 * The numbers of nested rows, row-major, and the shape that the rows have.
 * @throws ShapeError if a row has not as many values as the first, or is a number where the first is a row
 * @throws DTypeError if a value is neither a number nor a row
 */
export function flatten(values: NestedNumbers): { flat: number[]; shape: Shape } {
  const shape: number[] = [];
  for (let level: NestedNumbers | undefined = values; isRow(level); level = level[0]) shape.push(level.length);
  const flat: number[] = [];
  const visit = (level: NestedNumbers, path: string, depth: number): void => {
    const extent = shape[depth];
    if (typeof level === "number" && extent === undefined) {
      flat.push(level);
      return;
    }
    if (isRow(level) && level.length === extent) {
      for (let i = 0; i < extent; i++) visit(level[i] as NestedNumbers, `${path}[${i}]`, depth + 1);
      return;
    }
    refuse(level, path, extent);
  };
  visit(values, "data", 0);
  return { flat, shape };
}

function isRow(level: NestedNumbers | undefined): level is readonly NestedNumbers[] {
  return Array.isArray(level);
}

function refuse(level: NestedNumbers, path: string, extent: number | undefined): never {
  const where = "tensor";
  if (typeof level !== "number" && !isRow(level)) {
    const expected = "a number or a row of numbers";
    throw new DTypeError({ where, what: path, expected, received: `${level === null ? "null" : typeof level}` });
  }
  throw new ShapeError({
    where,
    what: path,
    expected: extent === undefined ? "a number like the first value" : `a row of ${extent} like the first`,
    received: typeof level === "number" ? "a number" : `a row of ${level.length}`,
    remedy: "All rows of one level have one length: pad the shorter ones.",
  });
}
