import type { AnyKernel, DimsOf, OptionsOf, ScalarsOf } from "./define-kernel";
import type { HostArray } from "./run-kernel";

/** One size at which a kernel is measured. Arrays not given are filled with seeded normal numbers. */
export interface BenchCase<K extends AnyKernel = AnyKernel> {
  readonly dims: DimsOf<K>;
  readonly options?: OptionsOf<K>;
  readonly scalars?: ScalarsOf<K>;
  /** Optional bindings to include. */
  readonly with?: readonly string[];
  /** Contents that must mean something, such as lengths and token ids. */
  readonly inputs?: Readonly<Record<string, HostArray>>;
}

/** A kernel, and the sizes at which it is measured. */
export interface KernelBench {
  readonly kernel: AnyKernel;
  readonly cases: readonly BenchCase[];
}

/** The sizes at which `kernel` is measured, smallest first. */
export function kernelBench<K extends AnyKernel>(kernel: K, cases: readonly BenchCase<K>[]): KernelBench {
  return { kernel, cases: cases as readonly BenchCase[] };
}
