import { test } from "vitest";
import { checkKernel } from "../test-support/check-kernel";
import { useTestDevice } from "../test-support/device";
import { splitParts } from "./split";
import { splitReference } from "./split.reference";

const gpu = useTestDevice();

test.each([
  { outer: 1, n: 1, inner: 1, pitch: 1, why: "smallest" },
  { outer: 3, n: 5, inner: 7, pitch: 64, why: "steps of a batch, with a gap behind each" },
  { outer: 67, n: 4, inner: 1, pitch: 67, why: "gates innermost, without a gap" },
  { outer: 5, n: 3, inner: 12, pitch: 64, why: "rows of whole fours" },
  { outer: 130, n: 3, inner: 33, pitch: 4352, why: "more than a workgroup" },
])("$n parts of [$outer, $inner]: $why", async ({ outer, n, inner, pitch }) => {
  const x = Array.from({ length: outer * n * inner }, (_, i) => i + 1);
  await checkKernel(gpu.device, splitParts, {
    dims: { outer, n, inner, pitch },
    inputs: { x },
    expected: { parts: splitReference(x, { outer, n, inner, pitch }) },
    tolerance: { absolute: 0.25 }, // whole numbers: anything but equality is wrong
  });
});
