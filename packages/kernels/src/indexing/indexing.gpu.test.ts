import { integers, normal } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { packHalves, runKernel, unpackHalves } from "../core";
import { checkKernel } from "../test-support/check-kernel";
import { useTestDevice } from "../test-support/device";
import { halves, withHalves } from "../test-support/halves";
import { indexChains } from "./chains";
import { cumSum } from "./cum-sum";
import { flatIndices } from "./flat-index";
import { gather } from "./gather";
import {
  chainsReference,
  cumSumReference,
  flatIndicesReference,
  gatherReference,
  scatterReference,
  topKReference,
} from "./indexing.reference";
import { iota } from "./iota";
import { NO_PLACE } from "./places";
import { scatter } from "./scatter";
import { topK } from "./top-k";

const gpu = useTestDevice();
const exact = { absolute: Number.MIN_VALUE };
const layouts = ["shared", "rows", "elements"] as const;
const bits = (values: ArrayLike<number>): Uint32Array<ArrayBuffer> => new Uint32Array(Float32Array.from(values).buffer);
/** Whole numbers of f32, whose sums and products are exact. */
const whole = (count: number, seed: number, high = 4): Float64Array => integers([count], { seed, low: -3, high }).data;

const sizes = [
  { outer: 1, V: 1, N: 1, inner: 1, why: "smallest" },
  { outer: 1, V: 57, N: 131, inner: 5, why: "indices met often" },
  { outer: 3, V: 67, N: 33, inner: 1, why: "rows" },
  { outer: 5, V: 7, N: 65, inner: 3, why: "a multiple of no tile" },
  { outer: 2, V: 1000, N: 3, inner: 40, why: "few of many" },
  { outer: 3, V: 4, N: 0, inner: 2, why: "no index" },
];

/** Indices from −V − 1 to V: from either end, and past both. */
function indices({ outer, V, N, inner }: (typeof sizes)[number], layout: (typeof layouts)[number]): Float64Array {
  const count = N * (layout === "shared" ? 1 : outer) * (layout === "elements" ? inner : 1);
  return integers([count], { seed: 5, low: -V - 1, high: V + 1 }).data;
}

describe.each(sizes)("$outer rows of $V by $N indices, $inner inside: $why", (size) => {
  const { outer, V, N, inner } = size;
  const dims = { outer, V, N, inner };

  test.each(layouts)("gather by %s", async (layout) => {
    const x = whole(outer * V * inner, 1);
    const ids = indices(size, layout);
    await checkKernel(gpu.device, gather, {
      dims,
      options: { ids: layout },
      inputs: { x: bits(x), ids: Int32Array.from(ids) },
      expected: { out: bits(gatherReference(x, ids, size, layout)) },
      tolerance: exact,
    });
  });

  test.each(["shared", "rows"] as const)("chains and scattered sums by %s", async (layout) => {
    const ids = Int32Array.from(indices(size, layout));
    const chains = chainsReference(ids, size, layout);
    const options = { ids: layout };
    const isPlace = (id: number): boolean => id >= -V && id < V;
    const { first = [], next = [] } = await runKernel(gpu.device, indexChains, {
      dims: { outer, V, N },
      options,
      inputs: { ids },
    });
    expect([...first]).toEqual(chains.first);
    expect([...next].filter((_, k) => isPlace(ids[k] ?? V))).toEqual(
      chains.next.filter((_, k) => isPlace(ids[k] ?? V)),
    );

    const updates = whole(outer * N * inner, 2);
    const zeros = new Float64Array(outer * V * inner);
    await checkKernel(gpu.device, scatter, {
      dims,
      options: { ids: layout, reduction: "add" },
      inputs: { updates, ...chains },
      expected: { out: scatterReference(zeros, ids, updates, size, { layout, reduction: "add" }).out },
      tolerance: exact,
    });
  });

  test.each(["none", "add", "mul", "min", "max"] as const)("scatter by elements, reduction %s", async (reduction) => {
    const ids = indices(size, "elements");
    const [data, updates] = [whole(outer * V * inner, 3), whole(outer * N * inner, 4, 1)];
    const { out, source } = scatterReference(data, ids, updates, size, { layout: "elements", reduction });
    await checkKernel(gpu.device, scatter, {
      dims,
      options: { ids: "elements", reduction },
      inputs: { data, ids: Int32Array.from(ids), updates },
      outputs: ["source"],
      // products of more than 24 bits are rounded: as many times as there are updates
      tolerance: reduction === "mul" ? { absolute: 0, relative: N * 2 ** -24 } : exact,
      expected: { out, ...(reduction === "add" || reduction === "mul" ? {} : { source }) },
    });
  });

  test.each([
    { exclusive: false, reverse: false },
    { exclusive: true, reverse: false },
    { exclusive: false, reverse: true },
    { exclusive: true, reverse: true },
  ])("running sums, %o", async (options) => {
    const x = whole(outer * V * inner, 6);
    const along = { outer, N: V, inner };
    const expected = { out: cumSumReference(x, along, options) };
    await checkKernel(gpu.device, cumSum, { dims: along, options, inputs: { x }, expected, tolerance: exact });
  });

  test.each([false, true])("top K, smallest %s", async (smallest) => {
    const R = outer * inner;
    const x = whole(R * V, 7, 40); // many equals
    for (const K of [1, Math.min(V, 5), Math.min(V, 67)]) {
      await checkKernel(gpu.device, topK, {
        dims: { R, V, K },
        options: { smallest },
        inputs: { x },
        expected: topKReference(x, { R, V, K }, smallest),
        tolerance: exact,
      });
    }
  });
});

