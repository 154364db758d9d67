import { kernelBench } from "../core";
import { reduceMax, reduceMaxBackward } from "./max";
import { reductionDims } from "./pattern";
import { reduceProduct } from "./product";
import { reduceSum } from "./sum";

const cases = [
  reductionDims([64, 20], [0, 1]), // the losses of a batch
  reductionDims([2048, 512], [0]),
  reductionDims([2048, 512], [1]),
  reductionDims([1_000_000], [0]),
];

export const benches = [
  kernelBench(reduceSum, cases),
  kernelBench(reduceProduct, [reductionDims([64, 20], [1]), reductionDims([2048, 512], [0])]),
  kernelBench(
    reduceMax,
    cases.map((one) => ({ ...one, with: ["out", "index"] })),
  ),
  kernelBench(
    reduceMaxBackward,
    cases.map((one) => ({ ...one, inputs: { index: new Uint32Array(one.dims.kept) } })),
  ),
];
