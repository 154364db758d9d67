import { integers, normal } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { runKernel } from "../core";
import { checkKernel } from "../test-support/check-kernel";
import { useTestDevice } from "../test-support/device";
import { embeddingBackward, embeddingKernels, NO_PADDING } from "./embedding";
import { embeddingReference, embeddingReferenceBackward } from "./embedding.reference";

const gpu = useTestDevice();
const largest = (values: Float64Array): number => values.reduce((a, b) => Math.max(a, b), 0);
const exact = { absolute: Number.MIN_VALUE };

describe.each([
  { N: 1, V: 1, columns: 1, why: "smallest" },
  { N: 67, V: 5, columns: 3, why: "a multiple of no tile" },
  { N: 33, V: 57, columns: 131, why: "three blocks of columns" },
  { N: 1500, V: 57, columns: 64, why: "letters, by fours, two chunks of tokens" },
  { N: 40, V: 1100, columns: 67, why: "rows many enough for one block, two columns a lane" },
  { N: 70, V: 3, columns: 24, why: "rows few enough for columns in blocks, by fours" },
  { N: 2048, V: 10_000, columns: 256, why: "large, by fours" },
])("$N tokens of $V x $columns: $why", ({ N, V, columns }) => {
  const { forward, backward, D } = embeddingKernels(columns);
  const ids = integers([N], { seed: 1, high: V }).data;

  test("takes rows", async () => {
    const table = normal([V, columns], { seed: 2 }).data;
    const expected = { out: embeddingReference(table, ids, columns) };
    await checkKernel(gpu.device, forward, { dims: { N, V, D }, inputs: { table, ids }, expected, tolerance: exact });
  });

  test.each([undefined, V - 1])("adds gradients to rows, padding id %s", async (paddingId) => {
    const dOut = normal([N, columns], { seed: 3 }).data;
    const options = { V, D: columns, paddingId };
    // as many roundings as a row has tokens, of partial sums no larger than Σ|dOut|
    const most = largest(embeddingReferenceBackward(dOut.map(Math.abs), ids, options));
    const tokens = largest(embeddingReferenceBackward(new Float64Array(N * columns).fill(1), ids, options));
    await checkKernel(gpu.device, backward, {
      dims: { N, V, D },
      scalars: { paddingId: paddingId ?? NO_PADDING },
      inputs: { dOut, ids },
      expected: { dTable: embeddingReferenceBackward(dOut, ids, options) },
      tolerance: { absolute: Math.max(1, tokens * most) * 2 ** -24 },
    });
  });
});

test.each([4, 3])("ids outside the table give zeros and no gradient, %i columns", async (columns) => {
  const [N, V] = [5, 3];
  const { forward, backward, D } = embeddingKernels(columns);
  const ids = [1, 3, 0xffffffff, 1_000_000, 2];
  const table = normal([V, columns], { seed: 4 }).data;
  const dOut = normal([N, columns], { seed: 5 }).data;
  const out = embeddingReference(table, ids, columns);
  const dTable = embeddingReferenceBackward(dOut, ids, { V, D: columns });
  const dims = { N, V, D };
  await checkKernel(gpu.device, forward, { dims, inputs: { table, ids }, expected: { out }, tolerance: exact });
  const scalars = { paddingId: NO_PADDING };
  await checkKernel(gpu.device, backward, {
    dims,
    scalars,
    inputs: { dOut, ids },
    expected: { dTable },
    tolerance: exact,
  });
});

test("no tokens give a gradient of zeros", async () => {
  const call = { dims: { N: 0, V: 3, D: 2 }, scalars: { paddingId: NO_PADDING }, inputs: { dOut: [], ids: [] } };
  const expected = { dTable: [0, 0, 0, 0, 0, 0] };
  await checkKernel(gpu.device, embeddingBackward, { ...call, expected, tolerance: exact });
});

test.each([
  { why: "the plain kernel", kernel: { ...embeddingBackward, variants: [] } },
  { why: "as chosen", kernel: embeddingBackward },
])("tokens are added in their order, and padding among them changes no bit: $why", async ({ kernel }) => {
  const [B, T, V, D] = [90, 13, 7, 5];
  const ids = integers([B * T], { seed: 6, high: V }).data;
  const dOut = Float32Array.from(normal([B * T, D], { seed: 7 }).data);
  const run = async (padded: number, paddedIds: number) => {
    const N = B * padded;
    const source = (n: number): number => (n % padded < T ? Math.floor(n / padded) * T + (n % padded) : -1);
    const inputs = {
      ids: Uint32Array.from({ length: N }, (_, n) => ids[source(n)] ?? paddedIds),
      dOut: Float32Array.from({ length: N * D }, (_, i) => dOut[source(Math.floor(i / D)) * D + (i % D)] ?? 0),
    };
    const scalars = { paddingId: NO_PADDING };
    const { dTable } = await runKernel(gpu.device, kernel, { dims: { N, V, D }, scalars, inputs });
    return Array.from(dTable ?? []);
  };
  const sums = new Float32Array(V * D); // float32 sums in the order of the tokens: the very same bits
  for (const [i, x] of dOut.entries()) {
    const at = (ids[Math.floor(i / D)] ?? 0) * D + (i % D);
    sums[at] = (sums[at] ?? 0) + x;
  }
  expect(await run(T, 0)).toEqual([...sums]);
  expect(await run(T + 20, 0)).toEqual([...sums]);
});
