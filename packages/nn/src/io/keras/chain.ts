import { UnsupportedError } from "@unroll/kernels";
import { Dropout } from "../../modules/dropout";
import { Embedding } from "../../modules/embedding";
import { GRU } from "../../modules/gru";
import { LayerNorm } from "../../modules/layer-norm";
import { Linear } from "../../modules/linear";
import { LSTM } from "../../modules/lstm";
import type { Module } from "../../modules/module";
import { RNN } from "../../modules/rnn";
import { sameShape } from "../../tensor/shape";
import type { Tensor } from "../../tensor/tensor";
import { hasForwardOf } from "../tracing/module-calls";
import { type Source, sourcesOf } from "../tracing/results";
import type { TracedModel } from "../tracing/trace";
import type { KerasDescription } from "./layer";
import { KerasDense, KerasDropout, KerasEmbedding, KerasNormalization } from "./plain-layers";
import { describeRecurrent } from "./recurrent-layer";
import type { RecurrentModule } from "./recurrent-weights";

/** Operations that are a layer's activation, by Keras's name. */
const ACTIVATIONS: Readonly<Record<string, string>> = {
  gelu: "gelu",
  relu: "relu",
  sigmoid: "sigmoid",
  softmax: "softmax",
  softplus: "softplus",
  tanh: "tanh",
};

/** Keras's names of what becomes of two directions' outputs. */
const MERGE_MODES = { concat: "concat", sum: "sum", mean: "ave", product: "mul" } as const;

/** A layer of the chain, named after the module that it comes from. */
export interface ChainLayer extends KerasDescription {
  readonly stem: string;
}

const LEAVES = [Linear, Embedding, Dropout, LayerNorm, RNN, LSTM, GRU];
const isLeaf = (module: Module): boolean => LEAVES.some((leaf) => module instanceof leaf);

/**
 * The layers of a model that is a chain of them, from what it was seen to do: each reads the one before it. A recurrent
 * module of several layers is as many; of its state the last layer's is taken.
 * @throws UnsupportedError naming what a chain of Keras layers has no counterpart of
 */
export function chainOf(where: string, traced: TracedModel): ChainLayer[] {
  const { inputs, outputs } = traced;
  const [input, ...otherInputs] = [...inputs.values()].map(([first]) => first as Tensor);
  const [output, ...otherOutputs] = [...outputs.values()].map(([first]) => first as Tensor);
  if (!input || !output || otherInputs.length + otherOutputs.length > 0) {
    throw noChain(
      where,
      `the model has ${inputs.size} inputs and ${outputs.size} outputs, and a chain has one of each`,
    );
  }
  if (traced.calls.some(({ length }) => length !== traced.calls[0]?.length)) {
    throw noChain(where, "forward calls more modules where its inputs are larger");
  }
  for (const { path, module } of traced.calls[0] ?? []) {
    if (!isLeaf(module) || hasForwardOf(module, LEAVES)) continue;
    throw noChain(where, `"${path}", a ${module.constructor.name}, has a forward of its own`);
  }
  const sources = sourcesOf(where, traced, ({ module }) => isLeaf(module));
  const layers: ChainLayer[] = [];
  let activation: string | undefined;
  let current = output;
  while (current !== input) {
    const source = sources.get(current) ?? stateBehind(current, sources);
    if (source) {
      const { module, path, arguments: args } = source.call;
      const isDense = module instanceof Linear;
      if (activation !== undefined && !isDense) layers.unshift(activationLayer(activation));
      layers.unshift(
        ...layersOf(where, source, isDense ? activation : undefined).map((layer) => ({ ...layer, stem: stemOf(path) })),
      );
      activation = undefined;
      expectPlainCall(where, source);
      current = args[0] as Tensor;
      continue;
    }
    const { origin } = current;
    const isOfAnother = current.node.kind === "elementwise" && current.node.op === "geluTanh"; // recorded as a gelu too
    const name =
      origin && !isOfAnother && Object.hasOwn(ACTIVATIONS, origin.name) ? ACTIVATIONS[origin.name] : undefined;
    if (!origin || name === undefined)
      throw noChain(where, `the operation ${origin?.name ?? current.node.kind} is no layer`);
    if (activation !== undefined) layers.unshift(activationLayer(activation));
    activation = name;
    current = Object.values(origin.inputs)[0] as Tensor;
  }
  if (activation !== undefined) layers.unshift(activationLayer(activation));
  return layers;
}

const activationLayer = (activation: string): ChainLayer => ({
  stem: "activation",
  className: "Activation",
  config: { activation },
  weights: [],
});

const stemOf = (path: string): string => path.replaceAll(".", "_") || "layer";

