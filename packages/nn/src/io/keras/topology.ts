import { UnsupportedError } from "@unroll/kernels";
import { JsonFields, type Place, told } from "../json-fields";
import type { Dialect } from "./activations";
import { maskNodes } from "./mask-nodes";

/** A layer as the model's description has it. */
export interface LayerConfig {
  readonly name: string;
  readonly className: string;
  readonly config: JsonFields;
}

/** A model that is a chain of layers. */
export interface Topology {
  readonly name: string;
  /** Without its input. */
  readonly layers: readonly LayerConfig[];
  /** Extents of the input after the batch axis, null for one that is open. */
  readonly inputShape: readonly (number | null)[];
}

/** More than any chain has: what claims more is refused before it is walked. */
const MOST_LAYERS = 4096;

/**
 * Sequential models, and functional ones in which each layer reads the one before it.
 * @throws ModelFormatError if the description is malformed
 * @throws UnsupportedError if the model is no chain
 */
export function readTopology(place: Place, value: unknown): Topology {
  const model = new JsonFields(place, value);
  const className = model.text("class_name");
  if (className === "Sequential") return sequential(model);
  if (className === "Functional" || className === "Model") return functional(model);
  return model.refuse("class_name", "Sequential, Functional or Model", "Save the whole model, not a part of it.");
}

function sequential(model: JsonFields): Topology {
  // Before Keras 2.2.3 the config was the list of layers itself.
  const isBare = Array.isArray(model.raw("config"));
  const config = isBare ? model : model.object("config");
  const list = config.objects(isBare ? "config" : "layers").map(layerConfig);
  return chain(isBare ? "sequential" : config.text("name", "sequential"), config, list, isBare ? "config" : "layers");
}

function functional(model: JsonFields): Topology {
  const config = model.object("config");
  const fields = config.objects("layers");
  expectFew(config, fields.length);
  const layers = new Map<string, LayerConfig>();
  const after = new Map<string, string>();
  let input: string | undefined;
  const masks = maskNodes(fields);
  for (const each of fields) {
    const layer = layerConfig(each);
    if (masks.has(layer.name)) continue;
    if (layers.has(layer.name)) each.refuse("name", "a name that no other layer has");
    layers.set(layer.name, layer);
    const sources = inboundLayers(each, layer);
    if (sources.length === 0) {
      if (input !== undefined) throw noChain(config, `has two inputs, "${input}" and "${layer.name}"`);
      input = layer.name;
      continue;
    }
    const [source, ...others] = sources;
    if (others.length > 0)
      throw noChain(config, `joins ${sources.map((name) => `"${name}"`).join(" and ")} in "${layer.name}"`);
    if (source === undefined || after.has(source)) throw noChain(config, `reads "${source}" in more than one layer`);
    after.set(source, layer.name);
  }
  const order: LayerConfig[] = [];
  for (let name = input; name !== undefined; name = after.get(name)) {
    const layer = layers.get(name);
    if (!layer || order.length > layers.size) throw noChain(config, `reads a layer "${name}" that it does not have`);
    order.push(layer);
  }
  if (order.length !== layers.size) throw noChain(config, "has layers that do not follow from its input");
  return chain(config.text("name", "model"), config, order, "layers");
}

function chain(name: string, config: JsonFields, list: readonly LayerConfig[], key: string): Topology {
  expectFew(config, list.length);
  const [first, ...rest] = list;
  if (!first) config.refuse(key, "at least one layer");
  const hasInput = first.className === "InputLayer";
  const layers = hasInput ? rest : list;
  if (layers.length === 0) config.refuse(key, "a layer beside the input");
  return { name, layers, inputShape: inputShape(first) };
}

/** [T, F] of a shape that begins with the batch. */
function inputShape({ config }: LayerConfig): (number | null)[] {
  const key = ["batch_input_shape", "batch_shape"].find((each) => config.has(each));
  if (key === undefined) {
    // A first layer without the model's own input: an Embedding reads tokens, whatever there are of them.
    return [];
  }
  return config
    .list(key)
    .slice(1)
    .map((extent) => {
      if (extent === null || (Number.isSafeInteger(extent) && Number(extent) > 0)) return extent as number | null;
      return config.refuse(key, "a list of positive whole numbers and nulls");
    });
}

function layerConfig(fields: JsonFields): LayerConfig {
  const plain = fields.object("config");
  const name = plain.text("name", fields.text("name", ""));
  if (name === "") plain.refuse("name", "a text");
  const config = plain.ofLayer(name);
  return { name, className: fields.text("class_name"), config };
}

/** The layers that a functional layer reads. */
function inboundLayers(fields: JsonFields, layer: LayerConfig): string[] {
  if (!fields.has("inbound_nodes")) return [];
  const nodes = fields.list("inbound_nodes");
  if (nodes.length > 1) throw noChain(layer.config, `uses layer "${layer.name}" more than once`);
  const [node] = nodes;
  if (node === undefined) return [];
  // Keras 2 and TensorFlow.js: [["lstm", 0, 0, {}], …]; Keras 3: { args: [{ config: { keras_history: ["lstm", 0, 0] } }] }
  if (Array.isArray(node)) return node.map((each) => nameIn(fields, each));
  const args = new JsonFields(fields.at("inbound_nodes[0]"), node).list("args").flat();
  const tensors = args.filter((arg) => typeof arg === "object" && arg !== null);
  return tensors.map((arg) => {
    const tensor = new JsonFields(fields.at("inbound_nodes[0].args"), arg).object("config");
    return nameIn(tensor, tensor.raw("keras_history"));
  });
}

function nameIn(fields: JsonFields, value: unknown): string {
  const name: unknown = Array.isArray(value) ? value[0] : undefined;
  return typeof name === "string"
    ? name
    : fields.refuse("inbound_nodes", `lists that begin with a layer's name, not ${told(value)}`);
}

function expectFew(config: JsonFields, count: number): void {
  if (count > MOST_LAYERS) config.refuse("layers", `at most ${MOST_LAYERS} layers`);
}

function noChain({ place }: JsonFields, what: string): UnsupportedError {
  return new UnsupportedError({
    where: place.where,
    what: `the model ${what}, and only chains of layers are read`,
    remedy: "Build it as a Module and load its weights with load().",
  });
}

/** Who wrote the file, from what it says of itself. */
export function dialectOf(version: string): Dialect {
  if (version.startsWith("tfjs")) return "tfjs";
  return /^[3-9]|^\d\d/.test(version) ? "keras3" : "keras2";
}
