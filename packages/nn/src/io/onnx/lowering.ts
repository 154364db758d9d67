import { UnsupportedError } from "@unroll/kernels";
import { type DeferredNode, hostValues, isTensor } from "../../graph/node";
import type { DType } from "../../tensor/dtype";
import { formatShape } from "../../tensor/shape";
import type { Tensor } from "../../tensor/tensor";
import { Alike } from "../tracing/alike";
import { type Extent, extentOf, isOpen } from "../tracing/extents";
import type { Traced, TracedModel } from "../tracing/trace";
import { OnnxGraph, type Value } from "./graph";
import { growInside } from "./inside";
import { type OnnxType, onnxType } from "./model-proto";
import { type Plain, plainForms } from "./plain";

/** An operation as each trace recorded it. */
export interface Call {
  /** As the user called it: "linear". */
  readonly name: string;
  readonly inputs: ReadonlyMap<string, Traced>;
  readonly outputs: ReadonlyMap<string, Traced>;
  /** Attributes, trace by trace. */
  readonly attributes: readonly Readonly<Record<string, unknown>>[];
}

/** How one operation is said in ONNX: the values of its outputs by name. */
export interface Rule {
  /** Inputs and attributes that the rule reads; an operation that has another means something else. Some read any number. */
  readonly inputs: readonly string[] | "any";
  readonly attributes: readonly string[];
  /** Inputs and attributes that change nothing in the outputs: how work is laid out, what only gradients read. */
  readonly ignores?: readonly string[];
  readonly lower: (call: Call, lowering: Lowering) => Readonly<Record<string, Value>>;
}

/** The rules, put in by the caller so that each may use what is here. */
export interface Rules {
  readonly operations: Readonly<Record<string, Rule>>;
  /** Of elementwise nodes and views, which carry all that there is to know themselves. */
  readonly node: (tensor: Traced, lowering: Lowering) => Value;
  /** Operations written in others, beside those that say by themselves how. */
  readonly plain: ReadonlyMap<string, Plain>;
  /** Of calls of kernels that no operation gives out, by the kernel's name. */
  readonly kernels: Readonly<Record<string, (tensor: Traced, lowering: Lowering) => Value>>;
  /** Of a loop over steps, as many values as it has outputs. */
  readonly loop: (tensor: Traced, lowering: Lowering) => readonly Value[];
  /** Of constants as long as an input; undefined where they are no such list. */
  readonly progression: (tensor: Traced, lowering: Lowering) => Value | undefined;
}

/** Where a graph lies that is the body of an operator. */
interface Around {
  readonly lowering: Lowering;
  /** What the body makes itself. */
  readonly inside: Set<Tensor>;
}

export const WHERE = "exportONNX";

/** Turns a traced model into an ONNX graph, value by value from its outputs down. */
export class Lowering {
  readonly graph: OnnxGraph;
  readonly alike: Alike;
  readonly #model: TracedModel;
  readonly #rules: Rules;
  readonly #values = new Map<Tensor, Value>();
  readonly #parameters: ReadonlyMap<Tensor, string>;
  /** Values that others are too: what lies around this graph, or is made by plain operations. */
  readonly #same = new Map<Tensor, Traced>();
  /** Values whose first two axes are swapped, by the value that they are of. */
  readonly #timeMajor = new Map<Value, Value>();
  readonly #around: Around | undefined;

  constructor(model: TracedModel, parameters: ReadonlyMap<Tensor, string>, rules: Rules, around?: Around) {
    this.#model = model;
    this.#parameters = parameters;
    this.#rules = rules;
    this.#around = around;
    this.graph = new OnnxGraph(around?.lowering.graph);
    this.alike = around?.lowering.alike ?? new Alike(WHERE);
    if (around) return;
    for (const [name, [first]] of model.inputs) if (first) this.#values.set(first, this.graph.name(name));
  }

