import { expectKnown } from "../../tensor/known-options";
import { type Mismatch, StateDictError } from "../errors";
import type { HostTensor } from "../host-tensor";
import {
  describe,
  expectTorchModule,
  isRecurrent,
  type ModuleDescription,
  parameterShapes,
  TORCH_NAMES,
  torchShapes,
} from "./module-description";
import { expectPrefix } from "./prefix";
import { projectionsFromTorch, projectionsToTorch } from "./projections";
import { recurrentFromTorch, recurrentToTorch } from "./recurrent-state";

/** Tensors by name, as a file holds them. */
export type StateDict = ReadonlyMap<string, HostTensor>;

/** What a PyTorch state dict gives to a module or a model. */
export interface LoadedState {
  /** By our own names: "weightIh.0" of a module, "lstm.weightIh.0" of a model. */
  readonly parameters: Map<string, HostTensor>;
  /**
   * The `bias_ih_*` and `bias_hh_*` that were read, by the names of the dict. A module keeps only their sum, from which
   * they cannot be told apart again; hand them to `toTorch` to write back the very bits that were read.
   */
  readonly biases: Map<string, HostTensor>;
}

/** What the state of a whole model is told beside its modules. */
export interface ModelStateOptions {
  /** Where PyTorch has the modules, by their paths here, if elsewhere. */
  readonly paths?: ReadonlyMap<string, string>;
  /** What errors say was called; the function itself by default. */
  readonly where?: string;
}

const MODEL_OPTIONS: readonly (keyof ModelStateOptions)[] = ["paths", "where"];

/** What `toTorch` is told beside the parameters. */
export interface ToTorchOptions {
  /** Put before each name: "encoder.lstm."; nothing by default. */
  readonly prefix?: string;
  /** `biases` of the `LoadedState` that these parameters came from. */
  readonly biases?: StateDict;
}

/**
 * The parameters of one module from a PyTorch state dict: `modelFromTorch` for the names that start with `prefix`.
 * @param prefix what PyTorch puts before the module's own names: "encoder.lstm." for its field encoder.lstm
 * @throws StateDictError naming all that is missing, unexpected, or of another shape or dtype
 * @throws UnsupportedError for a GRU with `reset: "before"`
 */
export function fromTorch(module: ModuleDescription, dict: StateDict, prefix = ""): LoadedState {
  expectPrefix("fromTorch", prefix);
  const own = new Map([...dict].filter(([name]) => name.startsWith(prefix)));
  return load("fromTorch", [{ module, torch: prefix, ours: "" }], own);
}

/**
 * The parameters of a whole model from a PyTorch state dict whose modules sit at the same paths.
 *
 * Rows go from one block of H per gate to unit by unit, and both directions of a layer share a tensor. `bias` is the
 * float32 sum bias_ih + bias_hh, except in the n gate of a GRU, n = tanh(W·x + b_in + r·(R·h + b_hn)): there `bias` takes
 * b_in and `recurrentBias` b_hn.
 * @param modules by path: "encoder.lstm", or "" for a model that is one module
 * @throws StateDictError naming all that is missing, unexpected, or of another shape or dtype
 * @throws UnsupportedError for a GRU with `reset: "before"`
 */
export function modelFromTorch(
  modules: ReadonlyMap<string, ModuleDescription>,
  dict: StateDict,
  options: ModelStateOptions = {},
): LoadedState {
  const { paths, where = "modelFromTorch" } = expectKnown("modelFromTorch", options, MODEL_OPTIONS);
  return load(where, placed(modules, paths), dict);
}

/**
 * One module's parameters as a PyTorch state dict, in PyTorch's order of names: see `modelToTorch`.
 * @throws StateDictError if a parameter is missing, unexpected, or of another shape or dtype
 * @throws UnsupportedError for a GRU with `reset: "before"`
 */
