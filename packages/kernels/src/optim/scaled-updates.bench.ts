import { kernelBench } from "../core";
import { adafactorDirection, adafactorFactors, adafactorMeans, adafactorScales } from "./adafactor";
import { swapParameters } from "./average";
import { blocksOf, clipScales } from "./block-sums";
import { applyDirection } from "./direction";
import { lambDirection, lambScales } from "./lamb";
import { reportWords } from "./report";
import { BLOCK } from "./settings";

const report = reportWords();
const P = 4;
const bitsOf = (value: number): number => new Uint32Array(Float32Array.of(value).buffer)[0] ?? 0;
const table = (row: (k: number) => readonly number[]) =>
  Uint32Array.from(Array.from({ length: P }, (_, k) => row(k)).flat());
const ones = (length: number) => new Float32Array(length).fill(1);

/** P square matrices, each with settings of its own. */
const models = [64, 512].map((side) => {
  const size = side * side;
  const lines = 2 * side; // means of rows and of columns
  const n = P * size;
  const blocks = (k: number) => [(k * size) / BLOCK, ((k + 1) * size) / BLOCK] as const;
  return {
    dims: { n, P, U: P, F: P * lines, L: P * lines, S: P },
    settings: table((k) => [k * size, bitsOf(1e-3), bitsOf(0.01), k]),
    units: table((k) => [...blocks(k), size, 0]),
    clippingUnits: table((k) => [...blocks(k), bitsOf(5), 0]),
    places: table((k) => [k * size, side, side, 1, k * lines, k * lines, k, k]),
    slabs: table((k) => [k * lines, side]),
  };
});

const clip = { clipNorm: 5, clipValue: 0 };

export const benches = [
  kernelBench(
    clipScales,
    models.map(({ dims: { n, U }, clippingUnits: units }) => ({
      dims: { n, U },
      inputs: { sums: ones(blocksOf(n)), units },
    })),
  ),
  kernelBench(
    lambDirection,
    models.map(({ dims: { n, U }, settings }) => ({
      dims: { n, P, U },
      scalars: { oneMinusBeta1: 0.1, oneMinusBeta2: 0.001, eps: 1e-6, correction1: 1, correction2: 1, ...clip },
      inputs: { settings, report, v: ones(n) },
    })),
  ),
  kernelBench(
    lambScales,
    models.map(({ dims: { n }, settings, units }) => ({
      dims: { n, P },
      inputs: { settings, units, sums: ones(2 * blocksOf(n)) },
    })),
  ),
  kernelBench(
    adafactorFactors,
    models.map(({ dims: { n, U, F, L }, places }) => ({
      dims: { n, P, U, F, L },
      scalars: { oneMinusBeta2: 0.2, eps1: 1e-30, ...clip },
      inputs: { places, report, factors: ones(F) },
    })),
  ),
  kernelBench(
    adafactorMeans,
    models.map(({ dims: { F, S }, slabs }) => ({ dims: { F, S }, inputs: { slabs, factors: ones(F) } })),
  ),
  kernelBench(
    adafactorDirection,
    models.map(({ dims: { n, U, F, S }, places }) => ({
      dims: { n, P, U, F, S },
      scalars: clip,
      inputs: { places, report, factors: ones(F), means: ones(S) },
    })),
  ),
  kernelBench(
    adafactorScales,
    models.map(({ dims: { n }, settings, units }) => ({
      dims: { n, P },
      scalars: { eps2: 1e-3, threshold: 1, most: 1e-2 },
      inputs: { settings, units, sums: ones(2 * blocksOf(n)) },
    })),
  ),
  kernelBench(
    applyDirection,
    models.map(({ dims: { n }, settings }) => ({ dims: { n, P }, inputs: { settings, report, scales: ones(P) } })),
  ),
  kernelBench(
    swapParameters,
    models.map(({ dims: { n } }) => ({ dims: { n } })),
  ),
];
