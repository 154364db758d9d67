import { UnsupportedError } from "@unroll/kernels";
import { BatchNorm1d, BatchNorm2d } from "../../modules/batch-norm";
import { Conv1d } from "../../modules/conv-1d";
import { Conv2d } from "../../modules/conv-2d";
import { Embedding } from "../../modules/embedding";
import { GroupNorm } from "../../modules/group-norm";
import { GRU } from "../../modules/gru";
import { LayerNorm } from "../../modules/layer-norm";
import { Linear } from "../../modules/linear";
import { LSTM } from "../../modules/lstm";
import type { Module } from "../../modules/module";
import { RecurrentModule } from "../../modules/recurrent";
import { RMSNorm } from "../../modules/rms-norm";
import { RNN } from "../../modules/rnn";
import { Parameter } from "../../tensor/parameter";
import { counterpart } from "./counterpart";
import { joinedInputs, withJoinedInputs } from "./joined-inputs";
import type { ModuleDescription } from "./module-description";

/**
 * What PyTorch needs to know of each part of a model that has parameters of its own, by path. Parts whose weights are
 * columns of a recurrent layer there, see `torchInputs`, are in that layer's sizes.
 * @throws UnsupportedError if a part with parameters has no counterpart in PyTorch
 */
export function describeModel(where: string, model: Module): Map<string, ModuleDescription> {
  const found = new Map<string, ModuleDescription>();
  const modules = model.namedModules();
  const inside = new Set<Module>();
  for (const [path, module] of modules) {
    if (inside.has(module)) continue;
    const { attentionSizes } = counterpart(module);
    if (attentionSizes) {
      found.set(path, { kind: "Attention", sizes: attentionSizes });
      for (const part of module.namedModules().values()) inside.add(part);
      continue;
    }
    const description = describeModule(where, path, module) ?? describeParameters(module);
    if (description) found.set(path, description);
    else refuseOwnParameters(where, path, module);
  }
  return withJoinedInputs(found, joinedInputs(model));
}

/** Parameters and buffers of a module that says that they are the same in PyTorch. */
function describeParameters(module: Module): ModuleDescription | undefined {
  if (!counterpart(module).hasTorchParameters) return undefined;
  const own = Object.entries(module).filter((field): field is [string, Parameter] => field[1] instanceof Parameter);
  if (own.length === 0) return undefined;
  const shapes = new Map(own.map(([name, { shape }]) => [name, shape]));
  return { kind: "Parameters", name: module.constructor.name, shapes };
}

function describeModule(where: string, path: string, module: Module): ModuleDescription | undefined {
  if (module instanceof RecurrentModule) return describeRecurrent(where, path, module);
  if (module instanceof Linear) {
    const { inputSize, outputSize, bias } = module;
    return { kind: "Linear", inputSize, outputSize, hasBias: bias !== null };
  }
  if (module instanceof Embedding) return { kind: "Embedding", vocabularySize: module.size, size: module.dimension };
  if (module instanceof LayerNorm) {
    return { kind: "LayerNorm", shape: module.normalizedShape, hasBias: module.bias !== null };
  }
  if (module instanceof RMSNorm) {
    return { kind: "RMSNorm", shape: module.normalizedShape, affine: module.weight !== null };
  }
  if (module instanceof BatchNorm1d || module instanceof BatchNorm2d) {
    return { kind: "BatchNorm", channels: module.channels, affine: module.weight !== null };
  }
  if (module instanceof GroupNorm) {
    return { kind: "GroupNorm", channels: module.channels, affine: module.weight !== null };
  }
  if (module instanceof Conv1d || module instanceof Conv2d) {
    const { inputChannels, outputChannels, weight, groups, bias } = module;
    const kind = module instanceof Conv1d ? "Conv1d" : "Conv2d";
    return { kind, inputChannels, outputChannels, kernel: weight.shape.slice(2), groups, hasBias: bias !== null };
  }
  return undefined;
}

function describeRecurrent(where: string, path: string, module: RecurrentModule): ModuleDescription | undefined {
  const kind =
    module instanceof LSTM ? "LSTM" : module instanceof GRU ? "GRU" : module instanceof RNN ? "RNN" : undefined;
  if (!kind) return undefined;
  refuseActivations(where, path, module);
  refuseOptions(where, path, module);
  refuseWiring(where, path, module);
  const { layers, directions, inputSize, hiddenSize, bias } = module;
  const sizes = { layers, directions, inputSize, hiddenSize, hasBias: bias.length > 0 };
  if (module instanceof LSTM) return { kind, ...sizes, projSize: module.projSize };
  return { kind, ...sizes, ...(module instanceof GRU ? { resetAfter: module.reset === "after" } : {}) };
}

/** Options of cells that PyTorch has none of. */
function refuseOptions(where: string, path: string, module: RecurrentModule): void {
  const hasClip = (module instanceof LSTM || module instanceof GRU || module instanceof RNN) && module.clip > 0;
  const isLSTM = module instanceof LSTM;
  const found = [
    ...(isLSTM && module.peepholeWeight.length > 0 ? ["peepholes"] : []),
    ...(isLSTM && module.coupled ? ["coupled gates"] : []),
    ...(hasClip ? ["clipped pre-activations"] : []),
  ];
  if (found.length === 0) return;
  throw new UnsupportedError({
    where,
    what: `PyTorch has no layer with ${found.join(", ")}, which ${path || "the model"} has`,
    remedy: "Save the model with save() in its own layout.",
  });
}

/** A module that only holds others is fine; one with parameters that PyTorch has no name for is not. */
function refuseOwnParameters(where: string, path: string, module: Module): void {
  const inParts = new Set(
    [...module.namedModules()].flatMap(([inner, part]) => (inner === "" ? [] : part.parameters())),
  );
  const own = [...module.namedParameters()].find(([, parameter]) => !inParts.has(parameter));
  if (!own) return;
  throw new UnsupportedError({
    where,
    what: `the parameter ${path ? `${path}.` : ""}${own[0]} belongs to a module that PyTorch has no counterpart of`,
    remedy: "Save the model with save() in its own layout.",
  });
}

/** How PyTorch's layers are wired: two directions side by side, nothing added to a layer's output. */
function refuseWiring(where: string, path: string, { directions, merge, layers, residual }: RecurrentModule): void {
  const what = directions === 2 && merge !== "concat" ? `merge: "${merge}"` : residual && layers > 1 ? "residual" : "";
  if (what === "") return;
  throw new UnsupportedError({
    where,
    what: `PyTorch has no layer with the option ${what}, which ${path || "the model"} has`,
    remedy: "Save the model with save() in its own layout.",
  });
}

/** The activations that PyTorch's layers can have, and the same weights would mean another model with any other. */
function refuseActivations(where: string, path: string, module: RecurrentModule): void {
  const used: Record<string, string> =
    module instanceof LSTM
      ? { gate: module.gate.name, candidate: module.candidate.name, output: module.outputActivation.name }
      : module instanceof GRU
        ? { gate: module.gate.name, candidate: module.candidate.name }
        : module instanceof RNN
          ? { activation: module.activation.name }
          : {};
  const known: Record<string, readonly string[]> = {
    gate: ["sigmoid"],
    candidate: ["tanh"],
    output: ["tanh"],
    activation: ["tanh", "relu"],
  };
  for (const [role, name] of Object.entries(used)) {
    if (known[role]?.includes(name)) continue;
    throw new UnsupportedError({
      where,
      what: `PyTorch has no layer with the ${role} activation ${name}, which ${path || "the model"} has`,
      remedy: "Save the model with save() in its own layout.",
    });
  }
}
