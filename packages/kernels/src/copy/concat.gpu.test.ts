import { test } from "vitest";
import { checkKernel } from "../test-support/check-kernel";
import { useTestDevice } from "../test-support/device";
import { concat } from "./concat";
import { concatReference } from "./concat.reference";

const gpu = useTestDevice();
const counting = (n: number, from: number): number[] => Array.from({ length: n }, (_, i) => i + from);

test.each([
  { outer: 1, widths: [1, 1] },
  { outer: 3, widths: [65, 2] },
  { outer: 70, widths: [1, 9] },
  { outer: 2, widths: [0, 5] },
  { outer: 5, widths: [4] },
  { outer: 3, widths: [1, 2, 3] },
  { outer: 17, widths: [9, 9, 9, 9, 9, 9, 9] },
  { outer: 1, widths: [3, 0, 67, 1, 2, 0, 5] },
  { outer: 5, widths: [4, 0, 68, 8] },
  { outer: 70, widths: [12, 12, 8] },
  { outer: 3, widths: [4, 5] },
])("$outer rows of $widths", async ({ outer, widths }) => {
  const parts = widths.map((n, k) => counting(outer * n, 1 + 1000 * k));
  const [n0 = 0, n1 = 0, n2 = 0, n3 = 0, n4 = 0, n5 = 0, n6 = 0] = widths;
  await checkKernel(gpu.device, concat, {
    dims: { outer, n0, n1, n2, n3, n4, n5, n6 },
    inputs: Object.fromEntries(parts.map((part, k) => [`part${k}`, part])),
    expected: { joined: concatReference(parts, outer) },
    tolerance: { absolute: 0.25 }, // whole numbers: anything but equality is wrong
  });
});
