export {
  celu,
  elu,
  hardSigmoid,
  hardSwish,
  leakyRelu,
  mish,
  prelu,
  selu,
  silu,
  softsign,
  swish,
  thresholdedRelu,
} from "./activations";
export { arange, type RangeOptions } from "./arange";
export {
  add,
  div,
  equal,
  full,
  greater,
  greaterEqual,
  less,
  lessEqual,
  maximum,
  minimum,
  mul,
  notEqual,
  ones,
  pow,
  sub,
  where,
  zeros,
} from "./arithmetic";
export { type BatchNormOptions, batchNorm } from "./batch-norm";
export { categorical, type DrawOptions } from "./categorical";
export { concat } from "./concat";
export { type Conv1dOptions, type Conv2dOptions, conv1d, conv2d } from "./convolution";
export { type CumSumOptions, cumSum } from "./cum-sum";
export { dropout } from "./dropout";
export {
  abs,
  cast,
  clamp,
  detach,
  exp,
  gelu,
  identity,
  log,
  neg,
  reciprocal,
  relu,
  sigmoid,
  softplus,
  sqrt,
  square,
  tanh,
} from "./elementwise";
export { embedding } from "./embedding";
export { cos, erf, expm1, log1p, sin } from "./functions";
export { gather, gatherElements, gatherND } from "./gather";
export { type GemmOptions, gemm } from "./general-product";
export { type GroupNormOptions, groupNorm, instanceNorm } from "./group-norm";
export { type LayerNormOptions, layerNorm } from "./layer-norm";
export { linear } from "./linear";
export { logSumExp } from "./log-sum-exp";
export { maskSteps } from "./mask-steps";
export { matmul } from "./matmul";
export { type OneHotOptions, oneHot } from "./one-hot";
export type { Operand } from "./operands";
export { permute, transpose } from "./permute";
export {
  averagePool1d,
  averagePool2d,
  globalAveragePool1d,
  globalAveragePool2d,
  globalMaxPool1d,
  globalMaxPool2d,
  maxPool1d,
  maxPool2d,
  type Pool1dOptions,
  type Pool2dOptions,
} from "./pool";
export { prod } from "./prod";
export { argmax, argmin, type IndexOptions, max, mean, min, type ReduceOptions, sum } from "./reduce";
export { reshape } from "./reshape";
export { type ReverseSequenceOptions, reverseSequence } from "./reverse-sequence";
export { type RMSNormOptions, rmsNorm } from "./rms-norm";
export { type ScatterOptions, scatterElements } from "./scatter";
export { sequenceMask } from "./sequence-mask";
export { slice } from "./slice";
export { logSoftmax, softmax } from "./softmax";
export { split, unstack } from "./split";
export { stack } from "./stack";
export { type TopKOptions, topK } from "./top-k";
export { tril, triu } from "./trilu";
export type { Extent2d, Padding1d, Padding2d } from "./windows";
