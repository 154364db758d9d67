import { ValueError } from "@unroll/kernels";
import type { Module } from "../../modules/module";
import { expectTraced } from "../tracing/expect-traced";
import { type TraceOptions, traceModel } from "../tracing/trace";
import { type ChainLayer, chainOf } from "./chain";
import type { KerasDescription, KerasWeight } from "./layer";
import { KerasModel } from "./model";

/** A TensorFlow.js layers model, ready to be written to two files. */
export interface TfjsModelFiles {
  /** The text of `model.json`. */
  readonly model: string;
  /** The bytes of the one shard that it names. */
  readonly weights: Uint8Array<ArrayBuffer>;
}

export interface TfjsWriteOptions extends Partial<TraceOptions> {
  /** The name of the shard in the manifest; `weights.bin` by default. */
  readonly weightsPath?: string;
}

interface NamedLayer extends KerasDescription {
  readonly name: string;
}

/**
 * A model as a TensorFlow.js layers model. One that was read by `readTfjs` or `readKeras` gives its layers back, weights
 * bit for bit; any other is recorded with `inputs`, and must be a chain of layers that Keras has.
 *
 * TensorFlow.js itself refuses a GRU that resets after its recurrent product; Keras reads it.
 * @throws UnsupportedError naming what Keras has no layer for
 * @throws ValueError if `inputs` are needed and missing
 */
export async function writeTfjs(model: Module, options: TfjsWriteOptions = {}): Promise<TfjsModelFiles> {
  expectTraced("writeTfjs", options, ["weightsPath"]);
  const { weightsPath = "weights.bin" } = options;
  const { layers, inputShape } = describeLayers(model, options);
  const weights = layers.flatMap((layer) => layer.weights.map((weight) => ({ layer, weight })));
  const values = await Promise.all(weights.map(({ weight }) => weight.read()));
  const bytes = new Uint8Array(values.reduce((length, { byteLength }) => length + byteLength, 0));
  let next = 0;
  for (const { buffer, byteOffset, byteLength } of values) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), next);
    next += byteLength;
  }
  const manifest = weights.map(({ layer, weight }) => ({
    name: weightName(layer, weight),
    shape: weight.shape,
    dtype: "float32",
  }));
  const json = {
    format: "layers-model",
    generatedBy: "unroll",
    convertedBy: null,
    modelTopology: {
      class_name: "Sequential",
      config: {
        name: model instanceof KerasModel ? model.name : "sequential",
        layers: layerConfigs(layers, inputShape),
      },
      keras_version: "tfjs-layers 4.22.0",
      backend: "tensor_flow.js",
    },
    weightsManifest: [{ paths: [weightsPath], weights: manifest }],
  };
  return { model: JSON.stringify(json), weights: bytes };
}

function describeLayers(
  model: Module,
  options: TfjsWriteOptions,
): { layers: NamedLayer[]; inputShape: readonly (number | null)[] } {
  if (model instanceof KerasModel) {
    const layers = model.layers.map((layer) => ({ ...layer.describe(), name: layer.layerName }));
    return { layers, inputShape: model.inputShape };
  }
  const { inputs, forward } = options;
  if (!inputs) {
    throw new ValueError({
      where: "writeTfjs",
      what: "inputs",
      expected: "given for a model that was not read from a Keras file",
      received: "missing",
      remedy: 'Describe what it reads: { inputs: { x: { shape: ["batch", "time", 8] } } }.',
    });
  }
  const traced = traceModel("writeTfjs", model, { inputs, ...(forward ? { forward } : {}) });
  const [input] = Object.values(inputs);
  const inputShape = (input?.shape ?? []).slice(1).map((extent) => (typeof extent === "number" ? extent : null));
  return { layers: named(chainOf("writeTfjs", traced)), inputShape };
}

/** Names that no two layers share. */
function named(layers: readonly ChainLayer[]): NamedLayer[] {
  const counts = new Map<string, number>();
  return layers.map(({ stem, ...layer }) => {
    const count = counts.get(stem) ?? 0;
    counts.set(stem, count + 1);
    return { ...layer, name: count === 0 ? stem : `${stem}_${count}` };
  });
}

function layerConfigs(layers: readonly NamedLayer[], inputShape: readonly (number | null)[]): object[] {
  return layers.map(({ name, className, config }, index) => ({
    class_name: className,
    config: {
      name,
      trainable: true,
      ...(index === 0 && inputShape.length > 0 ? { batch_input_shape: [null, ...inputShape] } : {}),
      ...(className === "Embedding" || index > 0 ? {} : { dtype: "float32" }),
      ...(className === "Bidirectional" ? wrapped(name, config) : config),
    },
  }));
}

/** The layer inside a Bidirectional one has a name of its own. */
function wrapped(name: string, config: KerasDescription["config"]): object {
  const { layer, ...rest } = config as { layer: { class_name: string; config: object } };
  return { ...rest, layer: { ...layer, config: { name: innerName(name), trainable: true, ...layer.config } } };
}

const innerName = (name: string): string => `${name}_layer`;

/** "lstm/kernel"; of a Bidirectional layer "both/forward_both_layer/kernel". */
function weightName({ name }: NamedLayer, weight: KerasWeight): string {
  const [side, role] = weight.name.includes("/") ? weight.name.split("/") : [undefined, weight.name];
  return side === undefined ? `${name}/${role}` : `${name}/${side}_${innerName(name)}/${role}`;
}
