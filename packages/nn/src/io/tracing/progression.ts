import { hostValues } from "../../graph/node";
import type { Traced } from "./trace";

/** Values start + n·step along one axis. */
export interface Progression {
  readonly axis: number;
  readonly start: number;
  readonly step: number;
}

/**
 * What a constant counts along its one axis that is longer than 1, in every trace alike: the numbers of steps that lengths
 * are compared with. Undefined of any other.
 */
export function progressionOf(traced: Traced): Progression | undefined {
  const [tensor] = traced;
  const axes = tensor?.shape.flatMap((extent, axis) => (extent === 1 ? [] : [axis])) ?? [];
  const [axis] = axes;
  if (!tensor || axis === undefined || axes.length > 1 || tensor.dtype === "bool") return undefined;
  const lists = traced.map((each) => Array.from(hostValues(each) ?? []));
  const [start = 0, next = start] = lists[0] ?? [];
  const step = next - start;
  const counts = (list: readonly number[]): boolean => list.every((value, n) => Object.is(value, start + n * step));
  return lists.every(counts) ? { axis, start, step } : undefined;
}