test.each(["i32", "u32"] as const)("numbers of %s are compared and added as such", async (type) => {
  const numbers = type === "i32" ? Int32Array : Uint32Array;
  const [low, high] = type === "i32" ? [-(2 ** 31), 2 ** 31 - 1] : [0, 2 ** 32 - 1];
  const x = numbers.from([high, low, 5, high - 1, low + 1, 2 ** 24 + 1]);
  const dims = { R: 1, V: 6, K: 6 };
  for (const smallest of [false, true]) {
    const expected = topKReference(x, dims, smallest);
    const { values, indices } = await runKernel(gpu.device, topK, { dims, options: { type, smallest }, inputs: { x } });
    expect([[...(values ?? [])], [...(indices ?? [])]]).toEqual([expected.values, expected.indices]);
  }
  const { out } = await runKernel(gpu.device, cumSum, {
    dims: { outer: 1, N: 3, inner: 1 },
    options: { type },
    inputs: { x: numbers.from([2 ** 24, 1, 1]) },
  });
  expect([...(out ?? [])]).toEqual([2 ** 24, 2 ** 24 + 1, 2 ** 24 + 2]);
  const ids = Int32Array.of(0, 0, 1);
  const size = { outer: 1, V: 2, N: 3, inner: 1 };
  const updates = numbers.from([high, 7, low]);
  for (const reduction of ["none", "min", "max"] as const) {
    const data = numbers.from([5, 5]);
    const result = await runKernel(gpu.device, scatter, {
      dims: size,
      options: { type, reduction },
      inputs: { data, ids, updates },
    });
    const { out: expected } = scatterReference(data, ids, updates, size, { layout: "elements", reduction });
    expect([...(result.out ?? [])]).toEqual([...expected]);
  }
  const { out: counted } = await runKernel(gpu.device, iota, { dims: { n: 4 }, options: { type }, inputs: {} });
  expect(counted).toEqual(numbers.from([0, 1, 2, 3]));
});

test("iota of f32", async () => {
  const { out } = await runKernel(gpu.device, iota, { dims: { n: 70 }, options: { type: "f32" }, inputs: {} });
  expect(out).toEqual(Float32Array.from({ length: 70 }, (_, i) => i));
});

test.each([1, 2, 3, 6])("tuples of %i indices", async (depth) => {
  const extents = [2, 3, 4, 2, 5, 3].slice(0, depth);
  const [E0 = 1, E1 = 1, E2 = 1, E3 = 1, E4 = 1, E5 = 1] = extents;
  const N = 67;
  const ids = Int32Array.from({ length: N * depth }, (_, k) => {
    const extent = extents[k % depth] ?? 1;
    return ((k * 7919) % (2 * extent + (k % 5 === 0 ? 2 : 0))) - extent - (k % 5 === 0 ? 1 : 0);
  });
  const expected = flatIndicesReference(ids, extents, NO_PLACE);
  expect(expected.some((flat) => flat === NO_PLACE) && expected.some((flat) => flat !== NO_PLACE)).toBe(true);
  const { out } = await runKernel(gpu.device, flatIndices, {
    dims: { N, E0, E1, E2, E3, E4, E5 },
    options: { depth },
    inputs: { ids },
  });
  expect([...(out ?? [])]).toEqual(expected);
});

test("sums are made in the order of the indices, and padding changes no bit", async () => {
  const size = { outer: 1, V: 7, N: 300, inner: 3 };
  const ids = Int32Array.from(integers([size.N], { seed: 8, high: 7 }).data);
  const updates = Float32Array.from(normal([size.N * 3], { seed: 9 }).data);
  const sums = new Float32Array(21); // float32 sums in order: the very same bits
  for (const [k, update] of updates.entries()) {
    const at = (ids[Math.floor(k / 3)] ?? 0) * 3 + (k % 3);
    sums[at] = (sums[at] ?? 0) + update;
  }
  const padded = { ...size, N: 340 };
  const more = Int32Array.from({ length: 340 }, (_, n) => ids[n] ?? 0);
  const zeros = Float32Array.from({ length: 1020 }, (_, k) => updates[k] ?? 0);
  for (const [dims, inputs] of [
    [size, { ids, updates }],
    [padded, { ids: more, updates: zeros }],
  ] as const) {
    const chains = await runKernel(gpu.device, indexChains, { dims, inputs: { ids: inputs.ids } });
    const given = { updates: inputs.updates, first: chains.first ?? [], next: chains.next ?? [] };
    const { out } = await runKernel(gpu.device, scatter, {
      dims,
      options: { ids: "shared", reduction: "add" },
      inputs: { ...given, first: Uint32Array.from(given.first), next: Uint32Array.from(given.next) },
    });
    expect(out).toEqual(sums);
  }
});

test("halves are moved as they are, and added in f32", () =>
  withHalves(gpu.device, async () => {
    const size = { outer: 3, V: 5, N: 7, inner: 3 };
    const x = halves(normal([45], { seed: 10 }).data);
    const ids = indices({ ...size, why: "" }, "elements");
    const { out = Uint32Array.of() } = await runKernel(gpu.device, gather, {
      dims: size,
      options: { ids: "elements", halves: ["x", "out"] },
      inputs: { x: packHalves(x), ids: Int32Array.from(ids) },
    });
    const found = unpackHalves(out.buffer, 63);
    expect([...found]).toEqual([...gatherReference(x, ids, size, "elements")]);
    const updates = halves(normal([63], { seed: 11 }).data);
    await checkKernel(gpu.device, scatter, {
      dims: size,
      options: { reduction: "add", halves: ["data", "updates", "out"] },
      inputs: { data: x, ids: Int32Array.from(ids), updates },
      expected: { out: scatterReference(x, ids, updates, size, { layout: "elements", reduction: "add" }).out },
      tolerance: { absolute: 2 ** -10, relative: 2 ** -11 },
    });
  }));
