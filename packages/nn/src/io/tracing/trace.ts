import { ShapeError, ValueError } from "@unroll/kernels";
import { expectModule, type Module } from "../../modules/module";
import { refuseValue } from "../../tensor/kind";
import { Tensor } from "../../tensor/tensor";
import { MOST_NAMES, sizeInTrace, TRACES } from "./extents";
import { type ModuleCall, recordCalls } from "./module-calls";
import { expectAllRead } from "./unread";

/** What a model reads: `{ shape: ["batch", "time", 8] }`, an extent with a name being one that differs from call to call. */
export interface InputDescription {
  readonly shape: readonly (number | string)[];
  /** f32 unless said otherwise. */
  readonly dtype?: "f32" | "i32" | "u32";
}

export interface TraceOptions {
  /** What the model reads, in the order of the arguments of its `forward`. */
  readonly inputs: Readonly<Record<string, InputDescription>>;
  /**
   * How the model is called: by default `model.forward` with the inputs as its arguments, in their order. What it
   * returns is one tensor, or tensors in objects and arrays; those are named by their path, as "state.h".
   */
  readonly forward?: (inputs: Readonly<Record<string, Tensor>>) => unknown;
}

/** One value of a model, as each trace has it. */
export type Traced = readonly Tensor[];

export interface TracedModel {
  /** Names of open extents, in the order of `sizeInTrace`. */
  readonly names: readonly string[];
  readonly inputs: ReadonlyMap<string, Traced>;
  readonly outputs: ReadonlyMap<string, Traced>;
  /** Calls of modules trace by trace, inner ones before the outer that made them. */
  readonly calls: readonly (readonly ModuleCall[])[];
}

/**
 * Records what a model does with its inputs, computing nothing: a few times, with other extents each, so that what
 * depends on them is told from what is fixed. Dropout is off meanwhile.
 * @throws ValueError if the inputs are described wrongly, one of them is not read, or the model returns something other than
 *   tensors
 */
export function traceModel(where: string, model: Module, options: TraceOptions): TracedModel {
  expectModule(where, model);
  const names = namesOf(where, options?.inputs);
  const inputs = new Map<string, Tensor[]>();
  const outputs = new Map<string, Tensor[]>();
  const recorded: ModuleCall[][] = [];
  const modes = [...model.namedModules().values()].map((module) => [module, module.training] as const);
  model.eval();
  try {
    for (let trace = 0; trace < TRACES; trace++) {
      const given = new Map(
        Object.entries(options.inputs).map(([name, input]) => [name, placeholder(name, input, names, trace)]),
      );
      const { result, calls } = recordCalls(model, () => call(where, model, options, given));
      recorded.push(calls);
      const made = tensorsIn(where, result);
      expectAllRead(where, given, made);
      for (const [name, tensor] of given) append(inputs, name, tensor);
      for (const [name, tensor] of made) append(outputs, name, tensor);
    }
  } finally {
    for (const [module, training] of modes) module.training = training;
  }
  return { names, inputs, outputs, calls: recorded };
}

function append(lists: Map<string, Tensor[]>, name: string, tensor: Tensor): void {
  const list = lists.get(name);
  if (list) list.push(tensor);
  else lists.set(name, [tensor]);
}

function namesOf(where: string, inputs: TraceOptions["inputs"]): string[] {
  const names = new Set<string>();
  if (Object.keys(Object(inputs)).length === 0) {
    throw new ValueError({
      where,
      what: "inputs",
      expected: "at least one",
      received: inputs ? "empty" : "missing",
      remedy: 'Describe what it reads: { inputs: { x: { shape: ["batch", "time", 8] } } }.',
    });
  }
  for (const [name, { shape, dtype = "f32" }] of Object.entries(inputs)) {
    for (const [axis, extent] of shape.entries()) {
      if (typeof extent === "string" && /^[A-Za-z_]\w*$/.test(extent)) names.add(extent);
      else if (!(Number.isInteger(extent) && Number(extent) > 0)) {
        const what = `extent ${axis} of inputs.${name}`;
        const expected = "a positive whole number, or a name for one that differs from call to call";
        throw new ShapeError({ where, what, expected, received: JSON.stringify(extent) });
      }
    }
    if (!["f32", "i32", "u32"].includes(dtype)) {
      refuseValue(where, { [`the dtype of inputs.${name}`]: dtype }, "f32, i32 or u32");
    }
  }
  if (names.size > MOST_NAMES) {
    const received = [...names].join(", ");
    throw new ValueError({ where, what: "names of extents", expected: `at most ${MOST_NAMES}`, received });
  }
  return [...names];
}

/** A tensor of no values: nothing on the host can look into it, and nothing is ever computed from it. */
function placeholder(name: string, input: InputDescription, names: readonly string[], trace: number): Tensor {
  const shape = input.shape.map((extent) =>
    typeof extent === "number" ? extent : sizeInTrace(names.indexOf(extent), trace),
  );
  const made = new Tensor({ kind: "device" }, shape, input.dtype ?? "f32");
  made.name = name;
  return made;
}

function call(where: string, model: Module, { forward }: TraceOptions, given: ReadonlyMap<string, Tensor>): unknown {
  if (forward) return forward(Object.fromEntries(given));
  const own: unknown = Reflect.get(model, "forward");
  if (typeof own === "function") return Reflect.apply(own, model, [...given.values()]);
  throw new ValueError({
    where,
    what: "the model",
    expected: "one with a method forward",
    received: "without",
    remedy: "Say how it is called: { forward: ({ x }) => … }.",
  });
}

/** The tensors of a result, by path. */
export function tensorsIn(where: string, result: unknown): Map<string, Tensor> {
  if (result instanceof Tensor) return new Map([["output", result]]);
  const found = new Map<string, Tensor>();
  collect(result, "", found);
  if (found.size > 0) return found;
  refuseValue(
    where,
    { "what the model returns": result },
    "a tensor, or an object of tensors",
    "Return a tensor from forward.",
  );
}

function collect(value: unknown, path: string, found: Map<string, Tensor>): void {
  if (value instanceof Tensor) found.set(path, value);
  else if (typeof value === "object" && value !== null) {
    for (const [key, inner] of Object.entries(value)) collect(inner, path ? `${path}.${key}` : key, found);
  }
}
