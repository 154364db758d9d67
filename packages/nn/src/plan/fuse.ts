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
  readonly inputs: Set<Tensor>;
}

interface Member {
  readonly node: ElementwiseNode;
  readonly output: Tensor;
}

/**
 * Merges neighbouring elementwise operations of one shape, and puts everything into an order that can run. A node
 * joins the cluster that made one of its inputs unless that would make the cluster wait for itself.
 */
export function fuse(nodes: Trace["nodes"], effects: readonly KernelNode[], kept: ReadonlySet<Tensor>): Step[] {
  const outputOf = outputsByNode(nodes, effects, kept);
  const units: Unit[] = [];
  const madeBy = new Map<Tensor, Unit>();
  for (const node of nodes) {
    const needs = new Set(inputsOf(node).flatMap((input) => madeBy.get(input) ?? []));
    let unit: Unit;
    if (node.kind === "elementwise") {
      const member = { node, output: outputOf.get(node) as Tensor };
      unit = joinable(member, madeBy, needs) ?? start(units, member);
      if (unit.cluster) join(unit, member, needs);
    } else {
      unit = { needs, node };
      units.push(unit);
    }
    const outputs = node.kind === "kernel" ? Object.values(node.outputs) : [outputOf.get(node) as Tensor];
    for (const output of outputs) madeBy.set(output, unit);
  }
  const uses = countUses(nodes, effects, kept);
  return inOrder(units).map((unit) => toStep(unit, outputOf, uses));
}

/** One thing to run: a cluster, or a node by itself. */
interface Unit {
  readonly needs: Set<Unit>;
  readonly node?: KernelNode | ViewNode;
  readonly cluster?: Cluster;
}

function start(units: Unit[], { output }: Member): Unit {
  const unit: Unit = { needs: new Set(), cluster: { shape: output.shape, members: [], inputs: new Set() } };
  units.push(unit);
  return unit;
}

function join(unit: Unit, member: Member, needs: ReadonlySet<Unit>): void {
  const cluster = unit.cluster as Cluster;
  const made = new Set(cluster.members.map(({ output }) => output));
  for (const input of inputsOf(member.node)) if (!made.has(input)) cluster.inputs.add(input);
  cluster.members.push(member);
  for (const need of needs) if (need !== unit) unit.needs.add(need);
}

function joinable(member: Member, madeBy: ReadonlyMap<Tensor, Unit>, needs: ReadonlySet<Unit>): Unit | undefined {
  for (const input of inputsOf(member.node)) {
    const unit = madeBy.get(input);
    const cluster = unit?.cluster;
    if (!unit || !cluster || !sameShape(cluster.shape, member.output.shape)) continue;
    const added = inputsOf(member.node).filter((other) => madeBy.get(other) !== unit && !cluster.inputs.has(other));
    // Every member might have to be written out: the last bound keeps the kernel within the device's bindings.
    if (cluster.inputs.size + new Set(added).size + cluster.members.length + 1 > MOST_ARRAYS) continue;
    if ([...needs].some((need) => need !== unit && dependsOn(need, unit))) continue;
    return unit;
  }
  return undefined;
}

/** Whether `unit` must run after `other`. */
function dependsOn(unit: Unit, other: Unit): boolean {
  const seen = new Set<Unit>();
  const stack = [unit];
  for (let top = stack.pop(); top; top = stack.pop()) {
    if (top === other) return true;
    if (seen.has(top)) continue;
    seen.add(top);
    stack.push(...top.needs);
  }
  return false;
}

/** Units after all they need: joining a cluster may have made it wait for units that were recorded later. */
function inOrder(units: readonly Unit[]): Unit[] {
  const ordered: Unit[] = [];
  const done = new Set<Unit>();
  const stack: { unit: Unit; needs: Unit[] }[] = [];
  for (const first of units) {
    if (!done.has(first)) stack.push({ unit: first, needs: [...first.needs] });
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const next = top.needs.pop();
      if (next) {
        if (!done.has(next)) stack.push({ unit: next, needs: [...next.needs] });
        continue;
      }
      stack.pop();
      if (done.has(top.unit)) continue;
      done.add(top.unit);
      ordered.push(top.unit);
    }
  }
  return ordered;
}

/** How often each tensor is read outside the operation that makes it; kept ones count as read. */
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

function toStep(unit: Unit, outputOf: ReadonlyMap<object, Tensor>, uses: ReadonlyMap<Tensor, number>): Step {
  const { node, cluster } = unit;
  if (node?.kind === "kernel") return { kind: "kernel", node };
  if (node) return { kind: "view", node, output: outputOf.get(node) as Tensor };
  return toGroup(cluster as Cluster, uses);
}

function toGroup({ shape, members, inputs }: Cluster, uses: ReadonlyMap<Tensor, number>): Group {
  const inside = new Map<Tensor, number>();
  for (const { node } of members) for (const input of inputsOf(node)) inside.set(input, (inside.get(input) ?? 0) + 1);
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
  const outputs = members
    .map(({ output }) => output)
    .filter((output) => (uses.get(output) ?? 0) > (inside.get(output) ?? 0));
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
