import {
  type AnyKernel,
  type DimValues,
  elementwiseKernel,
  type Limits,
  sliceDims,
  stridedCopy,
} from "@unroll/kernels";
import type { KernelNode, ViewNode } from "../graph/node";
import { storage } from "../graph/storage";
import { bytesOf, elementBytes } from "../tensor/dtype";
import type { Scalar } from "../tensor/scalar";
import type { Tensor } from "../tensor/tensor";
import { absorb } from "./absorb";
import { fuse, type Group } from "./fuse";
import type { Trace } from "./trace";

/** What has a place in a plan: a tensor, or a result that nobody reads. */
export type Value = Pick<Tensor, "size" | "dtype">;

/** A part of a value: which value, from which byte on, how many bytes. */
export interface Part {
  readonly base: Value;
  readonly offset: number;
  readonly bytes: number;
}

/** One kernel call over values that have no place yet. */
export interface Item {
  readonly kernel: AnyKernel;
  readonly dims: DimValues;
  readonly options: object;
  readonly scalars: Readonly<Record<string, Scalar | number>>;
  readonly reads: Readonly<Record<string, Part>>;
  /** Values it writes whole. */
  readonly writes: Readonly<Record<string, Value>>;
}

/** Arrays that one merged kernel touches at most, even where a device lets it touch more. */
const MOST_ARRAYS = 24;

/** Offsets that a device can bind at. */
const ALIGN = 256;

/**
 * Turns a walked graph into kernel calls: elementwise neighbours merged, with the products before them where a loop has many,
 * views resolved into parts of what they view.
 * @param effects kernel calls that change memory in place; they come last, after all reads of the old values
 * @param kept tensors whose values must exist by themselves
 */
export function lower(
  traced: Trace,
  effects: readonly KernelNode[],
  kept: ReadonlySet<Tensor>,
  { maxStorageBuffersPerShaderStage: most }: Pick<Limits, "maxStorageBuffersPerShaderStage">,
): readonly Item[] {
  const parts = new Map<Tensor, Part>();
  const items: Item[] = [];
  const given = new Set(traced.leaves.map(({ tensor }) => tensor));
  const part = (tensor: Tensor): Part => parts.get(tensor) ?? whole(tensor);
  const steps = fuse(traced.nodes, effects, kept, Math.min(most, MOST_ARRAYS));
  const groups = new Map<Item, Group>();

  for (const step of steps) {
    if (step.kind === "group") {
      const item = lowerGroup(step, part);
      groups.set(item, step);
      items.push(item);
    } else if (step.kind === "view") {
      const input = part(step.node.input);
      const offset = input.offset + step.node.start * elementBytes(step.output.dtype);
      const bytes = bytesOf(step.output);
      if (offset % ALIGN === 0) {
        parts.set(step.output, { base: input.base, offset, bytes });
      } else {
        items.push(copyOut(input, step.node, step.output));
      }
    } else {
      items.push(lowerKernel(step.node, part, given));
    }
  }
  for (const effect of effects) items.push(lowerKernel(effect, part, given));
  return absorb(items, groups, new Set([...kept].map((tensor) => part(tensor).base)));
}

/** All of a value. */
export function whole(tensor: Tensor): Part {
  return { base: tensor, offset: 0, bytes: bytesOf(tensor) };
}

/** The parts that root views resolve to: what `lower` did for views, for one tensor. */
export function resolveView(tensor: Tensor, computed: ReadonlySet<Value>): Part {
  if (computed.has(tensor) || tensor.storage || tensor.node.kind !== "view") return whole(tensor);
  const input = resolveView(tensor.node.input, computed);
  const offset = input.offset + tensor.node.start * elementBytes(tensor.dtype);
  return { base: input.base, offset, bytes: bytesOf(tensor) };
}

function lowerKernel(node: KernelNode, part: (tensor: Tensor) => Part, given: ReadonlySet<Tensor>): Item {
  const { kernel, dims, options, scalars } = node;
  const reads: Record<string, Part> = {};
  for (const [name, input] of Object.entries(node.inputs)) reads[name] = part(input);
  const writes: Record<string, Value> = {};
  for (const [name, output] of Object.entries(node.outputs)) {
    // One that the plan is given, since it was evaluated earlier, belongs to its owner: the kernel writes it elsewhere.
    writes[name] = given.has(output) ? { size: output.size, dtype: output.dtype } : output;
  }
  return { kernel, dims, options, scalars, reads, writes };
}

function copyOut(x: Part, { input, start }: ViewNode, out: Tensor): Item {
  const { dims, options: shape } = sliceDims([input.size], { begin: [start], extent: [out.size] });
  const options = { ...shape, ...storage({ x: input, out }) };
  return { kernel: stridedCopy, dims, options, scalars: {}, reads: { x }, writes: { out } };
}

function lowerGroup(group: Group, part: (tensor: Tensor) => Part): Item {
  const { kernel, dims } = elementwiseKernel(group.program);
  const reads: Record<string, Part> = {};
  for (const [index, input] of group.inputs.entries()) reads[`in${index}`] = part(input);
  const writes: Record<string, Tensor> = {};
  for (const [index, output] of group.outputs.entries()) writes[`out${index}`] = output;
  const options = storage({
    ...Object.fromEntries(group.inputs.map((input, index) => [`in${index}`, input])),
    ...writes,
  });
  const scalars: Record<string, Scalar | number> = {};
  for (const [index, value] of group.scalars.entries()) scalars[`s${index}`] = value;
  return { kernel, dims, options, scalars, reads, writes };
}
