import { describe, test } from "vitest";
import { checkKernel } from "../test-support/check-kernel";
import { useTestDevice } from "../test-support/device";
import { concatBlocks, copyBlock, padBlock } from "./copy";
import { concatBlocksReference, copyBlockReference, padBlockReference } from "./copy.reference";

const gpu = useTestDevice();
const exact = { tolerance: { absolute: 0.25 } }; // whole numbers: anything but equality is wrong
const counting = (n: number, from = 1): number[] => Array.from({ length: n }, (_, i) => i + from);

describe.each([
  { outer: 1, n: 1, start: 0, stride: 1, why: "smallest" },
  { outer: 1, n: 37, start: 3, stride: 41, why: "one run, as an unaligned view needs" },
  { outer: 5, n: 13, start: 7, stride: 20, why: "up to the end of each row" },
  { outer: 67, n: 31, start: 0, stride: 33, why: "many short rows" },
])("[$outer, $n] of rows of $stride from $start: $why", ({ outer, n, start, stride }) => {
  test("copy_block", async () => {
    const source = counting(outer * stride);
    await checkKernel(gpu.device, copyBlock, {
      dims: { outer, n, start, stride, total: source.length },
      inputs: { source },
      expected: { copy: copyBlockReference(source, outer, n, start, stride) },
      ...exact,
    });
  });

  test("pad_block is its adjoint", async () => {
    const block = counting(outer * n);
    await checkKernel(gpu.device, padBlock, {
      dims: { outer, n, start, stride },
      inputs: { block },
      expected: { padded: padBlockReference(block, outer, n, start, stride) },
      ...exact,
    });
  });
});

test.each([
  { outer: 1, na: 1, nb: 1 },
  { outer: 3, na: 65, nb: 2 },
  { outer: 70, na: 1, nb: 9 },
  { outer: 2, na: 0, nb: 5 },
])("concat_blocks of $outer rows of $na and $nb", async ({ outer, na, nb }) => {
  const [a, b] = [counting(outer * na), counting(outer * nb, 1000)];
  await checkKernel(gpu.device, concatBlocks, {
    dims: { outer, na, nb },
    inputs: { a, b },
    expected: { joined: concatBlocksReference(a, b, outer) },
    ...exact,
  });
});
