import type { ElementwiseProgram, ScalarType } from "@unroll/kernels";
import type { ElementwiseNode, KernelNode, ViewNode } from "../graph/node";
import { computed, inputsOf, isTensor, scalarTypeOf } from "../graph/node";
import type { Scalar } from "../tensor/scalar";
import { type Shape, sameShape } from "../tensor/shape";
import type { Tensor } from "../tensor/tensor";
import type { Trace } from "./trace";

/** Elementwise operations that become one kernel. */
export interface Group {
  readonly kind: "group";
  readonly program: ElementwiseProgram;
  readonly inputs: readonly Tensor[];
  readonly scalars: readonly (Scalar | number)[];
  readonly outputs: readonly Tensor[];
}

export type Step =
  | Group
  | { readonly kind: "kernel"; readonly node: KernelNode }
  | { readonly kind: "view"; readonly node: ViewNode; readonly output: Tensor };

/** Arrays one merged kernel may touch: WebGPU's default number of storage buffers. */
const MOST_ARRAYS = 8;

/** Elementwise nodes gathered so far that run at one place in the order. */
interface Cluster {
  readonly shape: Shape;
  readonly members: Member[];
  readonly made: Set<Tensor>;
  readonly inputs: Set<Tensor>;
  /** Values made here that are read elsewhere or not yet gathered: how many reads each has left. They are written out. */
  readonly open: Map<Tensor, number>;
}

interface Member {
  readonly node: ElementwiseNode;
  readonly output: Tensor;
}

/**
 * Merges neighbouring elementwise operations of one shape, and puts everything into an order that can run. A node
 * joins the newest cluster that made one of its inputs unless that would make the cluster wait for itself.
 */
export function fuse(nodes: Trace["nodes"], effects: readonly KernelNode[], kept: ReadonlySet<Tensor>): Step[] {
  const outputOf = outputsByNode(nodes, effects, kept);
  const uses = countUses(nodes, effects, kept);
  const units: Unit[] = [];
  const madeBy = new Map<Tensor, Unit>();
  for (const node of nodes) {
    const needs = new Set(inputsOf(node).flatMap((input) => madeBy.get(input) ?? []));
    let unit: Unit;
    if (node.kind === "elementwise") {
      const member = { node, output: outputOf.get(node) as Tensor };
      unit = joinable(member, madeBy, needs, uses) ?? start(units, member);
      join(unit, member, needs, uses);
    } else {
      unit = { needs, node, order: units.length };
      units.push(unit);
    }
    const outputs = node.kind === "kernel" ? Object.values(node.outputs) : [outputOf.get(node) as Tensor];
    for (const output of outputs) madeBy.set(output, unit);
  }
  return units.sort((a, b) => a.order - b.order).map((unit) => toStep(unit, outputOf));
}

/** One thing to run: a cluster, or a node by itself. */
interface Unit {
  readonly needs: Set<Unit>;
  readonly node?: KernelNode | ViewNode;
  readonly cluster?: Cluster;
  /** Its place: higher than those of all that it needs. */
  order: number;
}

function start(units: Unit[], { output }: Member): Unit {
  const [made, inputs, open] = [new Set<Tensor>(), new Set<Tensor>(), new Map<Tensor, number>()];
  const cluster = { shape: output.shape, members: [], made, inputs, open };
  const unit: Unit = { needs: new Set(), cluster, order: units.length };
  units.push(unit);
  return unit;
}

function join(unit: Unit, member: Member, needs: ReadonlySet<Unit>, uses: ReadonlyMap<Tensor, number>): void {
  const { members, made, inputs, open } = unit.cluster as Cluster;
  for (const input of inputsOf(member.node)) {
    if (!made.has(input)) inputs.add(input);
    const left = open.get(input);
    if (left === undefined) continue;
    if (left === 1) open.delete(input);
    else open.set(input, left - 1);
  }
  members.push(member);
  made.add(member.output);
  const reads = uses.get(member.output) ?? 0;
  if (reads > 0) open.set(member.output, reads);
  for (const need of needs) if (need !== unit) unit.needs.add(need);
}

/** The newest cluster that a node can join. What the node needs is put before that cluster where it came later. */
function joinable(
  member: Member,
  madeBy: ReadonlyMap<Tensor, Unit>,
  needs: ReadonlySet<Unit>,
  uses: ReadonlyMap<Tensor, number>,
): Unit | undefined {
  const able = [...needs].filter(({ cluster }) => cluster && sameShape(cluster.shape, member.output.shape));
  for (const unit of able.sort((a, b) => b.order - a.order)) {
    if (arraysWith(unit, member, madeBy, uses) <= MOST_ARRAYS && moveBefore(unit, needs)) return unit;
  }
  return undefined;
}

