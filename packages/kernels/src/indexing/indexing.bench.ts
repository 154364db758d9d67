import { kernelBench } from "../core";
import { indexChains } from "./chains";
import { cumSum } from "./cum-sum";
import { flatIndices } from "./flat-index";
import { gather } from "./gather";
import { iota } from "./iota";
import { scatter } from "./scatter";
import { topK } from "./top-k";

/** Indices spread over V places in a fixed order. */
const spread = (count: number, V: number) =>
  Int32Array.from({ length: count }, (_, n) => (Math.imul(n, 2654435761) >>> 0) % V);

const gathered = [
  { dims: { outer: 64, V: 20, N: 5, inner: 128 }, options: { ids: "rows" as const } }, // some steps of each row
  { dims: { outer: 1, V: 6400, N: 3000, inner: 128 }, options: { ids: "shared" as const } },
];
const lists = ({ outer, N }: { outer: number; N: number }, ids: string) => (ids === "shared" ? N : outer * N);

export const benches = [
  kernelBench(
    gather,
    gathered.map((one) => ({ ...one, inputs: { ids: spread(lists(one.dims, one.options.ids), one.dims.V) } })),
  ),
  kernelBench(
    indexChains,
    gathered.map(({ dims: { outer, V, N }, options }) => ({
      dims: { outer, V, N },
      options,
      inputs: { ids: spread(lists({ outer, N }, options.ids), V) },
    })),
  ),
  kernelBench(scatter, [
    {
      dims: { outer: 64, V: 57, N: 1, inner: 1 },
      options: { reduction: "add" },
      inputs: { ids: spread(64, 57) },
    },
    {
      dims: { outer: 2048, V: 1000, N: 5, inner: 1 },
      options: { reduction: "add" },
      inputs: { ids: spread(2048 * 5, 1000) },
    },
  ]),
  kernelBench(flatIndices, [
    {
      dims: { N: 4096, E0: 64, E1: 20, E2: 1, E3: 1, E4: 1, E5: 1 },
      options: { depth: 2 },
      inputs: { ids: spread(8192, 20) },
    },
  ]),
  kernelBench(cumSum, [{ dims: { outer: 64, N: 20, inner: 1 } }, { dims: { outer: 64, N: 100, inner: 128 } }]),
  kernelBench(topK, [{ dims: { R: 32, V: 57, K: 5 } }, { dims: { R: 16, V: 10_000, K: 40 } }]),
  kernelBench(iota, [{ dims: { n: 100 } }]),
];
