import type { HostData } from "../tensor/dtype";

/**
 * The place of the first value that is neither a class from 0 to below `classes` nor `besides`; −1 where there is
 * none. Those that do not count are passed over. It looks at every token of every training step, so it is a plain loop: a callback for each costs ten times more.
 */
export function firstOutside(values: HostData, classes: number, besides?: number, counts?: HostData): number {
  for (let index = 0; index < values.length; index++) {
    const value = values[index] as number;
    if (!(value >= 0 && value < classes) && value !== besides && counts?.[index] !== 0) return index;
  }
  return -1;
}