  /** A graph inside an operator of this one, which makes the tensors of `inside`; all others are made around it. */
  body(inside: Set<Tensor>): Lowering {
    return new Lowering(this.#model, this.#parameters, this.#rules, { lowering: this, inside });
  }

  /** Says what a tensor is. */
  know(traced: Traced, value: Value): void {
    this.#values.set(firstOf(traced), value);
  }

  /** Says what a tensor stands for that lies around this graph; it is written there when somebody reads it. */
  stand(inside: Traced, outside: Traced): void {
    this.#same.set(firstOf(inside), outside);
  }

  /** The value of a tensor, after everything that it is made of. */
  value(traced: Traced): Value {
    this.alike.expect(traced);
    const tensor = firstOf(traced);
    const known = this.#values.get(tensor);
    if (known !== undefined) return known;
    if (this.#around && !this.#around.inside.has(tensor)) return this.#around.lowering.value(traced);
    // Depth as in the graph: a long chain of operations would exhaust the stack, so inputs are lowered before.
    const waiting: Traced[] = [traced];
    while (waiting.length > 0) {
      const next = waiting.at(-1) as Traced;
      const before = this.#values.has(firstOf(next)) ? [] : this.#missing(next);
      if (before.length > 0) waiting.push(...before);
      else {
        waiting.pop();
        if (!this.#values.has(firstOf(next))) this.#lower(next);
      }
    }
    return this.#values.get(tensor) as Value;
  }

  /** [B, T, …] as [T, B, …], which is how the recurrent operators read. */
  timeMajor(traced: Traced): Value {
    const value = this.value(traced);
    const known = this.#timeMajor.get(value);
    if (known !== undefined) return known;
    const rank = firstOf(traced).rank;
    const perm = Array.from({ length: rank }, (_, axis) => (axis < 2 ? 1 - axis : axis));
    const swapped = this.graph.op("Transpose", [value], { perm });
    this.#timeMajor.set(value, swapped);
    return swapped;
  }

  /** Notes that `swapped` is `value` with its first two axes swapped. */
  knowTimeMajor(value: Value, swapped: Value): void {
    this.#timeMajor.set(value, swapped);
  }

  /** Whether a tensor is a constant of the model: a parameter, or values that no input changes. */
  isConstant(traced: Traced): boolean {
    const { node, origin } = firstOf(traced);
    return !this.#isInput(traced) && origin === null && (node.kind === "host" || node.kind === "device");
  }

  /** A new constant made of the values of one. */
  derived(
    traced: Traced,
    stem: string,
    shape: readonly number[],
    convert: (values: Float32Array) => Float32Array<ArrayBuffer>,
  ): Value {
    const tensor = firstOf(traced);
    const name = this.#parameters.get(tensor);
    return this.graph.constant(name ? `${name}.${stem}` : stem, "float", shape, async () =>
      convert(Float32Array.from(await tensor.data())),
    );
  }

  /** The extents of a tensor, in terms of those of the inputs. */
  extents(traced: Traced): Extent[] {
    return firstOf(traced).shape.map((_, axis) => this.extent(traced.map(({ shape }) => shape[axis] ?? 0)));
  }

  /** A number in terms of the extents of the inputs, from its value in each trace. */
  extent(values: readonly number[]): Extent {
    return extentOf(WHERE, `an extent that is ${values.join(" and then ")} while traced`, this.#model.names, values);
  }

  /** The same, null where an extent is not said in terms of the inputs': convolutions with a stride make such. */
  extentIfKnown(values: readonly number[]): Extent | null {
    try {
      return this.extent(values);
    } catch (error) {
      if (error instanceof UnsupportedError) return null;
      throw error;
    }
  }

  /** An extent as a list of one whole number. */
  extentValue({ scale, names, offset }: Extent): Value {
    if (names.length === 0) return this.graph.ints([offset]);
    let value = names.map((name) => this.#openExtent(name)).reduce((a, b) => this.graph.op("Mul", [a, b]));
    if (scale !== 1) value = this.graph.op("Mul", [value, this.graph.ints([scale])]);
    return offset === 0 ? value : this.graph.op("Add", [value, this.graph.ints([offset])]);
  }

  /** A shape as a list of whole numbers. */
  shapeValue(extents: readonly Extent[]): Value {
    if (extents.every(({ names }) => names.length === 0)) return this.graph.ints(extents.map(({ offset }) => offset));
    return this.graph.op(
      "Concat",
      extents.map((extent) => this.extentValue(extent)),
      { axis: 0 },
    );
  }

  typeOf({ dtype }: { readonly dtype: DType }): OnnxType {
    if (dtype !== "f16") return onnxType(dtype);
    throw new UnsupportedError({
      where: WHERE,
      what: "a model in half precision is not exported",
      remedy: "Call model.float() first; its parameters are f32 all along.",
    });
  }

  /** The input whose axis has an open extent, read when the model runs. */
  #openExtent(name: string): Value {
    const index = this.#model.names.indexOf(name);
    for (const [input, traced] of this.#model.inputs) {
      const axis = this.extents(traced).findIndex(
        (extent) => isOpen(extent) && extent.names[0] === this.#model.names[index],
      );
      if (axis >= 0) return this.graph.op("Shape", [input], { start: axis, end: axis + 1 });
    }
    throw new RangeError(`lowering: no input has the extent ${name}`);
  }

  #isInput(traced: Traced): boolean {
    return [...this.#model.inputs.values()].some(([input]) => input === firstOf(traced));
  }

  /** Inputs that have no value yet. */
  #missing(traced: Traced): Traced[] {
    return this.#inputsOf(traced).filter((input) => {
      const tensor = firstOf(input);
      return !this.#values.has(tensor) && (this.#around?.inside.has(tensor) ?? true);
    });
  }

  #inputsOf(traced: Traced): Traced[] {
    const tensor = firstOf(traced);
    const same = this.#sameAs(traced);
    if (same) return [same];
    if (tensor.origin && Object.hasOwn(this.#rules.operations, tensor.origin.name)) {
      const rule = this.#rules.operations[tensor.origin.name] as Rule;
      return [...callOf(traced).inputs].flatMap(([name, input]) => (reads(rule, name) ? [input] : []));
    }
    const { node } = tensor;
    if (node.kind === "deferred") return readByLoop(node).map((index) => inputOf(traced, index));
    if (node.kind === "view" && tensor.origin) return [];
    if (node.kind === "view") return [traced.map((each) => (each.node.kind === "view" ? each.node.input : each))];
    if (node.kind === "kernel" && this.#kernelRule(traced)) {
      return Object.keys(node.inputs).map((name) =>
        traced.map((each) => (each.node.kind === "kernel" ? each.node.inputs[name] : undefined) ?? each),
      );
    }
    if (node.kind !== "elementwise") return [];
    return node.args.flatMap((arg, index) => (isTensor(arg) ? [argument(traced, index)] : []));
  }

  /** The value that another is too, in plain operations above all; undefined where it is made by a plain one. */
  #sameAs(traced: Traced): Traced | undefined {
    const tensor = firstOf(traced);
    for (const [output, same] of this.#same.has(tensor) ? [] : plainForms(traced, this.#rules.plain)) {
      this.#same.set(output, same);
      if (this.#around) growInside(this.#around.inside, firstOf(same));
    }
    return this.#same.get(tensor);
  }

  #lower(traced: Traced): void {
    const tensor = firstOf(traced);
    const same = this.#sameAs(traced);
    if (same) {
      this.know(traced, this.value(same));
      return;
    }
    this.alike.expect(traced);
    for (const input of this.#inputsOf(traced)) this.alike.expect(input);
    if (this.isConstant(traced)) {
      this.#values.set(tensor, this.#constant(traced));
      return;
    }
    this.typeOf(tensor);
    const { origin, node } = tensor;
    if (node.kind === "deferred") {
      const made = this.#rules.loop(traced, this);
      for (const [index, output] of node.outputs.entries()) this.#values.set(output, made[index] as Value);
      return;
    }
    const rule =
      origin && Object.hasOwn(this.#rules.operations, origin.name) ? this.#rules.operations[origin.name] : undefined;
    if (rule) {
      const call = callOf(traced);
      expectKnown(call, rule);
      const made = rule.lower(call, this);
      for (const [name, outputs] of call.outputs) {
        const value = made[name];
        if (value !== undefined) this.#values.set(firstOf(outputs), value);
      }
      if (this.#values.has(tensor)) return;
      const output = [...call.outputs].find(([, outputs]) => firstOf(outputs) === tensor)?.[0];
      throw noMapping(`the output ${output} of ${call.name}`, this.#rules);
    }
    const kernelRule = this.#kernelRule(traced);
    if (kernelRule) {
      this.#values.set(tensor, kernelRule(traced, this));
      return;
    }
    // A view that an operation gives out is that operation's, whatever lies beneath.
    if (node.kind !== "elementwise" && (node.kind !== "view" || origin)) {
      throw noMapping(
        `the operation ${origin?.name ?? (node.kind === "kernel" ? node.kernel.name : node.kind)}`,
        this.#rules,
      );
    }
    this.#values.set(tensor, this.#rules.node(traced, this));
  }

  /** The rule of a call of a kernel that is no operation's own. */
  #kernelRule(traced: Traced): Rules["kernels"][string] | undefined {
    const { origin, node } = firstOf(traced);
    if (origin || node.kind !== "kernel" || !Object.hasOwn(this.#rules.kernels, node.kernel.name)) return undefined;
    return this.#rules.kernels[node.kernel.name];
  }

  #constant(traced: Traced): Value {
    const tensor = firstOf(traced);
    const name = this.#parameters.get(tensor) ?? tensor.name ?? "constant";
    const values = hostValues(tensor);
    if (values) {
      if (!traced.every((each) => isSame(values, hostValues(each) ?? []))) {
        const counted = this.#rules.progression(traced, this);
        if (counted !== undefined) return counted;
        throw valuesOfSize(traced);
      }
    }
    return this.graph.constant(name, this.typeOf(tensor), tensor.shape, () => tensor.data());
  }
}

export const firstOf = (traced: Traced): Tensor => traced[0] as Tensor;

/** An argument of an elementwise node that is a tensor. */
export function argument(traced: Traced, index: number): Traced {
  return traced.map(({ node }) => (node.kind === "elementwise" ? node.args[index] : undefined) as Tensor);
}

/** What a loop reads for certain: of what all its steps share some is there for gradients alone. */
function readByLoop({ inputs, loop }: DeferredNode): number[] {
  const shared = new Set(loop.shared.map(({ outside }) => outside));
  return inputs.flatMap((input, index) => (shared.has(input) ? [] : [index]));
}

/** A tensor that a loop reads. */
const inputOf = (traced: Traced, index: number): Traced =>
  traced.map(({ node }) => (node.kind === "deferred" ? node.inputs[index] : undefined) as Tensor);

/** The operation that made a value. */
export function callOf(traced: Traced): Call {
  const records = traced.map(({ origin }) => origin);
  const [first] = records;
  if (!first) throw new RangeError("lowering: a tensor that no operation made");
  const across = (kind: "inputs" | "outputs") =>
    new Map(Object.keys(first[kind]).map((name) => [name, records.map((record) => record?.[kind][name] as Tensor)]));
  return {
    name: first.name,
    inputs: across("inputs"),
    outputs: across("outputs"),
    attributes: records.map((record) => ({ ...record?.attributes })),
  };
}

const reads = ({ inputs }: Rule, name: string): boolean => inputs === "any" || inputs.includes(name);

/** An operation with an input or attribute that its rule does not read would be exported as another. */
function expectKnown({ name, inputs, attributes }: Call, rule: Rule): void {
  const given = Object.entries(attributes[0] ?? {}).flatMap(([key, value]) =>
    value === undefined || value === false ? [] : [key],
  );
  const unknown = [
    ...[...inputs.keys()].filter((key) => !reads(rule, key)),
    ...given.filter((key) => !rule.attributes.includes(key)),
  ].filter((key) => !rule.ignores?.includes(key));
  if (unknown.length === 0) return;
  throw new UnsupportedError({
    where: WHERE,
    what: `${name} with ${unknown.join(", ")} has no operator in ONNX that this exporter knows`,
    remedy: `It exports ${name} with ${[...(rule.inputs === "any" ? [] : rule.inputs), ...rule.attributes].join(", ")}.`,
  });
}

const isSame = (values: ArrayLike<number>, others: ArrayLike<number>): boolean =>
  values.length === others.length && Array.from(values).every((value, at) => Object.is(value, others[at]));

const valuesOfSize = (traced: Traced): UnsupportedError =>
  new UnsupportedError({
    where: WHERE,
    what: `forward makes a tensor ${formatShape(firstOf(traced).shape)} on the host whose values depend on the size of its inputs`,
    remedy: "Compute it from the inputs with tensor operations, or give those axes a fixed extent in inputs.",
  });

function noMapping(what: string, { operations }: Rules): UnsupportedError {
  return new UnsupportedError({
    where: WHERE,
    what: `${what} has no counterpart among the ONNX operators that this exporter writes`,
    remedy: `Export the model up to it with forward; beside elementwise operations it writes ${Object.keys(operations).sort().join(", ")}.`,
  });
}
