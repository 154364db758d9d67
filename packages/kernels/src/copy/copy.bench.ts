import { kernelBench } from "../core";
import { concatBlocks, copyBlock, padBlock } from "./copy";

export const benches = [
  kernelBench(copyBlock, [
    { dims: { outer: 64, n: 128, start: 64, stride: 256, total: 16384 } },
    { dims: { outer: 2048, n: 512, start: 0, stride: 1024, total: 2 ** 21 } },
  ]),
  kernelBench(padBlock, [
    { dims: { outer: 64, n: 128, start: 64, stride: 256 } },
    { dims: { outer: 2048, n: 512, start: 0, stride: 1024 } },
  ]),
  kernelBench(concatBlocks, [{ dims: { outer: 64, na: 128, nb: 128 } }, { dims: { outer: 2048, na: 512, nb: 512 } }]),
];
