import { expect, test } from "vitest";
import { descend, errorAt } from "./descent";

test.each([
  { w: 5, b: -2.4 },
  { w: 4, b: -2 },
  { w: 6, b: -3.05 },
])("the gradient at w $w, b $b is that of central differences", (point) => {
  const [e, d] = [1e-6, errorAt(point).gradient];
  for (const name of ["w", "b"] as const) {
    const at = (shift: number) => errorAt({ ...point, [name]: point[name] + shift }).error;
    // e²·E‴/6, and a rounding of E over e: 2⁻⁵³/1e-6 = 1.1e-10; E‴ is at most some 1e6 away from the cliff
    expect(Math.abs((at(e) - at(-e)) / (2 * e) - d[name])).toBeLessThan(1e-4 * Math.max(1, Math.abs(d[name])));
  }
});

test("no step is longer than the learning rate times the clip", () => {
  const path = descend({ w: 6, b: -3.05 }, { lr: 0.1, clip: 0.5, steps: 40 });
  for (const [step, { w, b }] of path.slice(1).entries()) {
    const before = path[step];
    expect(Math.hypot(w - (before?.w ?? 0), b - (before?.b ?? 0))).toBeLessThanOrEqual(0.05 + 1e-12);
  }
});
