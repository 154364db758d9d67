import { UnsupportedError } from "@unroll/kernels";
import { BatchNorm1d, BatchNorm2d } from "../../../modules/batch-norm";
import { Conv1d } from "../../../modules/conv-1d";
import { Conv2d } from "../../../modules/conv-2d";
import { Dropout } from "../../../modules/dropout";
import { Embedding } from "../../../modules/embedding";
import { GroupNorm, InstanceNorm } from "../../../modules/group-norm";
import { GRU } from "../../../modules/gru";
import { LayerNorm } from "../../../modules/layer-norm";
import { Linear } from "../../../modules/linear";
import { LSTM } from "../../../modules/lstm";
import type { Module } from "../../../modules/module";
import { RMSNorm } from "../../../modules/rms-norm";
import { RNN } from "../../../modules/rnn";
import { pair } from "../../../ops/windows";
import { Tensor } from "../../../tensor/tensor";
import { hasForwardOf, type ModuleCall } from "../../tracing/module-calls";
import { WHERE } from "./python-call";
import { padded, type Spans, turned } from "./windows";

/** A module that PyTorch has a class for. */
export const isLeaf = (module: Module): boolean =>
  module instanceof Dropout || isRecurrent(module) || hasOwnWeights(module);

type Weighted = Linear | Embedding | LayerNorm | RMSNorm | BatchNorm1d | BatchNorm2d | GroupNorm | Conv1d | Conv2d;

/** Modules whose weight and bias PyTorch names and lays out as we do: operations may read them themselves. */
export const hasOwnWeights = (module: Module): module is Weighted => WEIGHTED.some((leaf) => module instanceof leaf);

const WEIGHTED = [
  ...[Linear, Embedding, LayerNorm, RMSNorm, BatchNorm1d, BatchNorm2d, GroupNorm, InstanceNorm, Conv1d, Conv2d],
];

/**
 * Whether a call is one of a module that PyTorch has a class for, which does what that class does. A `forward` of one's
 * own and what masks the input are written operation by operation.
 */
export const isLeafCall = ({ module, arguments: [, options] }: ModuleCall): boolean =>
  isLeaf(module) &&
  hasForwardOf(module, [...WEIGHTED, Dropout, RNN, LSTM, GRU]) &&
  !(module instanceof Conv1d && Reflect.get(Object(options), "lengths") !== undefined);

export const isRecurrent = (module: Module): module is RNN | LSTM | GRU =>
  module instanceof RNN || module instanceof LSTM || module instanceof GRU;

const biasOf = ({ bias }: Linear | LayerNorm | Conv1d | Conv2d): string => (bias === null ? ", bias=False" : "");

/**
 * What the classes of PyTorch do not do, and operations with their weights could not do in their place.
 * @throws UnsupportedError naming the module
 */
export function expectWritable(model: Module): void {
  for (const [path, module] of model.namedModules()) {
    const isBatchNorm = module instanceof BatchNorm1d || module instanceof BatchNorm2d;
    const isWhole = isRecurrent(module) || module instanceof Dropout || isBatchNorm;
    if (isWhole && !hasForwardOf(module, [Dropout, RNN, LSTM, GRU, BatchNorm1d, BatchNorm2d])) {
      throw new UnsupportedError({
        where: WHERE,
        what: `${path || "the model"}, a ${module.constructor.name}, has a forward of its own, which its counterpart in PyTorch has not`,
        remedy: "Hold such a layer in a Module of your own and do there what forward does beside it.",
      });
    }
    if (isRecurrent(module) && module.inputDropout > 0) {
      throw new UnsupportedError({
        where: WHERE,
        what: `PyTorch has no layer with inputDropout, which ${path || "the model"} has`,
        remedy: "Build the layer without it, and put a Dropout before it.",
      });
    }
  }
}

