import { test } from "vitest";
import { checkKernel } from "../test-support/check-kernel";
import { useTestDevice } from "../test-support/device";
import { concat } from "./concat";
import { concatReference } from "./concat.reference";

const gpu = useTestDevice();
const counting = (n: number, from: number): number[] => Array.from({ length: n }, (_, i) => i + from);

test.each([
  { outer: 1, na: 1, nb: 1 },
  { outer: 3, na: 65, nb: 2 },
  { outer: 70, na: 1, nb: 9 },
  { outer: 2, na: 0, nb: 5 },
])("$outer rows of $na and $nb", async ({ outer, na, nb }) => {
  const [a, b] = [counting(outer * na, 1), counting(outer * nb, 1000)];
  await checkKernel(gpu.device, concat, {
    dims: { outer, na, nb },
    inputs: { a, b },
    expected: { joined: concatReference(a, b, outer) },
    tolerance: { absolute: 0.25 }, // whole numbers: anything but equality is wrong
  });
});
