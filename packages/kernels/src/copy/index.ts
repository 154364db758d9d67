export { concat, MOST_JOINED } from "./concat";
export { splitParts } from "./split";
export { padZeros, type StridedDims, type StridedOptions, stridedCopy } from "./strided-copy";
export { contiguousStrides, inverseOrder, padDims, permuteDims, type StridedCall, sliceDims } from "./views";
