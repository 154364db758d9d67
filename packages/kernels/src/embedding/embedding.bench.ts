import { kernelBench } from "../core";
import { embedding, embeddingBackward, NO_PADDING } from "./embedding";

/** Token ids spread over the vocabulary in a fixed order. */
const ids = (N: number, V: number) => Uint32Array.from({ length: N }, (_, n) => (Math.imul(n, 2654435761) % V) >>> 0);

const cases = [
  { dims: { N: 640, V: 57, D: 64 }, inputs: { ids: ids(640, 57) } },
  { dims: { N: 2048, V: 10_000, D: 256 }, inputs: { ids: ids(2048, 10_000) } },
];

export const benches = [
  kernelBench(embedding, cases),
  kernelBench(
    embeddingBackward,
    cases.map((one) => ({ ...one, scalars: { paddingId: NO_PADDING } })),
  ),
];
