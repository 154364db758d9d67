export { type AdapterFacts, adapterName } from "./adapter";
export { type BenchCase, type KernelBench, kernelBench } from "./bench-case";
export type { BufferRange } from "./buffer-pool";
export type { CounterValues } from "./counters";
export {
  type AnyKernel,
  type Binding,
  type BindingsOf,
  type Cost,
  type Dim,
  type DimsOf,
  type DimValues,
  defineKernel,
  type ElementType,
  extents,
  type Kernel,
  type OptionsOf,
  optional,
  perCall,
  perModel,
  read,
  type ScalarsOf,
  type ScalarType,
  update,
  WORDS,
  write,
} from "./define-kernel";
export { Device, type DeviceOptions } from "./device";
export * from "./errors";
export { DEFAULT_LIMITS, type Limits } from "./limits";
export { currentDevice, type OpenOptions, open, useDevice, wrap } from "./open";
export { type FlatPlan, flatPlan, foldGrid, type Plan } from "./plan";
export { type CallTime, profile } from "./profile";
export { type Call, Program } from "./program";
export { GUARD_WORD, type HostArray, type RunKernelCall, runKernel } from "./run-kernel";
export { type CallFacts, type Specialisation, specialise } from "./specialise";
export { wgsl } from "./wgsl";
