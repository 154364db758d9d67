import { ValueError } from "@unroll/kernels";
import type { Module } from "../modules/module";
import { expectKnown } from "../tensor/known-options";
import { CHECKPOINT_KEY } from "./checkpoint-key";
import { writeParameters } from "./fill-parameters";
import { readParameters } from "./parameters";
import { decodeSafetensors, encodeSafetensors } from "./safetensors/safetensors";
import { expectVocabulary } from "./vocabulary";

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
