import { kernelBench } from "../core";
import { concat } from "./concat";
import { splitParts } from "./split";
import { padZeros, stridedCopy } from "./strided-copy";
import { padDims, permuteDims } from "./views";

const none = { n2: 0, n3: 0, n4: 0, n5: 0, n6: 0 };

export const benches = [
  kernelBench(stridedCopy, [
    permuteDims([64, 20, 128], [1, 0, 2]), // batch first to time first
    permuteDims([1024, 1024], [1, 0]),
  ]),
  kernelBench(concat, [
    { dims: { outer: 64, n0: 128, n1: 128, ...none }, with: ["part1"] },
    { dims: { outer: 2048, n0: 512, n1: 512, ...none }, with: ["part1"] },
    {
      dims: { outer: 64, n0: 128, n1: 128, n2: 128, n3: 128, n4: 128, n5: 128, n6: 128 },
      with: ["part1", "part2", "part3", "part4", "part5", "part6"],
    },
  ]),
  kernelBench(splitParts, [{ dims: { outer: 64, n: 20, inner: 128, pitch: 8192 } }]),
  kernelBench(padZeros, [padDims([1280, 256], [0, 128], [1280, 128])]),
];
