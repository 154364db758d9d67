import { UnsupportedError, ValueError } from "@unroll/kernels";
import { expectKnown } from "../../tensor/known-options";
import type { HostTensor } from "../host-tensor";
import { JsonFields, parseJson } from "../json-fields";
import { buildModel, type KerasReadOptions } from "./build";
import { readManifest, type Shards } from "./manifest";
import type { KerasModel } from "./model";
import { dialectOf, readTopology } from "./topology";

const READ_OPTIONS: readonly (keyof KerasReadOptions)[] = ["forInference"];

/** What a TensorFlow.js layers model consists of. */
export interface TfjsFiles {
  /** `model.json`, as text or parsed. */
  readonly model: string | object;
  /** The files that its manifest names. */
  readonly weights: Shards;
}

/**
 * A TensorFlow.js layers model (`model.json` with its weight shards), as `tf.LayersModel.save` and the converter of
 * Keras models write it: Sequential, or functional where each layer reads the one before it.
 * @throws ModelFormatError if the JSON is malformed, with the path to the fault and the layer
 * @throws FileFormatError if a shard is shorter or longer than the manifest says
 * @throws StateDictError naming every weight that is missing, left over or of another shape
 * @throws UnsupportedError naming the layer, or its setting, that there is none of here, and what there is
 * @throws ValueError if an option is unknown
 */
export function readTfjs(files: TfjsFiles, options: KerasReadOptions = {}): KerasModel {
  const where = "readTfjs";
  const { model, weights } = expectKnown(where, files, ["model", "weights"], "files");
  expectKnown(where, options, READ_OPTIONS);
  const json = new JsonFields({ where, path: "" }, parsed(where, "model.json", model));
  const format = json.text("format", "layers-model");
  if (format !== "layers-model") {
    json.refuse(
      "format",
      '"layers-model"',
      "A graph model holds operations, not layers: convert the Keras model itself.",
    );
  }
  const topology = json.object("modelTopology");
  const version = topology.text("keras_version", "tfjs");
  const inner = topology.has("model_config") ? topology.raw("model_config") : json.raw("modelTopology");
  const path = topology.has("model_config") ? "modelTopology.model_config" : "modelTopology";
  const layers = readTopology({ where, path }, inner);
  const tensors = readManifest({ where, path: "weightsManifest" }, json.raw("weightsManifest"), weights);
  return buildModel(where, layers, tensors, { ...options, dialect: dialectOf(version) });
}

/**
 * A Keras model from its configuration (`model.to_json()`, or config.json of a `.keras` file) and its weights by their
 * paths, for which a safetensors file will do:
 *
 *     safetensors.numpy.save_file({w.path: w.numpy() for w in model.weights}, "model.safetensors")
 * @param weights tensors by path: "lstm/lstm_cell/kernel"
 * @throws as `readTfjs` does
 */
export function readKeras(
  config: string | object,
  weights: ReadonlyMap<string, HostTensor>,
  options: KerasReadOptions = {},
): KerasModel {
  const where = "readKeras";
  expectKnown(where, options, READ_OPTIONS);
  if (!(weights instanceof Map)) {
    throw new ValueError({
      where,
      what: "the weights",
      expected: "a Map of tensors by path",
      received: typeof weights,
      remedy: "Pass decodeSafetensors(file).tensors.",
    });
  }
  const value = parsed(where, "the configuration", config);
  const json = new JsonFields({ where, path: "" }, value);
  const dialect = dialectOf(json.text("keras_version", json.has("module") || json.has("registered_name") ? "3" : "2"));
  return buildModel(where, readTopology({ where, path: "" }, value), weights, { ...options, dialect });
}

function parsed(where: string, what: string, value: string | object): unknown {
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
    throw new UnsupportedError({
      where,
      what: `${what} is binary: .keras and .h5 files are not read`,
      remedy:
        "Save model.to_json() as text and the weights as safetensors, {w.path: w.numpy() for w in model.weights}, and pass both to readKeras.",
    });
  }
  return typeof value === "string" ? parseJson(where, what, value) : value;
}
