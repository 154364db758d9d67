export { type MaxOptions, reduceMax, reduceMaxBackward } from "./max";
export { type ReductionOptions, reductionDims } from "./pattern";
export { reduceProduct } from "./product";
export { reduceSum, type SumOptions } from "./sum";
