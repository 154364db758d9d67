import {
  type AnyKernel,
  type BindingsOf,
  broadcastShapes,
  type DimsOf,
  type ElementwiseOp,
  type OptionsOf,
  resultType,
  type ScalarsOf,
} from "@unroll/kernels";
import { clock } from "../tensor/clock";
import { type DType, isFloat } from "../tensor/dtype";
import type { Scalar } from "../tensor/scalar";
import { type Shape, sameShape } from "../tensor/shape";
import { Tensor } from "../tensor/tensor";
import { formOf } from "./call-form";
import { type Argument, computed, isTensor, type KernelNode, scalarTypeOf } from "./node";

type Names<K> = Extract<keyof BindingsOf<K>, string>;

/** A call of a kernel over tensors. */
export interface RunCall<K extends AnyKernel> {
  dims: DimsOf<K>;
  options?: OptionsOf<K>;
  /** A Scalar is read afresh by every replay of the plan; a plain number is part of the plan. */
  scalars?: { readonly [N in keyof ScalarsOf<K>]: Scalar | number };
  /** Shapes of outputs where they are to be other than the kernel's own, with as many elements. */
  shapes?: { readonly [N in Names<K>]?: Shape };
  /** dtypes of outputs that are not f32, i32 or u32 as the kernel writes them; f16 rounds what is f32. */
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
  const given: Record<string, Tensor> = {};
  const halves: string[] = [];
  for (const [name, input] of Object.entries(inputs) as [string, Tensor | undefined][]) {
    if (!input) continue;
    input.assertUsable(kernel.name);
    given[name] = input;
    if (input.dtype === "f16") halves.push(name);
  }
  const { dims, scalars = {} } = call;
  const { signature, options, outputs: made } = formOf(kernel, call, Object.keys(given), halves);
  const outputs: Record<string, Tensor> = {};
  const node: KernelNode = {
    kind: "kernel",
    kernel,
    dims,
    options,
    scalars,
    inputs: given,
    outputs,
    signature,
    born: clock.now,
  };
  for (const { name, shape, dtype } of made) outputs[name] = new Tensor(node, shape, dtype);
  return node;
}

/**
 * Records one elementwise operation; its arguments broadcast to `shape`, by default to their common shape. A result of
 * real numbers is stored as `float`, by default in halves where all real arguments are.
 */
export function elementwise(
  op: ElementwiseOp,
  inputs: readonly Argument[],
  shape?: Shape,
  float: "f32" | "f16" = commonFloat(inputs),
): Tensor {
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
  const result = resultType(
    op,
    args.map((arg) => (isTensor(arg) ? computed(arg.dtype) : number)),
  );
  const dtype = result === "f32" ? float : result;
  signature += `>${dtype}${common.join()}`;
  return new Tensor({ kind: "elementwise", op, args, signature, born: clock.now }, common, dtype);
}

/** f16 where all tensors of real numbers are f16, and there is one. */
function commonFloat(inputs: readonly Argument[]): "f32" | "f16" {
  let common: "f32" | "f16" = "f32";
  for (const input of inputs) {
    if (!isTensor(input)) continue;
    if (input.dtype === "f32") return "f32";
    if (input.dtype === "f16") common = "f16";
  }
  return common;
}

/** The number that a tensor is filled with, if one is: it then needs no array of its own. */
function fillValue(arg: Argument): Argument {
  if (!isTensor(arg) || arg.storage || !isFloat(arg.dtype)) return arg;
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

/**
 * The same values as a constant: what made them is behind it, for gradients and for updates. Of a tensor that was
 * computed only the values are kept, not the graph that made them: so a state carried from chunk to chunk does not hold on
 * to all chunks before it.
 */
export function cutOff(input: Tensor): Tensor {
  const { storage } = input;
  if (!storage || input.variable) return look(input, input.shape, 0, true);
  input.assertUsable("detach");
  const values = new Tensor({ kind: "device" }, input.shape, input.dtype);
  values.name = input.name;
  values.own(storage.share());
  return values;
}

function look(input: Tensor, shape: Shape, start: number, isCut: boolean): Tensor {
  input.assertUsable("view");
  const signature = `view ${start}>${shape.join()}`;
  return new Tensor({ kind: "view", input, start, isCut, signature, born: clock.now }, shape, input.dtype);
}
