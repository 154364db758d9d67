import { kernelBench } from "../core";
import { embedding, embeddingBackward, embeddingFours, embeddingFoursBackward, NO_PADDING } from "./embedding";

/** Token ids spread over the vocabulary in a fixed order. */
const ids = (N: number, V: number) => Uint32Array.from({ length: N }, (_, n) => (Math.imul(n, 2654435761) % V) >>> 0);

const cases = [
  { N: 640, V: 57, columns: 64 },
  { N: 2048, V: 10_000, columns: 256 },
].map(({ N, V, columns }) => ({ dims: { N, V, D: columns }, inputs: { ids: ids(N, V) } }));

const fours = cases.map(({ dims, inputs }) => ({ dims: { ...dims, D: dims.D / 4 }, inputs }));
const scalars = { paddingId: NO_PADDING };

export const benches = [
  kernelBench(embedding, cases),
  kernelBench(embeddingFours, fours),
  kernelBench(
    embeddingBackward,
    cases.map((one) => ({ ...one, scalars })),
  ),
  kernelBench(
    embeddingFoursBackward,
    fours.map((one) => ({ ...one, scalars })),
  ),
];
