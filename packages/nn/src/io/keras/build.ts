import { UnsupportedError } from "@unroll/kernels";
import { Dropout } from "../../modules/dropout";
import { relu } from "../../ops/elementwise";
import { softmax } from "../../ops/softmax";
import type { Tensor } from "../../tensor/tensor";
import type { HostTensor } from "../host-tensor";
import { activationOf, type Dialect } from "./activations";
import type { Flow, KerasLayer, LayerSource } from "./layer";
import { KerasModel } from "./model";
import {
  averagePooling,
  flatten,
  KerasDense,
  KerasDropout,
  KerasEmbedding,
  KerasFunction,
  KerasNormalization,
  masking,
  maxPooling,
  repeated,
  written,
} from "./plain-layers";
import { KerasRecurrent } from "./recurrent-layer";
import { expectSetting, expectSettings } from "./settings";
import type { Topology } from "./topology";
import { WeightBook } from "./weights";

export interface KerasReadOptions {
  /**
   * Passes over what acts on training alone and there is none of here: regularizers, constraints, the dropout inside
   * recurrent layers. Without it such a model is refused.
   */
  readonly forInference?: boolean;
}

/** Extents after the batch axis; null where they are only known from the input. */
type Extents = readonly (number | null)[];

interface Built {
  readonly layer: KerasLayer;
  readonly output: Extents;
}

type Builder = (source: LayerSource, input: Extents) => Built;

const last = (source: LayerSource, input: Extents): number => {
  const features = input.at(-1);
  if (typeof features === "number") return features;
  throw new UnsupportedError({
    where: source.config.place.where,
    what: `the number of features that the ${source.className} layer "${source.name}" reads is not stated`,
    remedy: "Save the model with an input shape whose last extent is a number.",
  });
};

const recurrentOutput = (layer: KerasRecurrent, input: Extents): Extents => {
  const { merge, returnSequences } = layer.settings;
  const features = layer.cell.hiddenSize * (merge === "concat" ? 2 : 1);
  return returnSequences ? [input[0] ?? null, features] : [features];
};

const recurrent: Builder = (source, input) => {
  const layer = KerasRecurrent.of(source, last(source, input));
  return { layer, output: recurrentOutput(layer, input) };
};

/** A layer without weights that `apply` is all of. */
const plain =
  (
    known: readonly string[],
    apply: (source: LayerSource) => (flow: Flow) => Flow,
    output: (input: Extents, source: LayerSource) => Extents,
  ): Builder =>
  (source, input) => {
    expectSettings(source, known);
    const config = Object.fromEntries(
      known.flatMap((key) => (source.config.has(key) ? [[key, source.config.raw(key)]] : [])),
    );
    return {
      layer: new KerasFunction(source.name, source.className, () => config, apply(source)),
      output: output(input, source),
    };
  };

const same = (input: Extents): Extents => input;
/** The activation that the config names. */
const activation: Builder = (source, input) => {
  expectSettings(source, ["activation"]);
  const named = activationOf(source.config, "activation", source.dialect);
  const config = () => ({ activation: written(source.name, named) });
  const apply = ({ x, mask }: Flow): Flow => ({ x: named.apply(x), mask });
  return { layer: new KerasFunction(source.name, "Activation", config, apply), output: input };
};

/** An activation that is a layer of its own, at its plain settings. */
const ownActivation = (apply: (x: Tensor) => Tensor): Builder =>
  plain(
    ["axis", "max_value", "negative_slope", "threshold"],
    (source) => {
      for (const [key, value] of Object.entries({ axis: -1, max_value: null, negative_slope: 0, threshold: 0 })) {
        expectSetting(source, key, value);
      }
      return ({ x, mask }) => ({ x: apply(x), mask });
    },
    same,
  );