export function toTorch(
  module: ModuleDescription,
  parameters: StateDict,
  options: ToTorchOptions = {},
): Map<string, HostTensor> {
  const { prefix = "", biases } = expectKnown("toTorch", options, ["prefix", "biases"]);
  return store("toTorch", [{ module, torch: prefix, ours: "" }], parameters, biases);
}

/**
 * A whole model's parameters as a PyTorch state dict. With the `biases` of its `LoadedState`, parameters that were loaded
 * and not changed are written back bit for bit. An element of a bias that was trained since becomes bias_ih, beside 0 for
 * bias_hh: a difference from the old bias_hh would be rounded, this is exact.
 * @param modules by path: "encoder.lstm", or "" for a model that is one module
 * @throws StateDictError if a parameter is missing, unexpected, or of another shape or dtype
 * @throws UnsupportedError for a GRU with `reset: "before"`
 */
export function modelToTorch(
  modules: ReadonlyMap<string, ModuleDescription>,
  parameters: StateDict,
  biases?: StateDict,
  options: ModelStateOptions = {},
): Map<string, HostTensor> {
  const { paths, where = "modelToTorch" } = expectKnown("modelToTorch", options, MODEL_OPTIONS);
  return store(where, placed(modules, paths), parameters, biases);
}

/** A module and what stands before its names, there and here. */
interface Placed {
  readonly module: ModuleDescription;
  readonly torch: string;
  readonly ours: string;
}

function placed(modules: ReadonlyMap<string, ModuleDescription>, paths?: ReadonlyMap<string, string>): Placed[] {
  const prefix = (path: string): string => (path ? `${path}.` : "");
  return [...modules].map(([path, module]) => ({
    module,
    torch: prefix(paths?.get(path) ?? path),
    ours: prefix(path),
  }));
}

function load(where: string, modules: readonly Placed[], dict: StateDict): LoadedState {
  const inDict = modules.map(({ module, torch }) => {
    expectTorchModule(where, module);
    return prefixed(torch, torchShapes(module));
  });
  const values = checked(where, modules, inDict, DICT, dict);
  const state: LoadedState = { parameters: new Map(), biases: new Map() };
  for (const { module, torch, ours } of modules) {
    const read = without(torch, torchShapes(module), values);
    put(state.parameters, ours, parameterShapes(module), fromTorchLayout(module, read));
    put(state.biases, torch, biasShapes(module), read);
  }
  return state;
}

function store(
  where: string,
  modules: readonly Placed[],
  parameters: StateDict,
  biases: StateDict | undefined,
): Map<string, HostTensor> {
  const inModel = modules.map(({ module, ours }) => {
    expectTorchModule(where, module);
    return prefixed(ours, parameterShapes(module));
  });
  const values = checked(where, modules, inModel, PARAMETERS, parameters);
  const inLoaded = modules.map(({ module, torch }) => prefixed(torch, biasShapes(module)));
  const loaded = biases ? checked(where, modules, inLoaded, BIASES, biases) : new Map<string, Float32Array>();
  const dict = new Map<string, HostTensor>();
  for (const { module, torch, ours } of modules) {
    const own = without(ours, parameterShapes(module), values);
    const before = without(torch, biasShapes(module), loaded);
    put(dict, torch, torchShapes(module), toTorchLayout(module, own, before));
  }
  return dict;
}

type Shapes = ReadonlyMap<string, readonly number[]>;
type Values = ReadonlyMap<string, Float32Array>;

function fromTorchLayout(module: ModuleDescription, read: Values): Values {
  if (isRecurrent(module)) return recurrentFromTorch(module, read);
  return module.kind === "Attention" ? projectionsFromTorch(module, read) : renamed(read, OUR_NAMES);
}

function toTorchLayout(module: ModuleDescription, own: Values, before: Values): Values {
  if (isRecurrent(module)) return recurrentToTorch(module, own, before);
  return module.kind === "Attention" ? projectionsToTorch(module, own) : renamed(own, TORCH_NAMES);
}

const OUR_NAMES: ReadonlyMap<string, string> = new Map([...TORCH_NAMES].map(([ours, torch]) => [torch, ours]));