/** A recurrent call whose last state is what `tensor` holds, in another shape or its directions side by side. */
function stateBehind(tensor: Tensor, sources: ReadonlyMap<Tensor, Source>): Source | undefined {
  const { origin } = tensor;
  if (origin?.name === "concat") {
    const [a, b] = [origin.inputs.a, origin.inputs.b].map((part) => part && directionBehind(part, sources));
    const isBoth = a && b && a.source.call === b.source.call && a.place + 1 === b.place && isLast(a.source, b.place);
    return isBoth && tensor.rank === 2 ? { ...a.source, part: "last" } : undefined;
  }
  const one = directionBehind(tensor, sources);
  return one && isLast(one.source, one.place) && directionsOf(one.source) === 1
    ? { ...one.source, part: "last" }
    : undefined;
}

/** Which of the states [L·D, B, H] a tensor [B, H] or [1, B, H] is. */
function directionBehind(
  tensor: Tensor,
  sources: ReadonlyMap<Tensor, Source>,
): { source: Source; place: number } | undefined {
  let current = tensor;
  let place: number | undefined;
  for (;;) {
    const source = sources.get(current);
    if (source) {
      const isState = source.part === "state" || source.part === "state.h";
      const only = current.shape[0] === 1 ? 0 : undefined;
      const found = place ?? only;
      return isState && found !== undefined ? { source, place: found } : undefined;
    }
    const { origin } = current;
    const x = origin?.inputs.x;
    if (origin?.name === "slice" && x) {
      const { axis, start, end } = origin.attributes as { axis: number; start: number; end: number };
      if (axis !== 0 || end !== start + 1) return undefined;
      place = start;
      current = x;
    } else if (origin?.name === "reshape" && x && sameShape(withoutOnes(x), withoutOnes(current))) current = x;
    else return undefined;
  }
}

const withoutOnes = ({ shape }: Tensor): number[] => shape.filter((extent) => extent !== 1);
const directionsOf = ({ call }: Source): number => (call.module as RecurrentModule).directions;
const isLast = ({ call }: Source, place: number): boolean => {
  const { layers, directions } = call.module as RecurrentModule;
  return place === layers * directions - 1;
};

/** A recurrent layer from zeros over whole rows: states and lengths have no counterpart in a chain. */
function expectPlainCall(where: string, { call }: Source): void {
  const given = call.arguments
    .slice(1)
    .flatMap((each) =>
      typeof each === "object" && each !== null
        ? Object.entries(each).filter(([, value]) => value !== undefined && value !== false)
        : [],
    );
  if (given.length === 0) return;
  throw noChain(where, `"${call.path}" is called with ${given.map(([key]) => key).join(" and ")}`);
}

function layersOf(where: string, { call, part }: Source, activation = "linear"): KerasDescription[] {
  const module: Module = call.module;
  if (module instanceof Linear) return [new KerasDense("", module, { name: activation, apply: (x) => x }).describe()];
  if (module instanceof Embedding) return [new KerasEmbedding("", module).describe()];
  if (module instanceof Dropout) return [new KerasDropout("", module).describe()];
  if (module instanceof LayerNorm) {
    if (module.normalizedShape.length > 1) throw noChain(where, `"${call.path}" normalises over several axes`);
    return [new KerasNormalization("", module).describe()];
  }
  if (!(module instanceof RNN || module instanceof LSTM || module instanceof GRU))
    throw noChain(where, `"${call.path}"`);
  if (part !== "output" && part !== "last") throw noChain(where, `${part} of "${call.path}" is used`);
  const { layers, direction, dropout } = module;
  if (module.residual && layers > 1) throw noChain(where, `"${call.path}" adds what its layers read to what they give`);
  // Keras gives the steps of a layer that goes backwards in the order in which it read them.
  if (direction === "reverse" && (layers > 1 || part === "output")) {
    throw noChain(where, `"${call.path}" reads backwards and gives its steps forwards`);
  }
  return Array.from({ length: layers }, (_, layer) => {
    const settings = {
      returnSequences: layer < layers - 1 || part === "output",
      goBackwards: direction === "reverse",
      stateful: false,
      zeroOutput: false,
      ...(direction === "bidirectional" ? { merge: MERGE_MODES[module.merge] } : {}),
    };
    const description = describeRecurrent(module, settings, { layer });
    return dropout > 0 && layer > 0
      ? [{ className: "Dropout", config: { rate: dropout }, weights: [] }, description]
      : [description];
  }).flat();
}

const noChain = (where: string, what: string): UnsupportedError =>
  new UnsupportedError({
    where,
    what: `${what}: only a chain of layers can be written`,
    remedy:
      "Keras's Embedding, recurrent layers, Dense, Dropout, LayerNormalization and activations, each reading the one before.",
  });
