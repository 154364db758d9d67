import { kernelBench } from "../core";
import { concat } from "./concat";
import { padZeros, stridedCopy } from "./strided-copy";
import { padDims, permuteDims } from "./views";

export const benches = [
  kernelBench(stridedCopy, [
    permuteDims([64, 20, 128], [1, 0, 2]), // batch first to time first
    permuteDims([1024, 1024], [1, 0]),
  ]),
  kernelBench(concat, [{ dims: { outer: 64, na: 128, nb: 128 } }, { dims: { outer: 2048, na: 512, nb: 512 } }]),
  kernelBench(padZeros, [padDims([1280, 256], [0, 128], [1280, 128])]),
];
