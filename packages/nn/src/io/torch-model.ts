import type { Module } from "../modules/module";
import { expectKnown } from "../tensor/known-options";
import { writeParameters } from "./fill-parameters";
import { type PartOptions, partOf } from "./model";
import { readParameters } from "./parameters";
import { decodeSafetensors, encodeSafetensors } from "./safetensors/safetensors";
import { torchPaths } from "./torch/counterpart";
import { describeModel } from "./torch/describe-model";
import { joinedInputs, joinInputs, splitInputs } from "./torch/joined-inputs";
import { modelFromTorch, modelToTorch, type StateDict } from "./torch/state-dict";

/** The two biases of each recurrent layer as they were read from PyTorch, so that they are written back the same. */
const readBiases = new WeakMap<Module, StateDict>();

/**
 * All parameters of a model as PyTorch names and lays them out: `load_state_dict(safetensors.torch.load_file(...))`
 * on modules at the same paths gives the same outputs. Parameters that a module of attention has itself, of a score, say,
 * or of a gate, are nn.Parameters at the same path and of the same layout; what a decoder's first layer reads beside the
 * embedding, the context above all, is further columns of its `weight_ih_l0`, as of `nn.GRU(E + D, H)`.
 * @throws UnsupportedError for a module that PyTorch has no counterpart of
 */
export async function saveTorch(
  model: Module,
  metadata: Readonly<Record<string, string>> = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const where = "saveTorch";
  const modules = describeModel(where, model);
  const parameters = joinInputs(await readParameters(model, { tied: true }), joinedInputs(model));
  const paths = torchPaths(model.namedModules());
  return encodeSafetensors(modelToTorch(modules, parameters, readBiases.get(model), { paths, where }), metadata);
}

/**
 * Fills a model from a PyTorch state dict in a safetensors file, whose modules sit at the same paths: or one module of it from
 * the part that `prefix` names, loadTorch(model.lstm, file, { prefix: "encoder.lstm." }), where heads differ or names do.
 * @throws FileFormatError if the file is not a sound safetensors file
 * @throws StateDictError naming every tensor that is missing, unexpected or of another shape; the model is then unchanged
 * @throws UnsupportedError for a module that PyTorch has no counterpart of
 */
export async function loadTorch(
  model: Module,
  file: ArrayBuffer | Uint8Array<ArrayBuffer>,
  options: PartOptions = {},
): Promise<void> {
  const where = "loadTorch";
  expectKnown(where, options, ["prefix"]);
  const tensors = partOf(decodeSafetensors(file).tensors, options.prefix);
  const paths = torchPaths(model.namedModules());
  const { parameters, biases } = modelFromTorch(describeModel(where, model), tensors, { paths, where });
  await writeParameters(where, model, splitInputs(parameters, joinedInputs(model)), { tied: true });
  readBiases.set(model, biases);
}