/** The expression that makes a module's counterpart. */
export function constructorOf(module: Module): string {
  if (module instanceof Linear) {
    return `nn.Linear(${module.inputSize}, ${module.outputSize}${biasOf(module)})`;
  }
  if (module instanceof Embedding) {
    const padding = module.paddingId === undefined ? "" : `, padding_idx=${module.paddingId}`;
    return `nn.Embedding(${module.size}, ${module.dimension}${padding})`;
  }
  if (module instanceof LayerNorm) {
    const shape = module.normalizedShape.join(", ");
    return `nn.LayerNorm([${shape}], eps=${module.epsilon}${biasOf(module)})`;
  }
  if (module instanceof RMSNorm) {
    const affine = module.weight === null ? ", elementwise_affine=False" : "";
    return `nn.RMSNorm([${module.normalizedShape.join(", ")}], eps=${module.epsilon}${affine})`;
  }
  if (module instanceof BatchNorm1d || module instanceof BatchNorm2d) {
    const axes = module instanceof BatchNorm1d ? 1 : 2;
    const affine = module.weight === null ? ", affine=False" : "";
    return `nn.BatchNorm${axes}d(${module.channels}, eps=${module.epsilon}, momentum=${module.momentum ?? "None"}${affine})`;
  }
  if (module instanceof GroupNorm) {
    const affine = module.weight === null ? ", affine=False" : "";
    return `nn.GroupNorm(${module.groups}, ${module.channels}, eps=${module.epsilon}${affine})`;
  }
  if (module instanceof Conv1d || module instanceof Conv2d) return convolutionConstructor(module);
  if (module instanceof Dropout) return `nn.Dropout(${module.p})`;
  if (isRecurrent(module)) return recurrentConstructor(module);
  throw new RangeError(`constructorOf: ${module.constructor.name} is no leaf`);
}

function spansOf(module: Conv1d | Conv2d): Spans {
  const { padding } = module;
  if (module instanceof Conv1d) {
    const { kernelSize, stride, dilation } = module;
    return { kernel: [kernelSize], stride: [stride], dilation: [dilation], padding };
  }
  const both = (what: string, extent: Parameters<typeof pair>[2]) => pair(WHERE, what, extent);
  return {
    kernel: module.weight.shape.slice(2),
    stride: both("stride", module.stride),
    dilation: both("dilation", module.dilation),
    padding,
  };
}

/** Zeros that PyTorch's layer adds itself, in Python; undefined where they are put around its input. */
function ownPadding({ padding, stride }: Spans): string | undefined {
  if (padding === "same") return stride.every((each) => each === 1) ? '"same"' : undefined;
  if (padding === "causal") return undefined;
  if (padding === "valid") return "0";
  return typeof padding === "number" ? String(padding) : `(${padding.join(", ")})`;
}

function convolutionConstructor(module: Conv1d | Conv2d): string {
  const spans = spansOf(module);
  const { kernel, stride, dilation } = spans;
  const tuple = (extents: readonly number[]): string =>
    extents.length === 1 ? `${extents}` : `(${extents.join(", ")})`;
  const padding = ownPadding(spans) ?? "0";
  const options = [
    `${module.inputChannels}`,
    `${module.outputChannels}`,
    tuple(kernel),
    ...(stride.some((each) => each !== 1) ? [`stride=${tuple(stride)}`] : []),
    ...(padding === "0" ? [] : [`padding=${padding}`]),
    ...(dilation.some((each) => each !== 1) ? [`dilation=${tuple(dilation)}`] : []),
    ...(module.groups === 1 ? [] : [`groups=${module.groups}`]),
  ];
  return `nn.Conv${kernel.length}d(${options.join(", ")}${biasOf(module)})`;
}

/**
 * The call of a leaf that is no recurrent layer. PyTorch reads sequences as [B, C, T] where it convolves or normalises them.
 * @throws UnsupportedError for lengths that its counterpart does not take
 */
export function callOf({ module, path, arguments: [x, options] }: ModuleCall, access: string, input: string): string {
  if (module instanceof BatchNorm1d && Reflect.get(Object(options), "lengths") !== undefined) {
    throw new UnsupportedError({
      where: WHERE,
      what: `lengths of the batch normalisation "${path}" have no counterpart in PyTorch, which counts padding too`,
      remedy: "Normalise by LayerNorm or RMSNorm, which look at one step at a time.",
    });
  }
  if (module instanceof Conv1d || module instanceof Conv2d) {
    const spans = spansOf(module);
    const given = module instanceof Conv1d ? turned(input) : input;
    const y = `${access}(${ownPadding(spans) === undefined ? padded(given, spans) : given})`;
    return module instanceof Conv1d ? turned(y) : y;
  }
  const isTurned = module instanceof BatchNorm1d && x instanceof Tensor && x.rank === 3;
  return isTurned ? turned(`${access}(${turned(input)})`) : `${access}(${input})`;
}

