import { Linear } from "../../modules/linear";
import type { Module } from "../../modules/module";
import { RecurrentModule } from "../../modules/recurrent";
import type { HostTensor } from "../host-tensor";
import { counterpart } from "./counterpart";
import { isRecurrent, type ModuleDescription } from "./module-description";

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
        throw new RangeError(`joinedInputs: ${under(part)} is no Linear without a bias, or ${under(layer)} no layer`);
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
    const description = joined.get(layer);
    if (!description || !isRecurrent(description)) continue; // describeModel refused such a layer
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
  for (const { layer, others } of joins) {
    const weights = [`${layer}.weightIh.0`, ...others.map(({ path }) => `${path}.weight`)];
    joined.set(`${layer}.weightIh.0`, sideBySide(weights.map((name) => parameters.get(name) as HostTensor)));
    for (const { path } of others) joined.delete(`${path}.weight`);
  }
  return joined;
}

/** The inverse of `joinInputs`. */
export function splitInputs(
  parameters: ReadonlyMap<string, HostTensor>,
  joins: readonly JoinedInputs[],
): Map<string, HostTensor> {
  const split = new Map(parameters);
  for (const { layer, inputSize, others } of joins) {
    const whole = parameters.get(`${layer}.weightIh.0`) as HostTensor;
    split.set(`${layer}.weightIh.0`, columns(whole, 0, inputSize));
    let first = inputSize;
    for (const { path, size } of others) {
      split.set(`${path}.weight`, columns(whole, first, size));
      first += size;
    }
  }
  return split;
}

/** Matrices of the same rows as one. */
function sideBySide(parts: readonly HostTensor[]): HostTensor {
  const rows = parts[0]?.shape[0] ?? 0;
  const width = parts.reduce((sum, { shape }) => sum + (shape[1] ?? 0), 0);
  const data = new Float32Array(rows * width);
  let first = 0;
  for (const part of parts) {
    const size = part.shape[1] ?? 0;
    for (let row = 0; row < rows; row++) {
      data.set(part.data.subarray(row * size, (row + 1) * size), row * width + first);
    }
    first += size;
  }
  return { dtype: "f32", shape: [rows, width], data };
}

/** Columns `first` to `first + size` of a matrix as one of its own. */
function columns({ shape, data }: HostTensor, first: number, size: number): HostTensor {
  const [rows = 0, width = 0] = shape;
  const own = new Float32Array(rows * size);
  for (let row = 0; row < rows; row++) {
    own.set(data.subarray(row * width + first, row * width + first + size), row * size);
  }
  return { dtype: "f32", shape: [rows, size], data: own };
}
