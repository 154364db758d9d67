import { ValueError } from "@unroll/kernels";
import { expectModule, type Module } from "../modules/module";
import { assign } from "../tensor/assign";
import { expectKnown } from "../tensor/known-options";
import type { Parameter } from "../tensor/parameter";
import { formatShape } from "../tensor/shape";
import { type Mismatch, StateDictError } from "./errors";
import type { HostTensor } from "./host-tensor";
import { decodeSafetensors, encodeSafetensors } from "./safetensors/safetensors";
import { expectVocabulary } from "./vocabulary";

/** The entry of metadata by which a checkpoint is known. */
export const CHECKPOINT_KEY = "unroll.checkpoint";

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

/** Which part of a file a model is filled from. */
export interface PartOptions {
  /**
   * What the names of the part begin with: "encoder." fills a model from what a larger one had as `encoder`. All else in the
   * file is left. By default a file is read whole.
   */
  readonly prefix?: string;
}

export interface LoadOptions extends PartOptions {
  /** Tokens by id, to be compared with those that the file was saved with; see `vocabularyMetadata`. */
  readonly vocabulary?: readonly string[];
}

/**
 * Fills a model from a file that `save` made, or from the part of it that `prefix` names.
 * @throws FileFormatError if the file is not a sound safetensors file
 * @throws VocabularyError naming what differs between `vocabulary` and that of the file; the model is then unchanged
 * @throws ValueError if `file` is not bytes, is a checkpoint, or keeps no vocabulary to compare
 * @throws StateDictError naming every tensor that is missing, unexpected or of another shape; the model is then unchanged
 */
export async function load(
  model: Module,
  file: ArrayBuffer | Uint8Array<ArrayBuffer>,
  options: LoadOptions = {},
): Promise<void> {
  expectKnown("load", options, ["vocabulary", "prefix"]);
  const { vocabulary, prefix } = options;
  const { tensors, metadata } = decodeSafetensors(file);
  if (metadata.has(CHECKPOINT_KEY)) {
    throw new ValueError({ where: "load", what: "file", received: "a checkpoint", remedy: "Use loadCheckpoint." });
  }
  if (vocabulary) expectVocabulary("load", metadata, vocabulary);
  await writeParameters("load", model, partOf(tensors, prefix));
}

/** The tensors whose names begin with `prefix`, by the rest of their names. */
export function partOf<T>(tensors: ReadonlyMap<string, T>, prefix = ""): ReadonlyMap<string, T> {
  if (prefix === "") return tensors;
  const part = [...tensors].filter(([name]) => name.startsWith(prefix));
  return new Map(part.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}

/** All that a file keeps of a model: parameters, then buffers. */
export function stateOf(model: Module, which: { tied?: boolean } = {}): Map<string, Parameter> {
  return new Map([...model.namedParameters(which), ...model.namedBuffers(which)]);
}

/** All of that on the host, by path. */
export async function readParameters(model: Module, which: { tied?: boolean } = {}): Promise<Map<string, HostTensor>> {
  expectModule("save", model);
  const named = [...stateOf(model, which)];
  const values = await Promise.all(named.map(([, parameter]) => parameter.data()));
  return new Map(
    named.map(([name, { shape }], index) => [name, { dtype: "f32", shape, data: values[index] as HostTensor["data"] }]),
  );
}

/** Fills a model with what a file held. @throws StateDictError naming what does not fit; the model is then unchanged */
export async function writeParameters(
  where: string,
  model: Module,
  tensors: ReadonlyMap<string, HostTensor>,
  which: { tied?: boolean } = {},
): Promise<void> {
  expectModule(where, model);
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
