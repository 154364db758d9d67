import { UnsupportedError } from "@unroll/kernels";
import { hostValues, isTensor } from "../../../graph/node";
import type { LSTMState } from "../../../modules/lstm";
import type { SequenceOptions } from "../../../modules/recurrent";
import { isFloat } from "../../../tensor/dtype";
import { sameShape } from "../../../tensor/shape";
import { Tensor } from "../../../tensor/tensor";
import { Alike } from "../../tracing/alike";
import { type Extent, extentOf, isOpen } from "../../tracing/extents";
import { progressionOf } from "../../tracing/progression";
import { type Source, sourcesOf } from "../../tracing/results";
import type { Traced, TracedModel } from "../../tracing/trace";
import { ELEMENTWISE, wholeDivision } from "./elementwise";
import { callOf, isLeafCall, isRecurrent } from "./modules";
import { ATTRIBUTES, OPERATIONS } from "./operations";
import { WHERE } from "./python-call";

/** Constants longer than this do not belong in a source file. */
const MOST_ELEMENTS = 64;

/** Words of Python, modules of the script, and functions that a value's name would hide. */
const RESERVED =
  "self torch nn F dist run turned and as class def del for from if in is lambda not or pass return with abs float max min pow range round same slice sum".split(
    " ",
  );

/** Writes the body of `forward` statement by statement, each value once. */
export class ForwardWriter {
  readonly lines: string[] = [];
  /** Whether a recurrent layer is run, which takes a helper. */
  usesRun = false;
  readonly #alike = new Alike(WHERE);
  readonly #model: TracedModel;
  readonly #sources: ReadonlyMap<Tensor, Source>;
  readonly #names = new Map<Tensor, string>();
  readonly #taken = new Map<string, number>();
  readonly #parameters: ReadonlyMap<Tensor, string>;
  readonly #access: (path: string) => string;
  readonly #extents = new Map<string, string>();

  /** @param parameters Python of each parameter that operations may read themselves */
  constructor(model: TracedModel, parameters: ReadonlyMap<Tensor, string>, access: (path: string) => string) {
    this.#model = model;
    this.#parameters = parameters;
    this.#access = access;
    this.#sources = sourcesOf(WHERE, model, isLeafCall);
    for (const word of RESERVED) this.#taken.set(word, 1);
    for (const [name, [tensor]] of model.inputs) if (tensor) this.#names.set(tensor, this.#fresh(name));
  }

  /** Python names of the inputs, in their order. */
  get inputs(): string[] {
    return [...this.#model.inputs.values()].map((traced) => this.value(traced));
  }

  /** The Python name of a value, after the statements that make it. */
  value(traced: Traced): string {
    this.#alike.expect(traced);
    const tensor = traced[0] as Tensor;
    const known = this.#names.get(tensor);
    if (known !== undefined) return known;
    const parameter = this.#parameters.get(tensor);
    if (parameter !== undefined) return parameter;
    const source = this.#sources.get(tensor);
    if (source) this.#call(source);
    else this.#operation(traced);
    const made = this.#names.get(tensor);
    if (made === undefined) throw notWritten(`part ${source?.part} of what "${source?.call.path}" returns`);
    return made;
  }

  /** A call of a submodule: its results get names. */
  #call({ call, index }: Source): void {
    const { module, path, result } = call;
    const argument = (pick: (args: readonly unknown[]) => unknown): Traced =>
      this.#model.calls.map((calls) => pick(calls[index]?.arguments ?? []) as Tensor);
    const x = argument(([first]) => first);
    const input = this.value(x);
    const stem = path.split(".").at(-1) ?? "x";
    const access = this.#access(path);
    if (!isRecurrent(module)) {
      this.#assign(result as Tensor, stem, callOf(call, access, input));
      return;
    }
    this.usesRun = true;
    const { output, state } = result as { output: Tensor; state: Tensor | LSTMState };
    const { state: start, lengths } = (call.arguments[1] ?? {}) as SequenceOptions<Tensor | LSTMState>;
    const option = (key: string, part?: string) =>
      this.value(
        argument(([, options]) => {
          const value: unknown = Reflect.get(Object(options), key);
          return part === undefined ? value : Reflect.get(Object(value), part);
        }),
      );
    if (lengths !== undefined && !(lengths instanceof Tensor))
      throw notWritten("lengths that forward makes on the host");
    const given = [
      ...(start instanceof Tensor ? [`state=${option("state")}`] : []),
      ...(start && !(start instanceof Tensor) ? [`state=(${option("state", "h")}, ${option("state", "c")})`] : []),
      ...(lengths ? [`lengths=${option("lengths")}`] : []),
      ...(module.direction === "reverse" ? ["reverse=True"] : []),
    ];
    const isFeatures = isFloat((x[0] as Tensor).dtype);
    const features = isFeatures ? input : `F.one_hot(${input}.long(), ${module.inputSize}).float()`;
    const out = this.#named(output, `${stem}_output`);
    const states =
      state instanceof Tensor
        ? this.#named(state, `${stem}_h`)
        : `(${this.#named(state.h, `${stem}_h`)}, ${this.#named(state.c, `${stem}_c`)})`;
    this.lines.push(`${out}, ${states} = run(${[access, features, ...given].join(", ")})`);
  }

