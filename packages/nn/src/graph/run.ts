import {
  type AnyKernel,
  type BindingsOf,
  broadcastShapes,
  type DimsOf,
  type ElementwiseOp,
  extents,
  type OptionsOf,
  resultType,
  type ScalarsOf,
  ShapeError,
  WORDS,
} from "@unroll/kernels";
import { clock } from "../tensor/clock";
import type { DType } from "../tensor/dtype";
import type { Scalar } from "../tensor/scalar";
import { formatShape, type Shape, sameShape, sizeOf } from "../tensor/shape";
import { Tensor } from "../tensor/tensor";
import { type Argument, isTensor, type KernelNode, scalarTypeOf } from "./node";

type Names<K> = Extract<keyof BindingsOf<K>, string>;

/** A call of a kernel over tensors. */
export interface RunCall<K extends AnyKernel> {
  dims: DimsOf<K>;
  options?: OptionsOf<K>;
  /** A Scalar is read afresh by every replay of the plan; a plain number is part of the plan. */
  scalars?: { readonly [N in keyof ScalarsOf<K>]: Scalar | number };
  /** Shapes of outputs where they are to be other than the kernel's own, with as many elements. */
  shapes?: { readonly [N in Names<K>]?: Shape };
  /** dtypes of outputs that are not f32, i32 or u32 as the kernel writes them. */
  dtypes?: { readonly [N in Names<K>]?: DType };
  /** Optional outputs that are wanted. */
  outputs?: readonly Names<K>[];
}

/** Records the call of a kernel and returns the tensors it will write, by binding. Nothing runs yet. */
export function run<K extends AnyKernel>(
  kernel: K,
  inputs: { readonly [N in Names<K>]?: Tensor | undefined },
  call: RunCall<K>,
): { readonly [N in Names<K>]: Tensor } {
  return record(kernel, inputs, call).outputs as { readonly [N in Names<K>]: Tensor };
}

/** Records the call of a kernel for what it changes in place. */
export function effect<K extends AnyKernel>(
  kernel: K,
  inputs: { readonly [N in Names<K>]?: Tensor | undefined },
  call: RunCall<K>,
): KernelNode {
  return record(kernel, inputs, call);
}

function record<K extends AnyKernel>(
  kernel: K,
  inputs: { readonly [N in Names<K>]?: Tensor | undefined },
  call: RunCall<K>,
): KernelNode {
  const options = { ...kernel.options, ...call.options };
  const given: Record<string, Tensor> = {};
  for (const [name, input] of Object.entries(inputs) as [string, Tensor | undefined][]) {
    if (!input) continue;
    input.assertUsable(kernel.name);
    given[name] = input;
  }
  const outputs: Record<string, Tensor> = {};
  const scalars: Record<string, Scalar | number> = { ...call.scalars };
  const node = {
    kind: "kernel" as const,
    kernel,
    dims: call.dims,
    options,
    scalars,
    inputs: given,
    outputs,
    signature: kernelSignature(kernel, call.dims, options, scalars, given),
    born: clock.now,
  };
  for (const [name, binding] of Object.entries(kernel.bindings)) {
    const isWanted =
      binding.access === "write" && (!binding.optional || call.outputs?.includes(name as Names<K>) === true);
    if (!isWanted) continue;
    const own = [...extents(binding, call.dims, options), ...(WORDS[binding.type] > 1 ? [WORDS[binding.type]] : [])];
    const shape = call.shapes?.[name as Names<K>] ?? own;
    if (sizeOf(shape) !== sizeOf(own)) {
      throw new ShapeError({
        where: kernel.name,
        what: name,
        expected: formatShape(own),
        received: formatShape(shape),
      });
    }
    const own32 = binding.type === "i32" ? "i32" : binding.type.endsWith("u") || binding.type === "u32" ? "u32" : "f32";
    const dtype = call.dtypes?.[name as Names<K>] ?? own32;
    outputs[name] = new Tensor(node, shape, dtype);
    node.signature += `>${name}${dtype}${shape.join()}`;
  }
  return node;
}

function kernelSignature(
  kernel: AnyKernel,
  dims: object,
  options: object,
  scalars: Readonly<Record<string, Scalar | number>>,
  inputs: object,
): string {
  let text = kernelId(kernel);
  for (const value of Object.values(dims)) text += `,${value}`;
  for (const [name, value] of Object.entries(options))
    text += `;${name}=${typeof value === "object" ? JSON.stringify(value) : value}`;
  for (const [name, value] of Object.entries(scalars))
    text += `;${name}${typeof value === "number" ? `=${value}` : ""}`;
  return `${text};${Object.keys(inputs).join()}`;
}

const kernelIds = new WeakMap<AnyKernel, string>();
let kernelCount = 0;

/** What tells a kernel from every other: two may have one name. */
function kernelId(kernel: AnyKernel): string {
  let id = kernelIds.get(kernel);
  if (id === undefined) {
    id = `${kernel.name}#${kernelCount++}`;
    kernelIds.set(kernel, id);
  }
  return id;
}

/** Records one elementwise operation; its arguments broadcast to `shape`, by default to their common shape. */
export function elementwise(op: ElementwiseOp, inputs: readonly Argument[], shape?: Shape): Tensor {
  let common: Shape = shape ?? [];
  const args = inputs.map(fillValue);
  let signature: string = op;
  for (const input of inputs) {
    if (!isTensor(input)) continue;
    input.assertUsable(op);
    if (!shape && !sameShape(common, input.shape)) common = broadcastShapes(common, input.shape, op);
  }
  for (const arg of args) {
    if (isTensor(arg)) signature += ",t";
    else signature += typeof arg === "number" ? `,${arg}` : ",s";
  }
  const number = scalarTypeOf(args);
  const dtype = resultType(
    op,
    args.map((arg) => (isTensor(arg) ? arg.dtype : number)),
  );
  signature += `>${dtype}${common.join()}`;
  return new Tensor({ kind: "elementwise", op, args, signature, born: clock.now }, common, dtype);
}

/** The number that a tensor is filled with, if one is: it then needs no array of its own. */
function fillValue(arg: Argument): Argument {
  if (!isTensor(arg) || arg.storage || arg.dtype !== "f32") return arg;
  const { node } = arg;
  const [value] = node.kind === "elementwise" && node.op === "identity" ? node.args : [];
  return value === undefined || isTensor(value) ? arg : value;
}

/** A tensor whose elements are all one number. */
export function fill(value: Scalar | number, shape: Shape): Tensor {
  return elementwise("identity", [value], shape);
}

/** The words of `input` from element `start` on, as a tensor of `shape`. No copy is made where alignment allows. */
export function view(input: Tensor, shape: Shape, start = 0): Tensor {
  return look(input, shape, start, false);
}

/** The same values as a constant: what made them is behind it, for gradients and for updates. */
export function cutOff(input: Tensor): Tensor {
  return look(input, input.shape, 0, true);
}

function look(input: Tensor, shape: Shape, start: number, isCut: boolean): Tensor {
  input.assertUsable("view");
  const signature = `view ${start}>${shape.join()}`;
  return new Tensor({ kind: "view", input, start, isCut, signature, born: clock.now }, shape, input.dtype);
}
