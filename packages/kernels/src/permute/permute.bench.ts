import { kernelBench } from "../core";
import { padZeros, stridedCopy, stridedPlace } from "./strided-copy";
import { padDims, permuteDims, placeDims } from "./views";

export const benches = [
  kernelBench(stridedCopy, [
    permuteDims([64, 20, 128], [1, 0, 2]), // batch first to time first
    permuteDims([1024, 1024], [1, 0]),
  ]),
  kernelBench(stridedPlace, [placeDims([1280, 256], [0, 128], [1280, 128])]), // one half of a bidirectional output
  kernelBench(padZeros, [padDims([1280, 256], [0, 128], [1280, 128])]),
];
