import { Linear } from "../../modules/linear";
import type { Module } from "../../modules/module";
import { RecurrentModule } from "../../modules/recurrent";
import type { HostTensor } from "../host-tensor";
import { counterpart } from "./counterpart";
import type { ModuleDescription, RecurrentDescription } from "./module-description";

/** A recurrent layer that in PyTorch reads more than its own input: see `TorchCounterpart.torchInputs`. */
export interface JoinedInputs {
  /** Where the layer is. */
  readonly layer: string;
  /** I, features of its own input. */
  readonly inputSize: number;
  /** Where the Linear modules are that make products of the others, and how many features those have. */
  readonly others: readonly { readonly path: string; readonly size: number }[];
}

/**
 * The layers of a model that PyTorch has with more inputs.
 * @throws RangeError if a module names parts that are none
 */
export function joinedInputs(model: Module): JoinedInputs[] {
  const modules = model.namedModules();
  const found = new Map<string, JoinedInputs>();
  for (const [path, module] of modules) {
    const under = (part: string): string => (path ? `${path}.${part}` : part);
    for (const [part, layer] of Object.entries(counterpart(module).torchInputs ?? {})) {
      const [linear, recurrent] = [modules.get(under(part)), modules.get(under(layer))];
      if (!(linear instanceof Linear && linear.bias === null && recurrent instanceof RecurrentModule)) {
        throw new RangeError(`joinedInputs: ${under(part)} makes no product for ${under(layer)}`);
      }
      const before = found.get(under(layer));
      const others = [...(before?.others ?? []), { path: under(part), size: linear.inputSize }];
      found.set(under(layer), { layer: under(layer), inputSize: recurrent.inputSize, others });
    }
  }
  return [...found.values()];
}

/** The descriptions of modules as PyTorch has them. */
export function withJoinedInputs(
  modules: ReadonlyMap<string, ModuleDescription>,
  joins: readonly JoinedInputs[],
): Map<string, ModuleDescription> {
  const joined = new Map(modules);
  for (const { layer, inputSize, others } of joins) {
    const description = joined.get(layer) as RecurrentDescription; // or describeModel had refused the layer
    joined.set(layer, { ...description, inputSize: others.reduce((sum, { size }) => sum + size, inputSize) });
    for (const { path } of others) joined.delete(path);
  }
  return joined;
}

/** The parameters of a model with the weights of each such layer as one [W_x W_c …]. */
export function joinInputs(
  parameters: ReadonlyMap<string, HostTensor>,
  joins: readonly JoinedInputs[],
): Map<string, HostTensor> {
  const joined = new Map(parameters);
  for (const join of joins) {
    const parts = weightsOf(join).map(({ name, size }) => ({ size, data: parameters.get(name)?.data }));
    const { shape } = parameters.get(nameOf(join)) as HostTensor;
    const [rows, width] = [shape[0] ?? 0, parts.reduce((sum, { size }) => sum + size, 0)];
    const data = new Float32Array(rows * width);
    eachRow(rows, parts, ({ size, data: own }, from, to) => data.set(own?.subarray(from, from + size) ?? [], to));
    for (const { path } of join.others) joined.delete(`${path}.weight`);
    joined.set(nameOf(join), { dtype: "f32", shape: [rows, width], data });
  }
  return joined;
}

/** The inverse of `joinInputs`. */
export function splitInputs(
  parameters: ReadonlyMap<string, HostTensor>,
  joins: readonly JoinedInputs[],
): Map<string, HostTensor> {
  const split = new Map(parameters);
  for (const join of joins) {
    const { shape, data } = parameters.get(nameOf(join)) as HostTensor;
    const rows = shape[0] ?? 0;
    const parts = weightsOf(join).map((part) => ({ ...part, data: new Float32Array(rows * part.size) }));
    eachRow(rows, parts, ({ size, data: own }, to, from) => own.set(data.subarray(from, from + size), to));
    for (const { name, size, data: own } of parts) split.set(name, { dtype: "f32", shape: [rows, size], data: own });
  }
  return split;
}

const nameOf = ({ layer }: JoinedInputs): string => `${layer}.weightIh.0`;

/** The weights of which one is made, and how many columns each has. */
const weightsOf = (join: JoinedInputs): { readonly name: string; readonly size: number }[] => [
  { name: nameOf(join), size: join.inputSize },
  ...join.others.map(({ path, size }) => ({ name: `${path}.weight`, size })),
];

/** Visits the rows of matrices that stand side by side: where each begins in its own and in the whole. */
function eachRow<P extends { readonly size: number }>(
  rows: number,
  parts: readonly P[],
  visit: (part: P, own: number, whole: number) => void,
): void {
  let whole = 0;
  for (let row = 0; row < rows; row++) {
    for (const part of parts) {
      visit(part, row * part.size, whole);
      whole += part.size;
    }
  }
}