const BUILDERS: Readonly<Record<string, Builder>> = {
  Embedding: (source, input) => {
    const layer = KerasEmbedding.of(source);
    return { layer, output: [input[0] ?? null, layer.table.dimension] };
  },
  SimpleRNN: recurrent,
  LSTM: recurrent,
  GRU: recurrent,
  Bidirectional(source, input) {
    const layer = KerasRecurrent.bidirectional(source, last(source, input));
    return { layer, output: recurrentOutput(layer, input) };
  },
  Dense: (source, input) => {
    const layer = KerasDense.of(source, last(source, input));
    return { layer, output: [...input.slice(0, -1), layer.linear.outputSize] };
  },
  TimeDistributed: timeDistributed,
  LayerNormalization: (source, input) => ({
    layer: KerasNormalization.of(source, last(source, input), input.length + 1),
    output: input,
  }),
  Dropout: (source, input) => {
    expectSettings(source, ["rate", "seed", "noise_shape"]);
    expectSetting(source, "noise_shape", null);
    return { layer: new KerasDropout(source.name, new Dropout(source.config.probability("rate"))), output: input };
  },
  Activation: activation,
  ReLU: ownActivation(relu),
  Softmax: ownActivation((x) => softmax(x)),
  Masking: plain(["mask_value"], ({ name, config }) => masking(name, config.number("mask_value", 0)), same),
  Flatten: plain(
    ["data_format"],
    () => flatten,
    (input) => [
      input.some((extent) => extent === null) ? null : input.reduce<number>((size, extent) => size * (extent ?? 1), 1),
    ],
  ),
  GlobalMaxPooling1D: plain(
    ["data_format", "keepdims"],
    (source) => {
      expectPooling(source);
      return maxPooling;
    },
    (input) => input.slice(1),
  ),
  GlobalAveragePooling1D: plain(
    ["data_format", "keepdims"],
    (source) => {
      expectPooling(source);
      return averagePooling(source.name);
    },
    (input) => input.slice(1),
  ),
  RepeatVector: plain(
    ["n"],
    ({ config }) => repeated(config.count("n")),
    (input, { config }) => [config.count("n"), ...input],
  ),
};

function expectPooling(source: LayerSource): void {
  expectSetting(source, "data_format", "channels_last");
  expectSetting(source, "keepdims", false);
}

/** Layers that work on the last axis of whatever they are given do the same step by step and all at once. */
function timeDistributed(source: LayerSource, input: Extents): Built {
  expectSettings(source, ["layer"]);
  const inner = source.config.object("layer");
  const className = inner.text("class_name");
  const steady = ["Dense", "Activation", "Dropout", "LayerNormalization", "ReLU", "Softmax"];
  if (!steady.includes(className)) {
    throw new UnsupportedError({
      where: source.config.place.where,
      what: `the TimeDistributed layer "${source.name}" holds a layer of class ${className}`,
      remedy: `It can hold ${steady.join(", ")}.`,
    });
  }
  return (BUILDERS[className] as Builder)({ ...source, className, config: inner.object("config") }, input);
}

/**
 * Builds the layers of a topology and fills them.
 * @throws UnsupportedError naming the layer that there is none of here, and what there is
 * @throws StateDictError naming every weight that is missing, left over or of another shape
 */
export function buildModel(
  where: string,
  topology: Topology,
  weights: ReadonlyMap<string, HostTensor>,
  { dialect, forInference = false }: { dialect: Dialect } & KerasReadOptions,
): KerasModel {
  const book = new WeightBook(where, topology, weights);
  const layers: KerasLayer[] = [];
  let extents: Extents = topology.inputShape;
  for (const { name, className, config } of topology.layers) {
    const builder = Object.hasOwn(BUILDERS, className) ? BUILDERS[className] : undefined;
    if (!builder) {
      throw new UnsupportedError({
        where,
        what: `layer "${name}" is of class ${className}, which is not supported`,
        remedy: `Supported are ${Object.keys(BUILDERS).sort().join(", ")}.`,
      });
    }
    const { layer, output } = builder(
      { name, className, config, weights: book.of(name), dialect, forInference },
      extents,
    );
    layers.push(layer);
    extents = output;
  }
  book.finish();
  return new KerasModel(topology.name, layers, topology.inputShape);
}
