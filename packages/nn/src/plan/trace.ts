import { ValueError } from "@unroll/kernels";
import { inputsOf, type Node } from "../graph/node";
import { afterUpdates, type BufferUpdate } from "../tensor/buffer-update";
import type { ModuleBuffer } from "../tensor/module-buffer";
import { Scalar } from "../tensor/scalar";
import type { Tensor } from "../tensor/tensor";

/** How a plan comes by a value that it does not compute. */
export type LeafKind =
  /** Uploaded from the host into the arena. */
  | "upload"
  /** Copied from its own memory into the arena, so that where it lies is no matter to bind groups. */
  | "copy"
  /** Bound where it lies. */
  | "bind";

/** Evaluated tensors up to this many bytes are copied rather than bound where they lie. */
const COPY_BYTES = 64 * 1024;

/** A graph in the order in which it can be computed, and what of it differs from run to run. */
export interface Trace {
  /** Equal keys mean equal plans: operations, attributes, shapes, dtypes, wiring, which numbers are one, no values. */
  readonly key: string;
  readonly nodes: readonly Exclude<Node, { kind: "host" | "device" }>[];
  readonly leaves: readonly { readonly tensor: Tensor; readonly kind: LeafKind }[];
  /** Numbers read afresh by every run, in the order met. */
  readonly scalars: readonly Scalar[];
  /** Evaluated tensors that are computed again, see `TraceOptions.forGradients`. */
  readonly recomputed: ReadonlySet<Tensor>;
  /** Whether a value of the graph is of half precision. */
  readonly hasHalves: boolean;
  /** Updates that come with computing the graph, and what they make of the buffers: part of the walk. */
  readonly updates: readonly BufferUpdate[];
  readonly updated: ReadonlyMap<ModuleBuffer, Tensor>;
  /** Whether parts of the graph are not recorded yet. */
  readonly hasDeferred: boolean;
}

export interface TraceOptions {
  /** Whether parameters may have changed since the graph was recorded. */
  readonly allowStale?: boolean;
  /**
   * Whether gradients will be taken. They need what lies behind a tensor, so one that was evaluated already and
   * depends on parameters is computed again together with all that leads to it, unless it was cut off.
   */
  readonly forGradients?: boolean;
  /** Evaluated tensors to compute again. */
  readonly recompute?: ReadonlySet<Tensor>;
}

const NONE: ReadonlySet<Tensor> = new Set();
const NOTHING: ReadonlyMap<ModuleBuffer, Tensor> = new Map();

let walk = 0;

/**
 * Walks the graph below `roots`, inputs before users.
 * @throws ValueError if a node was recorded before a parameter it reads was changed
 */
export function trace(roots: readonly Tensor[], options: TraceOptions = {}): Trace {
  const found = walkGraph(roots, options);
  const isHidden =
    options.forGradients && found.leaves.some(({ tensor }) => tensor.storage && leadsToParameter(tensor));
  return isHidden ? walkGraph(roots, { ...options, recompute: behind(roots) }) : found;
}

/** The evaluated tensors that gradients of `roots` pass through. */
function behind(roots: readonly Tensor[]): Set<Tensor> {
  const seen = new Set<Tensor>();
  const stack = [...roots];
  for (let top = stack.pop(); top; top = stack.pop()) {
    if (seen.has(top) || (top.storage && !leadsToParameter(top))) continue;
    seen.add(top);
    if (top.node.kind !== "view" || !top.node.isCut) stack.push(...inputsOf(top.node));
  }
  return new Set([...seen].filter(({ storage, node }) => storage && node.kind !== "device"));
}

/** Whether operations were recorded between a parameter and this tensor. */
function leadsToParameter(tensor: Tensor): boolean {
  if (!tensor.origin) return false;
  const seen = new Set<Tensor>();
  const stack = Object.values(tensor.origin.inputs);
  for (let top = stack.pop(); top; top = stack.pop()) {
    if (top.variable) return true;
    if (seen.has(top)) continue;
    seen.add(top);
    if (top.origin) stack.push(...Object.values(top.origin.inputs));
  }
  return false;
}

