import { kernelBench } from "../core";
import { matmul } from "./matmul";
import { sumParts } from "./parts";

const square = (n: number) => ({ Z: 1, M: n, N: n, K: n, lda: n, ldb: n, strideA: 0, strideB: 0 });

export const benches = [
  kernelBench(matmul, [
    { dims: square(256) },
    { dims: square(512) },
    { dims: square(1024) },
    // the input product of a recurrent layer: 640 letters one-hot of 57, 384 gates
    { dims: { Z: 1, M: 640, N: 384, K: 57, lda: 57, ldb: 57, strideA: 0, strideB: 0 }, options: { transposeB: true } },
    // the gradient of its recurrent weights and bias
    {
      dims: { Z: 1, M: 384, N: 128, K: 640, lda: 384, ldb: 128, strideA: 0, strideB: 0 },
      options: { transposeA: true },
      with: ["sumA"],
    },
    // one step of one sequence
    { dims: { Z: 1, M: 1, N: 512, K: 128, lda: 128, ldb: 128, strideA: 0, strideB: 0 }, options: { transposeB: true } },
  ]),
  // the gradient of recurrent weights, made in 16 parts
  kernelBench(sumParts, [{ dims: { S: 16, MN: 512 * 128, M: 512 }, with: ["partSums", "sumA"] }]),
];