function recurrentConstructor(module: RNN | LSTM | GRU): string {
  const kind = module instanceof LSTM ? "LSTM" : module instanceof GRU ? "GRU" : "RNN";
  const options = [
    `${module.inputSize}`,
    `${module.hiddenSize}`,
    ...(module.layers === 1 ? [] : [`num_layers=${module.layers}`]),
    ...(module.bias.length > 0 ? [] : ["bias=False"]),
    ...(module.dropout > 0 && module.layers > 1 ? [`dropout=${module.dropout}`] : []),
    ...(module.direction === "bidirectional" ? ["bidirectional=True"] : []),
    ...(module instanceof LSTM && module.projSize > 0 ? [`proj_size=${module.projSize}`] : []),
    ...(module instanceof RNN && module.activation.name === "relu" ? ['nonlinearity="relu"'] : []),
    "batch_first=True",
  ];
  return `nn.${kind}(${options.join(", ")})`;
}

interface Node {
  leaf?: Module;
  readonly parts: Map<string, Node>;
}

/**
 * The lines of `__init__` that put a counterpart of each leaf at its path, so that a state dict has the same names.
 * @throws UnsupportedError if the model is a leaf itself
 */
export function submodules(model: Module): string[] {
  const root: Node = { parts: new Map() };
  for (const [path, module] of leavesOf(model)) {
    let at = root;
    for (const part of path.split(".")) {
      const next = at.parts.get(part) ?? { parts: new Map() };
      at.parts.set(part, next);
      at = next;
    }
    at.leaf = module;
  }
  return [...root.parts].flatMap(([name, node]) => assignment(`self.${name}`, node));
}

/** Leaves by path; what lies inside one is its own. */
export function leavesOf(model: Module): Map<string, Module> {
  if (isLeaf(model)) {
    throw new UnsupportedError({
      where: WHERE,
      what: `the model is a single ${model.constructor.name}`,
      remedy: "Make it a field of a Module of your own, so that its weights have a name.",
    });
  }
  return new Map([...model.namedModules()].filter(([, module]) => isLeaf(module)));
}

function assignment(target: string, { leaf, parts }: Node): string[] {
  if (leaf) return [`${target} = ${constructorOf(leaf)}`];
  const names = [...parts.keys()];
  const isList = names.every((name, index) => name === String(index));
  if (isList) {
    const items = [...parts.values()].map(({ leaf: item }) => item);
    if (items.every((item) => item !== undefined)) {
      return [`${target} = nn.ModuleList([${items.map((item) => constructorOf(item)).join(", ")}])`];
    }
  }
  if (names.some((name) => /^\d/.test(name))) {
    // Some places of the list hold modules of modules: a dict of them has the same names.
    return [
      `${target} = nn.ModuleDict()`,
      ...[...parts].flatMap(([name, node]) => assignment(`${target}["${name}"]`, node)),
    ];
  }
  return [`${target} = nn.Module()`, ...[...parts].flatMap(([name, node]) => assignment(`${target}.${name}`, node))];
}

/** How Python reaches what lies at a path: self.layers[0].out, self.layers["0"] in a dict. */
export function accessOf(model: Module, path: string): string {
  const leaves = [...leavesOf(model).keys()];
  let access = "self";
  let before = "";
  for (const part of path.split(".")) {
    const inner = before ? `${before}.` : "";
    if (!/^\d/.test(part)) access += `.${part}`;
    else {
      const siblings = new Set(leaves.filter((leaf) => leaf.startsWith(inner)).map((leaf) => leaf.slice(inner.length)));
      const isList = [...siblings].every((sibling, index) => sibling === String(index));
      access += isList ? `[${part}]` : `["${part}"]`;
    }
    before = inner + part;
  }
  return access;
}
