export type { Activation, ActivationName } from "@unroll/kernels";
export { defineOp, type Gradients, type OpDefinition } from "./autograd/define-op";
export { type GradOptions, grad } from "./autograd/grad";
export * from "./decode";
export { effect, elementwise, run, view } from "./graph/run";
export * from "./io";
export {
  bceLoss,
  bceWithLogitsLoss,
  type ClassLossOptions,
  type CTCBatchOptions,
  type CTCLossOptions,
  type CTCStates,
  type CTCTargets,
  crossEntropy,
  ctcLoss,
  ctcStates,
  type LossOptions,
  mseLoss,
  nllLoss,
} from "./losses";
export * from "./modules";
export * from "./ops";
export * from "./optim";
export { evaluate, planStatistics } from "./plan/executor";
export { type Explanation, explain, type PlannedCall } from "./plan/explain";
export { type Generator, random, seed } from "./random/generator";
export { assign } from "./tensor/assign";
export type { DType, HostData } from "./tensor/dtype";
export { ModuleBuffer } from "./tensor/module-buffer";
export { Parameter, parameter } from "./tensor/parameter";
export { scalar } from "./tensor/scalar";
export type { Shape } from "./tensor/shape";
export { type NestedNumbers, Tensor, type TensorOptions, tensor } from "./tensor/tensor";
export * from "./train";
