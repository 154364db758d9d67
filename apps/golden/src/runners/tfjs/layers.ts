import { assign, Embedding, Linear, type Module, type Parameter, type Tensor, toBlocks, toKernel } from "@unroll/nn";
import type { GoldenTensor } from "@unroll/testing";
import { UnsupportedCase } from "../../compare";
import type { Fields } from "../../fields";
import { KerasBidirectional, mergeModeOf } from "../keras/bidirectional";
import { layerOf } from "../keras/cell";
import { KerasRnn } from "../keras/rnn";
import { namedActivation } from "../recurrent/activations";
import type { Cell, RecurrentLayer } from "../recurrent/layer";
import { GATES } from "../recurrent/weights";
import { activationOf } from "./dense-activation";

/** What goes from layer to layer: values, and which steps of each row count [B, T] where an embedding masks some. */
export type Flow = { readonly x: Tensor; readonly mask?: ArrayLike<number> | undefined };

/** A layer of a TensorFlow.js model with its weights. */
export type TfjsLayer = {
  readonly modules: readonly Module[];
  readonly forward: (flow: Flow, initialState?: readonly Tensor[]) => Flow;
  /** Its weights now, in the layout and order of TensorFlow.js. */
  readonly weights: () => Promise<{ shape: readonly number[]; data: ArrayLike<number> }[]>;
  /** A recurrent layer's memory from call to call. */
  readonly memory?: KerasRnn | KerasBidirectional;
};

const CELLS: Readonly<Record<string, Cell>> = { simpleRNN: "rnn", lstm: "lstm", gru: "gru" };

/** Initialisers, which the weights given take the place of. */
const INITIALISERS = ["kernel", "recurrent", "bias", "table"];

/** @throws UnsupportedCase for another type of layer, or options that are not known */
export function tfjsLayer(config: Fields, weights: readonly GoldenTensor[], stateful: boolean): Promise<TfjsLayer> {
  const type = config.text("type");
  if (type === "dense") return dense(config, weights);
  if (type === "timeDistributed") return timeDistributed(config, weights);
  if (type === "embedding") return embedding(config, weights);
  if (type === "bidirectional") return bidirectional(config, weights, stateful);
  return recurrent(config, weights, stateful);
}

async function dense(config: Fields, [kernel, bias, ...rest]: readonly GoldenTensor[]): Promise<TfjsLayer> {
  config.only("type", "units", "activation", "useBias", ...INITIALISERS);
  if (!kernel || rest.length > 0) throw new TypeError("A dense layer should have a kernel and perhaps a bias.");
  const [I = 0, O = 0] = kernel.shape;
  const linear = new Linear(I, O, { bias: bias !== undefined });
  const activation = activationOf(config.text("activation", "linear"));
  await assign(pairs([linear.weight, swapped(Float32Array.from(kernel.data), I, O)], [linear.bias, bias?.data]));
  return {
    modules: [linear],
    forward: ({ x }) => ({ x: activation(linear.forward(x)) }),
    async weights() {
      const own = [{ shape: [I, O], data: swapped(await linear.weight.data(), O, I) }];
      return linear.bias ? [...own, { shape: [O], data: await linear.bias.data() }] : own;
    },
  };
}

/** A dense layer reads the last axis of whatever it is given: step by step or all at once is the same. */
function timeDistributed(config: Fields, weights: readonly GoldenTensor[]): Promise<TfjsLayer> {
  const inner = config.only("type", "layer").fields("layer");
  if (inner.text("type") !== "dense") throw new UnsupportedCase(`timeDistributed ${inner.text("type")}`);
  return dense(inner, weights);
}

async function embedding(config: Fields, [table, ...rest]: readonly GoldenTensor[]): Promise<TfjsLayer> {
  config.only("type", "inputDim", "outputDim", "maskZero", ...INITIALISERS);
  if (!table || rest.length > 0) throw new TypeError("An embedding should have one table.");
  const module = new Embedding(config.number("inputDim"), config.number("outputDim"));
  const maskZero = config.flag("maskZero", false);
  await assign(pairs([module.weight, table.data]));
  return {
    modules: [module],
    forward: ({ x, mask }) => ({ x: module.forward(x), mask: maskZero ? mask : undefined }),
    weights: async () => [{ shape: module.weight.shape, data: await module.weight.data() }],
  };
}

async function recurrent(config: Fields, weights: readonly GoldenTensor[], stateful: boolean): Promise<TfjsLayer> {
  const rnn = await rnnOf(config, weights, { stateful });
  return {
    modules: rnn.layers.map(({ module }) => module),
    forward({ x, mask }, initialState) {
      const { output } = rnn.call(x, { mask, initialState });
      return { x: output, mask: rnn.config.returnSequences ? mask : undefined };
    },
    weights: () => weightsOf(rnn),
    memory: rnn,
  };
}

