import { type DimValues, ShapeError } from "../core";

/**
 * Arrays are [outer, V, inner] and [outer, N, inner]; V is the extent of the axis that indices point along.
 *   shared    [N]: one list for all
 *   rows      [outer, N]: a list for each outer row
 *   elements  [outer, N, inner]: an index for each element
 */
export type IndexLayout = "shared" | "rows" | "elements";

/** An index on the device that means no place; so does every other that is neither in [0, V) nor in [−V, 0). */
export const NO_PLACE = 0x7fffffff;

/** WGSL: the place that an index means, counted from the end where it is negative; V or more where it means none. */
export const PLACE = `
    fn placeOf(id: i32) -> u32 { return u32(select(id, id + i32(dims.V), id < 0)); }`;

/** Indices of each layout. */
export function indexShape({ outer = 0, N = 0, inner = 0 }: DimValues, { ids }: { readonly ids?: unknown }): number[] {
  if (ids === "shared") return [N];
  return ids === "rows" ? [outer, N] : [outer, N, inner];
}

/** Lists of indices there are: those that share one have one chain too. */
export const listsOf = ({ outer = 0 }: DimValues, { ids }: { readonly ids?: unknown }): number =>
  ids === "shared" ? 1 : outer;

/** @throws ShapeError if V is too large for an index to tell a place from none */
export function checkPlaces(where: string, V: number): void {
  if (V < NO_PLACE) return;
  throw new ShapeError({ where, what: "the axis", expected: `of fewer than ${NO_PLACE} elements`, received: `${V}` });
}