function walkGraph(roots: readonly Tensor[], { allowStale = false, recompute = NONE }: TraceOptions): Trace {
  const stamp = ++walk;
  const nodes: Trace["nodes"][number][] = [];
  const leaves: { tensor: Tensor; kind: LeafKind }[] = [];
  const scalars: Scalar[] = [];
  const numbers = new Map<Scalar, number>();
  let values = 0;
  let key = "";
  let hasHalves = false;
  const updates: BufferUpdate[] = [];
  let hasDeferred = false;
  const stack: { tensor: Tensor; inputs: readonly Tensor[]; next: number }[] = [];

  const enter = (tensor: Tensor): void => {
    if (tensor.mark === stamp) return;
    const { node } = tensor;
    const isGiven = tensor.storage !== null && !recompute.has(tensor);
    if (isGiven || node.kind === "host" || node.kind === "device") {
      tensor.assertUsable("evaluate");
      tensor.mark = stamp;
      tensor.order = values++;
      hasHalves ||= tensor.dtype === "f16";
      const kind = leafKind(tensor);
      leaves.push({ tensor, kind });
      key += `${kind}${tensor.dtype}${tensor.shape.join()}|`;
      return;
    }
    stack.push({ tensor, inputs: inputsOf(node), next: 0 });
  };

  const finish = (tensor: Tensor, inputs: readonly Tensor[]): void => {
    if (tensor.mark === stamp) return; // another output of its node was reached first
    const node = tensor.node as Trace["nodes"][number];
    if (!allowStale) checkFresh(node, inputs);
    nodes.push(node);
    if (node.kind === "deferred") {
      hasDeferred = true;
      hasHalves ||= node.hasHalves;
    }
    key += node.signature;
    for (const input of inputs) key += `:${input.order}`;
    key += "|";
    for (const [index, output] of outputsOf(tensor).entries()) {
      if (output.mark === stamp) {
        key += `~${index}`; // evaluated earlier and already met as a leaf
        continue;
      }
      output.mark = stamp;
      output.order = values++;
      hasHalves ||= output.dtype === "f16";
      if (output.update && !output.update.done && !allowStale) updates.push(output.update);
    }
    for (const value of scalarsOf(node)) {
      if (!numbers.has(value)) numbers.set(value, scalars.push(value) - 1);
      key += `#${numbers.get(value)}`;
    }
  };

  const visit = (root: Tensor): void => {
    enter(root);
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const next = top.inputs[top.next++];
      if (next) {
        enter(next);
      } else {
        stack.pop();
        finish(top.tensor, top.inputs);
      }
    }
    key += `>${root.order}|`;
  };
  for (const root of roots) visit(root);
  const updated = updates.length > 0 ? afterUpdates(updates) : NOTHING;
  for (const value of updated.values()) visit(value);
  return { key, nodes, leaves, scalars, recomputed: recompute, hasHalves, hasDeferred, updates, updated };
}

/** The tensors that are made together with `tensor`. */
export function outputsOf(tensor: Tensor): readonly Tensor[] {
  const { node } = tensor;
  if (node.kind === "deferred") return node.outputs;
  return node.kind === "kernel" ? Object.values(node.outputs) : [tensor];
}

function leafKind(tensor: Tensor): LeafKind {
  if (tensor.storage) return tensor.storage.pinned || tensor.storage.range.size > COPY_BYTES ? "bind" : "copy";
  return tensor.node.kind === "host" ? "upload" : "bind";
}

function scalarsOf(node: Node): readonly Scalar[] {
  if (node.kind === "deferred") return node.scalars;
  if (node.kind === "elementwise") return node.args.filter((arg) => arg instanceof Scalar);
  if (node.kind === "kernel") return Object.values(node.scalars).filter((value) => value instanceof Scalar);
  return [];
}

function checkFresh(node: { born: number }, inputs: readonly Tensor[]): void {
  for (const input of inputs) {
    if (input.variable && input.variable.changedAt > node.born) {
      throw new ValueError({
        where: "evaluate",
        what: `the parameter ${input.name ?? "it reads"} was changed after this tensor was recorded and before it was computed`,
        remedy:
          "Ask for it with the update, minimize(loss, { evaluate: [tensor] }); a later step goes on from detach(tensor).",
      });
    }
  }
}
