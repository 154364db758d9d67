import type { Parameter } from "../tensor/parameter";
import type { OptimizerGroup } from "./groups";

/** Which gradients are scaled together so that their norm is at most `clipNorm`: all, each group's, each parameter's. */
export type ClipScope = "all" | "group" | "parameter";

/** Which group and clipping unit each parameter belongs to. A unit may have parts in several segments. */
export interface ClippingUnits {
  readonly of: ReadonlyMap<Parameter, { readonly group: number; readonly unit: number }>;
  /** The group of each unit; empty where all are clipped together. */
  readonly groups: readonly number[];
}

export function clippingUnits(groups: readonly OptimizerGroup[], scope: ClipScope): ClippingUnits {
  const all = groups.flatMap(({ parameters }, group) => parameters.map((parameter) => ({ parameter, group })));
  const unitOf = { all: () => 0, group: (_: number, group: number) => group, parameter: (k: number) => k }[scope];
  const of = new Map(all.map(({ parameter, group }, k) => [parameter, { group, unit: unitOf(k, group) }]));
  const unitGroups = { all: [], group: groups.map((_, group) => group), parameter: all.map(({ group }) => group) };
  return { of, groups: unitGroups[scope] };
}