  #operation(traced: Traced): void {
    const tensor = traced[0] as Tensor;
    const { node, origin } = tensor;
    const write = origin && Object.hasOwn(OPERATIONS, origin.name) ? OPERATIONS[origin.name] : undefined;
    if (origin && write) {
      const records = traced.map((each) => each.origin);
      const inputs = (name: string): Traced => records.map((record) => record?.inputs[name] as Tensor);
      const attribute = (name: string) => records.map((record) => Number(Reflect.get(record?.attributes ?? {}, name)));
      for (const [key, value] of Object.entries(origin.attributes)) {
        if (value === undefined || value === false || ATTRIBUTES[origin.name]?.includes(key)) continue;
        throw notWritten(`${origin.name} with ${key}`);
      }
      const output = Object.entries(origin.outputs).find(([, each]) => each === tensor)?.[0] ?? "";
      const python = write({
        input: (name) => this.value(inputs(name)),
        inputs: () => Object.keys(origin.inputs).map((name) => this.value(inputs(name))),
        has: (name) => origin.inputs[name] !== undefined,
        attributes: { ...origin.attributes },
        traces: records.map((record) => ({ ...record?.attributes })),
        tensor: (name) => inputs(name)[0] as Tensor,
        result: tensor,
        extent: (name) => this.#extent(attribute(name)),
        shape: () => this.#shape(traced),
        keepsRank: origin.inputs.x?.rank === tensor.rank,
        output,
      });
      this.#assign(tensor, origin.name.toLowerCase(), python);
      return;
    }
    if (node.kind === "view" && node.isCut) {
      const input = traced.map((each) => (each.node.kind === "view" ? each.node.input : each));
      this.#assign(tensor, "constant", `${this.value(input)}.detach()`);
      return;
    }
    if (node.kind === "elementwise") {
      this.#elementwise(traced);
      return;
    }
    if (node.kind === "kernel" && !origin && this.#kernel(traced)) return;
    const values = hostValues(tensor);
    const isSame = traced.every((each) => hostValues(each)?.length === values?.length);
    const counted = isSame ? undefined : progressionOf(traced);
    if (counted) {
      const { axis, start, step } = counted;
      const count = this.#extent(traced.map(({ shape }) => shape[axis] ?? 0));
      const shape = tensor.shape.map((_, other) => (other === axis ? -1 : 1)).join(", ");
      const scaled = step === 1 ? this.#arange(count, tensor) : `${step} * ${this.#arange(count, tensor)}`;
      const from = start === 0 && step === 1 ? scaled : `(${start === 0 ? scaled : `${start} + ${scaled}`})`;
      this.#assign(tensor, "steps", `${from}.reshape(${shape})`);
      return;
    }
    if (values && values.length <= MOST_ELEMENTS) {
      const type = tensor.dtype === "f32" ? "torch.float32" : tensor.dtype === "bool" ? "torch.bool" : "torch.int64";
      const flat = `torch.tensor([${Array.from(values, pythonNumber).join(", ")}], dtype=${type}, device=${this.inputs[0]}.device)`;
      this.#assign(tensor, "constant", `${flat}.reshape(${tensor.shape.join(", ")})`);
      return;
    }
    if (values) throw notWritten(`a constant of ${values.length} elements`);
    throw notWritten(`the operation ${origin?.name ?? (node.kind === "kernel" ? node.kernel.name : node.kind)}`);
  }

