import type { AnyKernel, DimValues, ElementwiseOp, ScalarType } from "@unroll/kernels";
import type { DType, HostData } from "../tensor/dtype";
import type { Scalar } from "../tensor/scalar";
import type { Tensor } from "../tensor/tensor";

/** Values that came from the host; uploaded into the arena whenever a plan that reads them runs. */
export interface HostNode {
  readonly kind: "host";
  readonly data: HostData;
}

/** Values that live on the device and were made by no recorded operation. */
export interface DeviceNode {
  readonly kind: "device";
}

/** The same words under another shape, or a run of leading rows of them. */
export interface ViewNode {
  readonly kind: "view";
  readonly input: Tensor;
  /** First element, counted in the input. */
  readonly start: number;
  /** Whether the graph ends here: an evaluated input is then taken as it is, never computed again. */
  readonly isCut: boolean;
  readonly signature: string;
  readonly born: number;
}

/** The values of a tensor that are known on the host: it was made of them, or is a view of one that was. */
export function hostValues({ node, size }: Tensor): HostData | undefined {
  if (node.kind === "host") return node.data;
  return node.kind === "view" ? hostValues(node.input)?.subarray(node.start, node.start + size) : undefined;
}

/** An argument of an elementwise operation: a tensor, or a number. */
export type Argument = Tensor | Scalar | number;

export function isTensor(arg: Argument): arg is Tensor {
  return typeof arg === "object" && "shape" in arg;
}

/** What elements of a dtype are while a kernel works on them: halves are only stored. */
export const computed = (dtype: DType): Exclude<DType, "f16"> => (dtype === "f16" ? "f32" : dtype);

/** The type that kernels of numbers of any type take a dtype for; a bool is a word of 0 or 1. */
export const numberType = (dtype: DType): ScalarType => (dtype === "bool" ? "u32" : (computed(dtype) as ScalarType));

/** What a number among `args` is taken for: it takes part in an operation as the operation's tensors do. */
export function scalarTypeOf(args: readonly Argument[]): ScalarType {
  for (const arg of args) if (isTensor(arg) && arg.dtype !== "bool") return computed(arg.dtype) as ScalarType;
  return "f32";
}

/** One elementwise operation with broadcasting; neighbours are merged into one kernel when planned. */
export interface ElementwiseNode {
  readonly kind: "elementwise";
  readonly op: ElementwiseOp;
  readonly args: readonly Argument[];
  readonly signature: string;
  readonly born: number;
}

/** A call of a kernel. */
export interface KernelNode {
  readonly kind: "kernel";
  readonly kernel: AnyKernel;
  readonly dims: DimValues;
  readonly options: object;
  readonly scalars: Readonly<Record<string, Scalar | number>>;
  readonly inputs: Readonly<Record<string, Tensor>>;
  /** Tensors it writes, by binding. */
  readonly outputs: Record<string, Tensor>;
  readonly signature: string;
  readonly born: number;
}

/** One step of a loop, as it was recorded: what stands inside it, and for what outside. */
export interface LoopForm {
  /** Parts of what each step reads, and where all steps' lie, [B, T, …]. */
  readonly steps: readonly Standing[];
  /** States, and where they start from. */
  readonly states: readonly (Standing & { /** After the step. */ readonly next: Tensor })[];
  /** What each step reads alike. */
  readonly shared: readonly Standing[];
  /** What a step gives, beside the states. */
  readonly outputs: readonly Tensor[];
  /** Which steps of a row are no padding [B, T]: past its end a row keeps its state. All where absent. */
  readonly active: Tensor | undefined;
  readonly reverse: boolean;
}

export interface Standing {
  readonly inside: Tensor;
  readonly outside: Tensor;
}

/**
 * A part of a graph that is recorded in full only when a plan is made, or a gradient taken: a loop, one step of which
 * stands for all in the plan's key. See `graph/deferred.ts`.
 */
export interface DeferredNode {
  readonly kind: "deferred";
  /** All that the part reads. */
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  /** Numbers in it that each run reads afresh. */
  readonly scalars: readonly Scalar[];
  /** Whether a value in it is of half precision. */
  readonly hasHalves: boolean;
  /** The loop that it is: its outputs are those of all steps, [B, T, …], and the last states. */
  readonly loop: LoopForm;
  /** Records the part; its outputs become views of what it makes. */
  readonly settle: () => void;
  readonly signature: string;
  readonly born: number;
}

export type Node = HostNode | DeviceNode | ViewNode | ElementwiseNode | KernelNode | DeferredNode;

/** Records what a tensor stands for, if it is deferred. */
export function settle({ node }: Tensor): void {
  if (node.kind === "deferred") node.settle();
}

/** Tensors that a node reads. */
export function inputsOf(node: Node): readonly Tensor[] {
  switch (node.kind) {
    case "view":
      return [node.input];
    case "elementwise":
      return node.args.filter(isTensor);
    case "kernel":
      return Object.values(node.inputs);
    case "deferred":
      return node.inputs;
    default:
      return [];
  }
}
