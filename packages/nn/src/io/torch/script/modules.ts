import { UnsupportedError } from "@unroll/kernels";
import { Dropout } from "../../../modules/dropout";
import { Embedding } from "../../../modules/embedding";
import { GRU } from "../../../modules/gru";
import { LayerNorm } from "../../../modules/layer-norm";
import { Linear } from "../../../modules/linear";
import { LSTM } from "../../../modules/lstm";
import type { Module } from "../../../modules/module";
import { RNN } from "../../../modules/rnn";

export const WHERE = "toPyTorch";

/** A module that PyTorch has a class for, whose inside is of no account. */
export const isLeaf = (module: Module): boolean =>
  [Dropout, Embedding, GRU, LayerNorm, Linear, LSTM, RNN].some((leaf) => module instanceof leaf);

export const isRecurrent = (module: Module): module is RNN | LSTM | GRU =>
  module instanceof RNN || module instanceof LSTM || module instanceof GRU;

const biasOf = ({ bias }: Linear | LayerNorm): string => (bias === null ? ", bias=False" : "");

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
  if (module instanceof Dropout) return `nn.Dropout(${module.p})`;
  if (isRecurrent(module)) return recurrentConstructor(module);
  throw new RangeError(`constructorOf: ${module.constructor.name} is no leaf`);
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
