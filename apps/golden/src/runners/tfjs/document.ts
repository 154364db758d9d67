import type { TfjsFiles } from "@unroll/nn";
import type { GoldenTensor } from "@unroll/testing";
import { UnsupportedCase } from "../../compare";
import type { Fields } from "../../fields";
import { concatenated } from "../tensors";

/** Classes of layers, by the name that a case has for them. */
const CLASSES: Readonly<Record<string, string>> = {
  bidirectional: "Bidirectional",
  dense: "Dense",
  embedding: "Embedding",
  gru: "GRU",
  lstm: "LSTM",
  simpleRNN: "SimpleRNN",
  timeDistributed: "TimeDistributed",
};

/** Initialisers, which the weights given take the place of. */
const INITIALISERS = ["kernel", "recurrent", "bias", "table"];

const snake = (key: string): string => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

export type DocumentOptions = {
  /** Whether recurrent layers keep their state from call to call. */
  readonly stateful: boolean;
  /** Extents of the model's input, the batch first. */
  readonly shape: readonly number[];
};

/** The name of the layer in place `index`. */
export const layerName = (index: number): string => `layer_${index}`;

/**
 * The files that TensorFlow.js would save of a case's model: what the case says in its own words, in those of model.json.
 * @throws UnsupportedCase for a type of layer that has no class here
 */
export function documentOf(
  configs: readonly Fields[],
  weights: readonly (readonly GoldenTensor[])[],
  { stateful, shape }: DocumentOptions,
): TfjsFiles {
  const layers = configs.map((config, index) => {
    const { class_name, config: own } = layerOf(config, weights[index] ?? [], stateful);
    const input = index === 0 ? { batch_input_shape: [null, ...shape.slice(1)] } : {};
    return { class_name, config: { name: layerName(index), ...input, ...own } };
  });
  const named = configs.flatMap((config, index) => namesOf(config, weights[index] ?? [], index));
  const all = weights.flat();
  const values = concatenated(all.map(({ data }) => Float32Array.from(data)));
  return {
    model: {
      format: "layers-model",
      modelTopology: { class_name: "Sequential", config: { name: "golden", layers }, keras_version: "tfjs-layers" },
      weightsManifest: [
        {
          paths: ["weights"],
          weights: all.map(({ shape: own }, at) => ({ name: named[at], shape: own, dtype: "float32" })),
        },
      ],
    },
    weights: [values.buffer],
  };
}

type LayerJson = { readonly class_name: string; readonly config: Record<string, unknown> };

function layerOf(config: Fields, weights: readonly GoldenTensor[], stateful: boolean): LayerJson {
  const type = config.text("type");
  const className = CLASSES[type];
  if (!className) throw new UnsupportedCase(`no layer ${type}`);
  const own: Record<string, unknown> = {};
  for (const key of config.keys) {
    if (key !== "type" && key !== "layer" && !INITIALISERS.includes(key)) own[snake(key)] = config.raw(key);
  }
  if (config.has("layer")) {
    const each = type === "bidirectional" ? weights.slice(0, weights.length / 2) : weights;
    const inner = layerOf(config.fields("layer"), each, stateful);
    own.layer = { ...inner, config: { name: "inner", ...inner.config } };
    return { class_name: className, config: own };
  }
  if (type === "embedding") return { class_name: className, config: own };
  const isDense = type === "dense";
  own.use_bias = weights.length > (isDense ? 1 : 2);
  if (!isDense) own.stateful = stateful || own.stateful === true;
  return { class_name: className, config: own };
}

/** The names of a layer's weights, in the order of the case: forward ones first in a bidirectional layer. */
function namesOf(config: Fields, weights: readonly GoldenTensor[], index: number): string[] {
  const type = config.text("type");
  const roles =
    type === "embedding"
      ? ["embeddings"]
      : type === "dense" || type === "timeDistributed"
        ? ["kernel", "bias"]
        : ["kernel", "recurrent_kernel", "bias"];
  const name = layerName(index);
  if (type !== "bidirectional") return roles.slice(0, weights.length).map((role) => `${name}/${role}`);
  const half = weights.length / 2;
  return ["forward", "backward"].flatMap((side) => roles.slice(0, half).map((role) => `${name}/${side}_inner/${role}`));
}
