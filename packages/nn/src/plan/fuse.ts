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

/** Arrays one merged kernel may touch on any device: WebGPU's default number of storage buffers. */
const DEFAULT_ARRAYS = 8;

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
 * Merges neighbouring elementwise operations of one shape, and puts everything into an order that can run. A node joins
 * the clusters that made its inputs, which become one by that, unless that would make it wait for itself.
 */
export function fuse(
  nodes: Trace["nodes"],
  effects: readonly KernelNode[],
  kept: ReadonlySet<Tensor>,
  most = DEFAULT_ARRAYS,
): Step[] {
  const outputOf = outputsByNode(nodes, effects, kept);
  const bounds = { most, uses: countUses(nodes, effects, kept) };
  const units: Unit[] = [];
  const madeBy = new Map<Tensor, Unit>();
  for (const node of nodes) {
    const needs = new Set(inputsOf(node).flatMap((input) => current(madeBy.get(input)) ?? []));
    let unit: Unit;
    if (node.kind === "elementwise") {
      const member = { node, output: outputOf.get(node) as Tensor };
      unit = joinable(member, needs, bounds) ?? start(units, member);
      join(unit, member, needs, bounds);
    } else {
      unit = { needs, node, order: units.length };
      units.push(unit);
    }
    const outputs = node.kind === "kernel" ? Object.values(node.outputs) : [outputOf.get(node) as Tensor];
    for (const output of outputs) madeBy.set(output, unit);
  }
  const own = units.filter(({ into }) => !into);
  return own.sort((first, second) => first.order - second.order).map((unit) => toStep(unit, outputOf));
}

/** What decides whether an operation can join a cluster. */
interface Bounds {
  /** Arrays that one kernel may touch. */
  readonly most: number;
  readonly uses: ReadonlyMap<Tensor, number>;
}

/** One thing to run: a cluster, or a node by itself. */
interface Unit {
  readonly needs: Set<Unit>;
  readonly node?: Exclude<Trace["nodes"][number], ElementwiseNode>;
  cluster?: Cluster;
  /** Its place: higher than those of all that it needs. */
  order: number;
  /** The cluster that this one has become a part of. */
  into?: Unit;
}

/** The unit that a unit is now, or is a part of. */
function current(unit: Unit | undefined): Unit | undefined {
  let found = unit;
  while (found?.into) found = found.into;
  return found;
}

function start(units: Unit[], { output }: Member): Unit {
  const [made, inputs, open] = [new Set<Tensor>(), new Set<Tensor>(), new Map<Tensor, number>()];
  const cluster = { shape: output.shape, members: [], made, inputs, open };
  const unit: Unit = { needs: new Set(), cluster, order: units.length };
  units.push(unit);
  return unit;
}

function join(unit: Unit, member: Member, needs: ReadonlySet<Unit>, bounds: Bounds): void {
  add(unit.cluster as Cluster, member, bounds);
  for (const need of needs) if (current(need) !== unit) unit.needs.add(need);
}

function add({ members, made, inputs, open }: Cluster, member: Member, { uses }: Bounds): void {
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
}

/**
 * The cluster that a node joins: the newest that can take it, merged with the older ones that it reads from, as far as
 * they fit. What the node needs is put before that cluster where it came later.
 */
function joinable(member: Member, needs: ReadonlySet<Unit>, bounds: Bounds): Unit | undefined {
  const able = [...needs].filter(({ cluster }) => cluster && sameShape(cluster.shape, member.output.shape));
  let found: Unit | undefined;
  for (const unit of able.sort((first, second) => second.order - first.order)) {
    if (found) found = merged(unit, found, member, needs, bounds) ?? found;
    else if (arraysWith(unit.cluster as Cluster, member, bounds) <= bounds.most && moveBefore(unit, needs))
      found = unit;
  }
  return found;
}

/** Two clusters as one, at the place of the older, if they can be with a member more that needs both. */
function merged(older: Unit, newer: Unit, member: Member, needs: Iterable<Unit>, bounds: Bounds): Unit | undefined {
  const [first, second] = [older.cluster as Cluster, newer.cluster as Cluster];
  const trial: Cluster = {
    shape: first.shape,
    members: [...first.members],
    made: new Set(first.made),
    inputs: new Set(first.inputs),
    open: new Map(first.open),
  };
  for (const each of second.members) add(trial, each, bounds);
  if (arraysWith(trial, member, bounds) > bounds.most) return undefined;
  if (!moveBefore(older, [...newer.needs, ...[...needs].filter((need) => need !== newer)])) return undefined;
  older.cluster = trial;
  for (const need of newer.needs) if (current(need) !== older) older.needs.add(need);
  newer.into = older;
  return older;
}

/** Arrays that a cluster would touch with one member more. */
function arraysWith({ made, inputs, open }: Cluster, { node, output }: Member, { uses }: Bounds): number {
  const args = inputsOf(node);
  let arrays = inputs.size + open.size + ((uses.get(output) ?? 0) > 0 ? 1 : 0);
  for (const input of new Set(args)) {
    if (!made.has(input)) arrays += inputs.has(input) ? 0 : 1;
    else if (open.get(input) === args.filter((arg) => arg === input).length) arrays -= 1;
  }
  return arrays;
}

/**
 * Moves what `needs` wait for, as far as it comes after `unit`, before it.
 * @returns whether that is possible: not if some of it waits for `unit`
 */
function moveBefore(unit: Unit, needs: Iterable<Unit>): boolean {
  const later = new Set<Unit>();
  let earliest = Number.NEGATIVE_INFINITY;
  const stack = [...needs].map(current).filter((need) => need !== unit);
  for (let top = stack.pop(); top; top = stack.pop()) {
    if (top === unit) return false;
    if (top.order < unit.order)
      earliest = Math.max(earliest, top.order); // it cannot wait for `unit`
    else if (!later.has(top)) {
      later.add(top);
      for (const need of top.needs) stack.push(current(need));
    }
  }
  if (later.size === 0) return true;
  const from = Number.isFinite(earliest) ? earliest : unit.order - 1;
  const moved = [...later].sort((first, second) => first.order - second.order);
  const places = moved.map((_, k) => from + ((k + 1) * (unit.order - from)) / (moved.length + 1));
  // Places between two others run out after some fifty halvings.
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
  if (node?.kind === "deferred") throw new Error("A part of the graph was planned before it was recorded.");
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