function renamed(values: ReadonlyMap<string, Float32Array>, names: ReadonlyMap<string, string>) {
  return new Map([...values].map(([name, data]) => [names.get(name) ?? name, data]));
}

/** A count of batches is a whole number in a PyTorch state dict, and a number like any other here. */
const isCount = (name: string): boolean => name.split(".").at(-1) === "num_batches_tracked";

/** The pairs of biases that a module sums. */
function biasShapes(module: ModuleDescription): Shapes {
  const shapes = [...torchShapes(module)];
  return new Map(isRecurrent(module) ? shapes.filter(([name]) => name.startsWith("bias_")) : []);
}

const prefixed = (prefix: string, shapes: Shapes): Shapes =>
  new Map([...shapes].map(([name, shape]) => [`${prefix}${name}`, shape]));

/** The values of those names of `shapes` that are there, by their names without the prefix. */
function without(prefix: string, shapes: Shapes, values: ReadonlyMap<string, Float32Array>): Map<string, Float32Array> {
  const own = new Map<string, Float32Array>();
  for (const name of shapes.keys()) {
    const found = values.get(`${prefix}${name}`);
    if (found) own.set(name, found);
  }
  return own;
}

/** Copies those values that `shapes` names under their full names, so that what was read and what is kept share nothing. */
function put(into: Map<string, HostTensor>, prefix: string, shapes: Shapes, values: ReadonlyMap<string, Float32Array>) {
  for (const [name, data] of values) {
    const shape = shapes.get(name);
    if (!shape) continue;
    const host: HostTensor = isCount(name)
      ? { dtype: "i32", shape: [...shape], data: Int32Array.from(data) }
      : { dtype: "f32", shape: [...shape], data: data.slice() };
    into.set(`${prefix}${name}`, host);
  }
}

/** What is compared with the modules, and what to do where it differs. */
interface Subject {
  readonly name: string;
  readonly remedy: string;
}
const DICT: Subject = {
  name: "the state dict does",
  remedy:
    "Build the model with the sizes and options of the one that was saved, or fill a module of it alone, by its prefix.",
};
const PARAMETERS: Subject = {
  name: "the parameters do",
  remedy: "Pass the parameters of the modules described, by their paths.",
};
const BIASES: Subject = {
  name: "the kept biases do",
  remedy: "Pass the biases that were returned when these modules were loaded, or none.",
};

/** All values of a dict that is just as expected; otherwise throws with every difference. */
function checked(
  where: string,
  modules: readonly Placed[],
  expected: readonly Shapes[],
  subject: Subject,
  dict: StateDict,
): Map<string, Float32Array> {
  const shapes = new Map(expected.flatMap((part) => [...part]));
  const unexpected = [...dict.keys()].filter((name) => !shapes.has(name));
  const missing: string[] = [];
  const mismatched: Mismatch[] = [];
  const values = new Map<string, Float32Array>();
  for (const [name, shape] of shapes) {
    const found = dict.get(name);
    const isWhole = found?.dtype === "i32" && isCount(name);
    const tensor = found && isWhole ? { ...found, dtype: "f32" as const, data: Float32Array.from(found.data) } : found;
    if (!tensor) {
      missing.push(name);
      continue;
    }
    const wanted = `f32 [${shape.join(", ")}]`;
    const received = `${tensor.dtype} [${tensor.shape.join(", ")}]`;
    if (wanted === received && tensor.data instanceof Float32Array) values.set(name, tensor.data);
    else mismatched.push({ name, expected: wanted, received });
  }
  if (missing.length + unexpected.length + mismatched.length > 0) {
    const names = modules.map(({ module, torch }) => `${torch && `${torch.replace(/\.$/, "")}: `}${describe(module)}`);
    const model = names.length <= 4 ? names.join(", ") : `the ${names.length} modules of the model`;
    const what = `${subject.name} not fit ${model}`;
    throw new StateDictError(where, what, subject.remedy, { missing, unexpected, mismatched });
  }
  return values;
}
