import type { HostTensor } from "./host-tensor";

/**
 * The names of those tensors that hold NaN or an infinity. Files may hold them, so a reader does not refuse them; a model
 * that was filled with them gives nothing else.
 */
export function nonFiniteTensors(tensors: ReadonlyMap<string, HostTensor>): string[] {
  return [...tensors].flatMap(([name, { data }]) => (data.every(Number.isFinite) ? [] : [name]));
}
