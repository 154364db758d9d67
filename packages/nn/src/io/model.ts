import type { Module } from "../modules/module";
import { assign } from "../tensor/assign";
import type { Parameter } from "../tensor/parameter";
import { formatShape } from "../tensor/shape";
import { type Mismatch, StateDictError } from "./errors";
import type { HostTensor } from "./host-tensor";
import { decodeSafetensors, encodeSafetensors } from "./safetensors/safetensors";
import { torchPaths } from "./torch/counterpart";
import { describeModel } from "./torch/describe-model";
import { modelFromTorch, modelToTorch, type StateDict } from "./torch/state-dict";
import { expectVocabulary } from "./vocabulary";

/** The two biases of each recurrent layer as they were read from PyTorch, so that they are written back the same. */
const readBiases = new WeakMap<Module, StateDict>();

/**
 * All parameters and buffers of a model as a safetensors file, under the names and in the layout they have here.
 * @param metadata strings to keep beside them
 */
export async function save(
  model: Module,
  metadata: Readonly<Record<string, string>> = {},
): Promise<Uint8Array<ArrayBuffer>> {
  return encodeSafetensors(await readParameters(model), metadata);
}

export interface LoadOptions {
  /** Tokens by id, to be compared with those that the file was saved with; see `vocabularyMetadata`. */
  readonly vocabulary?: readonly string[];
}

/**
 * Fills a model from a file that `save` made.
 * @throws FileFormatError if the file is not a sound safetensors file
 * @throws VocabularyError naming what differs between `vocabulary` and that of the file; the model is then unchanged
 * @throws ValueError if the file keeps no vocabulary to compare
 * @throws StateDictError naming every tensor that is missing, unexpected or of another shape; the model is then unchanged
 */
export async function load(
  model: Module,
  file: ArrayBuffer | Uint8Array<ArrayBuffer>,
  { vocabulary }: LoadOptions = {},
): Promise<void> {
  const { tensors, metadata } = decodeSafetensors(file);
  if (vocabulary) expectVocabulary("load", metadata, vocabulary);
  await write("load", model, tensors);
}

/**
 * All parameters of a model as PyTorch names and lays them out: `load_state_dict(safetensors.torch.load_file(...))`
 * on modules at the same paths gives the same outputs.
 * @throws UnsupportedError for a module that PyTorch has no counterpart of
 */
export async function saveTorch(
  model: Module,
  metadata: Readonly<Record<string, string>> = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const modules = describeModel("saveTorch", model);
  const parameters = await readParameters(model, { tied: true });
  const dict = modelToTorch(modules, parameters, readBiases.get(model), torchPaths(model.namedModules()));
  return encodeSafetensors(dict, metadata);
}

/**
 * Fills a model from a PyTorch state dict in a safetensors file, whose modules sit at the same paths.
 * @throws FileFormatError if the file is not a sound safetensors file
 * @throws StateDictError naming every tensor that is missing, unexpected or of another shape; the model is then unchanged
 * @throws UnsupportedError for a module that PyTorch has no counterpart of
 */
export async function loadTorch(model: Module, file: ArrayBuffer | Uint8Array<ArrayBuffer>): Promise<void> {
  const { tensors } = decodeSafetensors(file);
  const { parameters, biases } = modelFromTorch(
    describeModel("loadTorch", model),
    tensors,
    torchPaths(model.namedModules()),
  );
  await write("loadTorch", model, parameters, { tied: true });
  readBiases.set(model, biases);
}

/** All that a file keeps of a model: parameters, then buffers. */
export function stateOf(model: Module, which: { tied?: boolean } = {}): Map<string, Parameter> {
  return new Map([...model.namedParameters(which), ...model.namedBuffers(which)]);
}

/** All of that on the host, by path. */
export async function readParameters(model: Module, which: { tied?: boolean } = {}): Promise<Map<string, HostTensor>> {
  const named = [...stateOf(model, which)];
  const values = await Promise.all(named.map(([, parameter]) => parameter.data()));
  return new Map(
    named.map(([name, { shape }], index) => [name, { dtype: "f32", shape, data: values[index] as HostTensor["data"] }]),
  );
}

async function write(
  where: string,
  model: Module,
  tensors: ReadonlyMap<string, HostTensor>,
  which: { tied?: boolean } = {},
): Promise<void> {
  const named = stateOf(model, which);
  expectSameTensors(where, named, tensors);
  await assign([...named].map(([name, parameter]) => [parameter, (tensors.get(name) as HostTensor).data] as const));
}

/** @throws StateDictError unless there is a tensor of the right shape and dtype for each parameter, and no other */
export function expectSameTensors(
  where: string,
  named: ReadonlyMap<string, Parameter>,
  tensors: ReadonlyMap<string, HostTensor>,
): void {
  const missing = [...named.keys()].filter((name) => !tensors.has(name));
  const unexpected = [...tensors.keys()].filter((name) => !named.has(name));
  const mismatched: Mismatch[] = [];
  for (const [name, { shape }] of named) {
    const found = tensors.get(name);
    const expected = `f32 ${formatShape(shape)}`;
    const received = found ? `${found.dtype} ${formatShape(found.shape)}` : expected;
    if (received !== expected) mismatched.push({ name, expected, received });
  }
  if (missing.length + unexpected.length + mismatched.length === 0) return;
  throw new StateDictError(where, "the file does not fit the model", "The model was left as it was.", {
    missing,
    unexpected,
    mismatched,
  });
}