  /** A call of a kernel that an operation makes on its way; whether it is one that is known. */
  #kernel(traced: Traced): boolean {
    const tensor = traced[0] as Tensor;
    const { node } = tensor;
    if (node.kind !== "kernel") return false;
    if (node.kernel.name === "iota") this.#assign(tensor, "range", this.#arange(this.#shape(traced), tensor));
    else if (node.kernel.name === "flat_indices") {
      const tuples = traced.map((each) => (each.node.kind === "kernel" ? each.node.inputs.ids : undefined) ?? each);
      this.#names.set(tensor, this.value(tuples)); // gatherND takes the tuples themselves
    } else return false;
    return true;
  }

  #arange(count: string, { dtype }: Tensor): string {
    const [input] = this.inputs;
    return `torch.arange(${count}, dtype=torch.${dtype === "f32" ? "float32" : "int64"}, device=${input}.device)`;
  }

  #elementwise(traced: Traced): void {
    const tensor = traced[0] as Tensor;
    const { node } = tensor;
    if (node.kind !== "elementwise") return;
    const args = node.args.map((arg, index) => {
      const across = traced.map((each) => (each.node.kind === "elementwise" ? each.node.args[index] : undefined));
      if (!isTensor(arg)) return pythonNumber(this.#alike.number(across));
      return this.value(
        traced.map((each) => (each.node.kind === "elementwise" ? each.node.args[index] : arg) as Tensor),
      );
    });
    if (node.op === "identity") {
      const [arg] = node.args;
      const isSame = arg !== undefined && isTensor(arg) && sameShape(arg.shape, tensor.shape);
      if (isSame) this.#names.set(tensor, args[0] ?? "");
      else if (arg !== undefined && isTensor(arg))
        this.#assign(tensor, "wide", `${args[0]}.expand(${this.#shape(traced)})`);
      else {
        this.#assign(
          tensor,
          "full",
          `torch.full([${this.#shape(traced)}], ${typed(args[0] ?? "0", tensor)}, device=${this.inputs[0]}.device)`,
        );
      }
      return;
    }
    const isWhole = tensor.dtype === "i32" || tensor.dtype === "u32";
    const write = node.op === "div" && isWhole ? wholeDivision : ELEMENTWISE[node.op];
    if (!write) throw notWritten(`the elementwise operation ${node.op}`);
    // PyTorch makes whole numbers of two whole numbers to choose from.
    const isChoice = node.op === "where" && !node.args.slice(1).some(isTensor);
    const given = isChoice ? args.map((arg, index) => (index > 0 ? typed(arg, tensor) : arg)) : args;
    this.#assign(tensor, node.op.toLowerCase(), write(...given));
  }

  #shape(traced: Traced): string {
    const rank = traced[0]?.rank ?? 0;
    return Array.from({ length: rank }, (_, axis) => this.#extent(traced.map(({ shape }) => shape[axis] ?? 0))).join(
      ", ",
    );
  }

  #extent(values: readonly number[]): string {
    const what = `an extent that is ${values.join(" and then ")} while traced`;
    return this.#python(extentOf(WHERE, what, this.#model.names, values));
  }

  #python({ names, scale, offset }: Extent): string {
    if (names.length === 0) return String(offset);
    const product = [...(scale === 1 ? [] : [String(scale)]), ...names.map((name) => this.#size(name))].join(" * ");
    return offset === 0 ? product : `${product} ${offset < 0 ? "-" : "+"} ${Math.abs(offset)}`;
  }

  /** The variable that holds an open extent, read from an input where it is first needed. */
  #size(name: string): string {
    const known = this.#extents.get(name);
    if (known !== undefined) return known;
    for (const [input, traced] of this.#model.inputs) {
      const rank = traced[0]?.rank ?? 0;
      for (let axis = 0; axis < rank; axis++) {
        const extent = extentOf(
          WHERE,
          input,
          this.#model.names,
          traced.map(({ shape }) => shape[axis] ?? 0),
        );
        if (!isOpen(extent) || extent.names[0] !== name) continue;
        const variable = this.#fresh(name);
        this.lines.push(`${variable} = ${this.value(traced)}.shape[${axis}]`);
        this.#extents.set(name, variable);
        return variable;
      }
    }
    throw new RangeError(`forward: no input has the extent ${name}`);
  }

  #assign(tensor: Tensor, stem: string, python: string): void {
    this.lines.push(`${this.#named(tensor, stem)} = ${python}`);
  }

  #named(tensor: Tensor, stem: string): string {
    const name = this.#fresh(stem);
    this.#names.set(tensor, name);
    return name;
  }

  #fresh(stem: string): string {
    const word = stem.replaceAll(/\W/g, "_").replace(/^(?=\d)/, "x");
    const count = this.#taken.get(word) ?? 0;
    this.#taken.set(word, count + 1);
    return count === 0 ? word : this.#fresh(`${word}_${count}`);
  }
}

/** A number in Python, where no word stands for what is not finite. */
const pythonNumber = (value: number): string =>
  Number.isNaN(value)
    ? 'float("nan")'
    : Number.isFinite(value)
      ? Object.is(value, -0)
        ? "-0.0"
        : String(value)
      : `float("${value < 0 ? "-" : ""}inf")`;

/** A number of a data type that Python takes for one of it: 1.0 where ours is 1. */
function typed(text: string, { dtype }: Tensor): string {
  if (dtype === "bool") return text === "0" ? "False" : "True";
  return isFloat(dtype) && /^-?\d+$/.test(text) ? `${text}.0` : text;
}

const notWritten = (what: string): UnsupportedError =>
  new UnsupportedError({
    where: WHERE,
    what: `${what} is not written in Python`,
    remedy: `Written are modules, elementwise operations, and ${Object.keys(OPERATIONS).sort().join(", ")}.`,
  });
