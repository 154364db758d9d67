export { reduceMax, reduceMaxBackward } from "./max";
export { type ReductionOptions, reductionDims } from "./pattern";
export { reduceSum, type SumOptions } from "./sum";