/** Arrays that a cluster would touch with one member more. */
function arraysWith(
  unit: Unit,
  { node, output }: Member,
  madeBy: ReadonlyMap<Tensor, Unit>,
  uses: ReadonlyMap<Tensor, number>,
): number {
  const { inputs, open } = unit.cluster as Cluster;
  const args = inputsOf(node);
  const read = new Set(args);
  let arrays = inputs.size + open.size + ((uses.get(output) ?? 0) > 0 ? 1 : 0);
  for (const input of read) {
    if (madeBy.get(input) !== unit) arrays += inputs.has(input) ? 0 : 1;
    else if (open.get(input) === args.filter((arg) => arg === input).length) arrays -= 1;
  }
  return arrays;
}

/**
 * Moves what `needs` wait for, as far as it comes after `unit`, before it.
 * @returns whether that is possible: not if some of it waits for `unit`
 */
function moveBefore(unit: Unit, needs: ReadonlySet<Unit>): boolean {
  const later = new Set<Unit>();
  let earliest = Number.NEGATIVE_INFINITY;
  const stack = [...needs].filter((need) => need !== unit);
  for (let top = stack.pop(); top; top = stack.pop()) {
    if (top === unit) return false;
    if (top.order < unit.order) earliest = Math.max(earliest, top.order); // it cannot wait for `unit`
    else if (!later.has(top)) {
      later.add(top);
      stack.push(...top.needs);
    }
  }
  if (later.size === 0) return true;
  const from = Number.isFinite(earliest) ? earliest : unit.order - 1;
  const gap = (unit.order - from) / (later.size + 1);
  // Places between two others run out after some fifty halvings.
  if (!(gap > 0) || from + gap === from || unit.order - gap === unit.order) return false;
  const moved = [...later].sort((a, b) => a.order - b.order);
  const places = moved.map((_, k) => from + (k + 1) * gap);
  if (places.some((place, k) => place <= (places[k - 1] ?? from) || place >= unit.order)) return false;
  for (const [k, need] of moved.entries()) need.order = places[k] as number;
  return true;
}

/** How often each tensor is read; kept ones count as read once more. */
function countUses(
  nodes: Trace["nodes"],
  effects: readonly KernelNode[],
  kept: ReadonlySet<Tensor>,
): ReadonlyMap<Tensor, number> {
  const uses = new Map<Tensor, number>();
  const count = (tensor: Tensor): void => void uses.set(tensor, (uses.get(tensor) ?? 0) + 1);
  for (const node of [...nodes, ...effects]) inputsOf(node).forEach(count);
  kept.forEach(count);
  return uses;
}

function outputsByNode(
  nodes: Trace["nodes"],
  effects: readonly KernelNode[],
  kept: ReadonlySet<Tensor>,
): ReadonlyMap<object, Tensor> {
  const found = new Map<object, Tensor>();
  for (const node of [...nodes, ...effects]) for (const input of inputsOf(node)) found.set(input.node, input);
  for (const tensor of kept) found.set(tensor.node, tensor);
  return found;
}

function toStep(unit: Unit, outputOf: ReadonlyMap<object, Tensor>): Step {
  const { node, cluster } = unit;
  if (node?.kind === "kernel") return { kind: "kernel", node };
  if (node) return { kind: "view", node, output: outputOf.get(node) as Tensor };
  return toGroup(cluster as Cluster);
}

function toGroup({ shape, members, inputs, open }: Cluster): Group {
  const ids = new Map<Tensor | string, number>();
  const inputList = [...inputs];
  for (const input of inputList) ids.set(input, ids.size);
  const scalars: (Scalar | number)[] = [];
  const scalarTypes: ScalarType[] = [];
  for (const { node } of members) {
    for (const arg of node.args) {
      if (isTensor(arg)) continue;
      const id = scalarId(arg, node);
      if (ids.has(id)) continue;
      ids.set(id, ids.size);
      scalars.push(arg);
      scalarTypes.push(scalarTypeOf(node.args));
    }
  }
  const instructions = members.map(({ node, output }) => {
    const args = node.args.map((arg) => ids.get(isTensor(arg) ? arg : scalarId(arg, node)) as number);
    ids.set(output, ids.size);
    return { op: node.op, args, ...(output.dtype === "f16" ? { half: true } : {}) };
  });
  const outputs = members.map(({ output }) => output).filter((output) => open.has(output));
  const program: ElementwiseProgram = {
    shape,
    inputs: inputList.map(({ dtype, shape: extents }) => ({ dtype: computed(dtype), shape: extents })),
    scalars: scalarTypes,
    instructions,
    outputs: outputs.map((output) => ids.get(output) as number),
  };
  return { kind: "group", program, inputs: inputList, scalars, outputs };
}

function scalarId(value: Scalar | number, node: ElementwiseNode): string {
  return `${scalarTypeOf(node.args)}${typeof value === "number" ? value : `#${scalarNumber(value)}`}`;
}

const numbers = new WeakMap<Scalar, number>();
let nextNumber = 0;

function scalarNumber(value: Scalar): number {
  let found = numbers.get(value);
  if (found === undefined) {
    found = nextNumber++;
    numbers.set(value, found);
  }
  return found;
}
