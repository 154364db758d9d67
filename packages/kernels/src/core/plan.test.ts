import { seededRandom } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { DEFAULT_LIMITS } from "./limits";
import { flatPlan, foldGrid, workgroupShape } from "./plan";

const MOST = DEFAULT_LIMITS.maxComputeWorkgroupsPerDimension;

/** How often index i is computed by a flat grid, for the indices that WGSL keeps: id.x + id.y · width < n. */
function visits(n: number, workgroupSize: number, most: number): Uint32Array {
  const limits = { ...DEFAULT_LIMITS, maxComputeWorkgroupsPerDimension: most };
  const { grid, width } = flatPlan(n, limits, workgroupSize);
  const counts = new Uint32Array(n);
  for (let y = 0; y < grid[1]; y++) {
    for (let x = 0; x < grid[0] * workgroupSize; x++) {
      const index = x + y * width;
      if (index < n) counts[index] = (counts[index] ?? 0) + 1;
    }
  }
  return counts;
}

describe("flatPlan", () => {
  test.each([-64, -63, -1, 0, 1, 63, 64, 65, 127, 128])("65535 · 64 + %i elements are each visited once", (more) => {
    const n = MOST * 64 + more;
    expect(visits(n, 64, MOST).every((count) => count === 1)).toBe(true);
    const { grid } = flatPlan(n, DEFAULT_LIMITS);
    expect(grid).toEqual(more <= 0 ? [Math.ceil(n / 64), 1, 1] : [MOST, 2, 1]);
  });

  test("any n, workgroup size and limit: each element once, no axis too wide", () => {
    const random = seededRandom(3);
    for (let i = 0; i < 300; i++) {
      const most = 1 + Math.floor(20 * random());
      const workgroupSize = 1 + Math.floor(16 * random());
      // within the square of the limit, as 65535² workgroups hold more than a u32 counts
      const n = Math.floor(most * most * workgroupSize * random());
      const what = `n = ${n}, workgroup size ${workgroupSize}, limit ${most}`;
      expect(
        visits(n, workgroupSize, most).every((count) => count === 1),
        what,
      ).toBe(true);
      const { grid } = foldGrid(Math.ceil(n / workgroupSize), {
        ...DEFAULT_LIMITS,
        maxComputeWorkgroupsPerDimension: most,
      });
      expect(Math.max(...grid), what).toBeLessThanOrEqual(most);
    }
  });

  test("width does not depend on n, so a new size compiles nothing", () => {
    expect(new Set([0, 1, 64, MOST * 64 + 1].map((n) => flatPlan(n, DEFAULT_LIMITS).width))).toEqual(
      new Set([MOST * 64]),
    );
  });

  test("nothing to do is an empty grid", () => {
    expect(flatPlan(0, DEFAULT_LIMITS).grid).toEqual([0, 1, 1]);
  });
});

test("a workgroup size is one number or three", () => {
  expect(workgroupShape({ workgroupSize: 64, grid: [1, 1, 1] })).toEqual([64, 1, 1]);
  expect(workgroupShape({ workgroupSize: [8, 4, 2], grid: [1, 1, 1] })).toEqual([8, 4, 2]);
});
