export { type AdapterFacts, adapterName, describeAdapter } from "./adapter";
export { type BenchCase, type KernelBench, kernelBench } from "./bench-case";
export type { BufferRange } from "./buffer-pool";
export { type ChoicePolicy, type ChoiceStore, Choices, type Chosen } from "./choices";
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
  elementType,
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
export { float32BitsOfHalf, packHalves, roundToHalf, unpackHalves } from "./half";
export { indexedDBStore } from "./indexed-db-store";
export { DEFAULT_LIMITS, type Limits } from "./limits";
export { currentDevice, type OpenOptions, open, openDevice, useDevice, wrap } from "./open";
export { type FlatPlan, flatPlan, foldGrid, type Plan } from "./plan";
export { type CallTime, profile } from "./profile";
export { type Call, Program, type Undecided } from "./program";
export { GUARD_WORD, type HostArray, type RunKernelCall, runKernel } from "./run-kernel";
export { type CallFacts, type Specialisation, specialise } from "./specialise";
export { isHalf, type StorageOptions } from "./storage";
export { tune } from "./tune";
export { ENDS, type ValueOptions, valueType } from "./value-type";
export {
  type Candidate,
  candidates,
  type DeviceFacts,
  type Variant,
  type VariantFacts,
  type VariedKernel,
  withVariants,
} from "./variants";
export { wgsl } from "./wgsl";