async function bidirectional(config: Fields, weights: readonly GoldenTensor[], stateful: boolean): Promise<TfjsLayer> {
  config.only("type", "layer", "mergeMode");
  const inner = config.fields("layer");
  const half = weights.length / 2;
  const mergeMode = mergeModeOf(config.has("mergeMode") ? config.raw("mergeMode") : "concat");
  if (mergeMode === null) throw new UnsupportedCase("a model with two outputs");
  const both = new KerasBidirectional(
    await rnnOf(inner, weights.slice(0, half), { stateful }),
    await rnnOf(inner, weights.slice(half), { stateful, turned: true }),
    mergeMode,
  );
  return {
    modules: [...both.forward.layers, ...both.backward.layers].map(({ module }) => module),
    forward({ x, mask }, initialState) {
      const { output, forward } = both.call(x, { mask, initialState });
      return { x: output ?? forward, mask: both.forward.config.returnSequences ? mask : undefined };
    },
    weights: async () => [...(await weightsOf(both.forward)), ...(await weightsOf(both.backward))],
    memory: both,
  };
}

type RnnOptions = { readonly stateful: boolean; readonly turned?: boolean };

async function rnnOf(
  config: Fields,
  [kernel, recurrentKernel, bias, ...rest]: readonly GoldenTensor[],
  { stateful, turned = false }: RnnOptions,
): Promise<KerasRnn> {
  const type = config.text("type");
  const cell = CELLS[type];
  if (!cell) throw new UnsupportedCase(`no layer ${type}`);
  config.only(
    ...["type", "units", "activation", "recurrentActivation", "useBias", "resetAfter", "unitForgetBias"],
    ...["returnSequences", "goBackwards", "stateful", ...INITIALISERS],
  );
  if (!kernel || !recurrentKernel || rest.length > 0) {
    throw new TypeError(`A ${type} layer should have a kernel, a recurrent kernel and perhaps a bias.`);
  }
  const goBackwards = config.flag("goBackwards", false) !== turned;
  const made = await layerOf(
    {
      cell,
      units: config.number("units"),
      activation: namedActivation("tfjs", config.text("activation", "tanh")),
      recurrentActivation: namedActivation("tfjs", config.text("recurrentActivation", "hardSigmoid")),
      resetAfter: config.flag("resetAfter", false),
    },
    { kernel, recurrentKernel, bias },
    goBackwards,
  );
  return new KerasRnn([made], {
    returnSequences: config.flag("returnSequences", false),
    goBackwards,
    stateful: stateful || config.flag("stateful", false),
    zeroOutputForMask: false,
  });
}

async function weightsOf({ layers }: KerasRnn): Promise<{ shape: readonly number[]; data: ArrayLike<number> }[]> {
  return (await Promise.all(layers.map(layerWeights))).flat();
}

async function layerWeights({
  module,
  settings,
}: RecurrentLayer): Promise<{ shape: readonly number[]; data: ArrayLike<number> }[]> {
  const { cell, inputSize, hiddenSize, reset } = settings;
  if (cell === "gru" && reset === "after") throw new UnsupportedCase("weights of a GRU with resetAfter after training");
  const width = GATES[cell] * hiddenSize;
  const values = async (parameter: Parameter | undefined): Promise<Float32Array> =>
    Float32Array.from((await parameter?.data()) ?? []);
  const kernel = toKernel("keras", { cell, hiddenSize, columns: inputSize }, await values(module.weightIh[0]));
  const recurrentKernel = toKernel(
    "keras",
    { cell, hiddenSize, columns: hiddenSize },
    await values(module.weightHh[0]),
  );
  const matrices = [
    { shape: [inputSize, width], data: kernel },
    { shape: [hiddenSize, width], data: recurrentKernel },
  ];
  if (module.bias.length === 0) return matrices;
  const bias = toBlocks("keras", { cell, hiddenSize, columns: 1 }, await values(module.bias[0]));
  return [...matrices, { shape: [width], data: bias }];
}

/** Parameters and their values, without those that are absent. */
function pairs(
  ...all: readonly [Parameter | null, ArrayLike<number> | undefined][]
): [Parameter, Float32Array<ArrayBuffer>][] {
  return all.flatMap(([parameter, values]): [Parameter, Float32Array<ArrayBuffer>][] =>
    parameter && values ? [[parameter, Float32Array.from(values)]] : [],
  );
}

/** A matrix [rows, columns] transposed. */
function swapped(values: ArrayLike<number>, rows: number, columns: number): Float32Array<ArrayBuffer> {
  return Float32Array.from(
    { length: rows * columns },
    (_, at) => values[(at % rows) * columns + Math.floor(at / rows)] ?? 0,
  );
}
