import type { Limits } from "./limits";

/** How a kernel is laid over the device: everything here is known before any GPU work. */
export interface Plan {
  /** Invocations per workgroup: a number, or [x, y, z]. */
  readonly workgroupSize: number | readonly [number, number, number];
  /** Workgroups along x, y, z. */
  readonly grid: readonly [number, number, number];
}

/** A plan of one invocation for each element. */
export interface FlatPlan extends Plan {
  readonly workgroupSize: number;
  /** Invocations in one full row of the grid: index = id.x + id.y · width. A constant, so a new size compiles nothing. */
  readonly width: number;
}

/** One invocation per element, n in all; a grid too wide for x folds into y. */
export function flatPlan(n: number, limits: Limits, workgroupSize = 64): FlatPlan {
  const groups = Math.ceil(n / workgroupSize);
  return { workgroupSize, ...foldGrid(groups, limits), width: limits.maxComputeWorkgroupsPerDimension * workgroupSize };
}

/** Spreads `groups` workgroups over x and y: group = id.x + id.y · maxComputeWorkgroupsPerDimension. */
export function foldGrid(groups: number, limits: Limits): { grid: [number, number, number] } {
  const most = limits.maxComputeWorkgroupsPerDimension;
  return { grid: groups <= most ? [groups, 1, 1] : [most, Math.ceil(groups / most), 1] };
}

/** `workgroupSize` as the three numbers of WGSL's attribute. */
export function workgroupShape(plan: Plan): readonly [number, number, number] {
  return typeof plan.workgroupSize === "number" ? [plan.workgroupSize, 1, 1] : plan.workgroupSize;
}
