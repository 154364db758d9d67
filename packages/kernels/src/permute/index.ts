export { padZeros, type StridedDims, type StridedOptions, stridedCopy, stridedPlace } from "./strided-copy";
export { contiguousStrides, inverseOrder, padDims, permuteDims, placeDims, type StridedCall, sliceDims } from "./views";
