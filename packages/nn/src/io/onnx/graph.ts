import type { HostData } from "../../tensor/dtype";
import type { Attribute, OnnxConstant, OnnxNode, OnnxType } from "./model-proto";

/** The name of a value in the file. */
export type Value = string;

/** A constant whose values may still lie on the device. */
interface Pending extends Omit<OnnxConstant, "values"> {
  readonly values: () => Promise<HostData> | HostData | readonly number[];
}

/** Collects nodes and constants of an ONNX graph; what no output needs is left out at the end. */
export class OnnxGraph {
  readonly #nodes: OnnxNode[] = [];
  readonly #constants: Map<Value, Pending>;
  readonly #names: Map<string, number>;
  /** Outputs of what is there already, by all that it is made of. */
  readonly #same = new Map<string, readonly Value[]>();

  /** @param around the graph that this one is the body of an operator in: names are of one kind, constants its own */
  constructor(around?: OnnxGraph) {
    this.#constants = around ? around.#constants : new Map();
    this.#names = around ? around.#names : new Map();
  }

  /** A name like `stem` that nothing has yet. */
  name(stem: string): Value {
    const count = this.#names.get(stem) ?? 0;
    this.#names.set(stem, count + 1);
    return count === 0 ? stem : this.name(`${stem}_${count}`);
  }

  /** Adds an operator and returns its outputs; equal ones are there once. */
  node(type: string, inputs: readonly Value[], attributes: OnnxNode["attributes"] = {}, count = 1): Value[] {
    const key = JSON.stringify([type, inputs, attributes]);
    const known = this.#same.get(key);
    if (known) return [...known];
    const name = this.name(type.toLowerCase());
    const outputs = Array.from({ length: count }, (_, index) => this.name(`${name}.${index}`));
    this.#nodes.push({ type, name, inputs, outputs, attributes });
    this.#same.set(key, outputs);
    return outputs;
  }

  /** `node` for an operator of one output. */
  op(type: string, inputs: readonly Value[], attributes: Readonly<Record<string, Attribute>> = {}): Value {
    return this.node(type, inputs, attributes)[0] as Value;
  }

  /** The same value under a name that `name` gave. */
  rename(value: Value, name: Value): Value {
    this.#nodes.push({
      type: "Identity",
      name: this.name("identity"),
      inputs: [value],
      outputs: [name],
      attributes: {},
    });
    return name;
  }

  constant(stem: string, type: OnnxType, shape: readonly number[], values: Pending["values"]): Value {
    const name = this.name(stem);
    this.#constants.set(name, { name, type, shape, values });
    return name;
  }

  /** A list of whole numbers, as shapes and axes are given. */
  ints(values: readonly number[]): Value {
    return this.#shared("ints", "int64", [values.length], values);
  }

  /** One number. */
  number(type: OnnxType, value: number): Value {
    return this.#shared("number", type, [], [value]);
  }

  /** What `outputs` need, with all values at hand. */
  async finish(outputs: readonly Value[]): Promise<{ nodes: OnnxNode[]; constants: OnnxConstant[] }> {
    const { nodes, needed } = this.nodesFor(outputs);
    const pending = [...this.#constants.values()].filter(({ name }) => needed.has(name));
    const constants = await Promise.all(
      pending.map(async (constant) => ({ ...constant, values: await constant.values() })),
    );
    return { nodes, constants };
  }

  /** The nodes that `outputs` need, in order, and all values that those read. */
  nodesFor(outputs: readonly Value[]): { nodes: OnnxNode[]; needed: ReadonlySet<Value> } {
    const needed = new Set<Value>(outputs);
    const nodes: OnnxNode[] = [];
    for (const node of this.#nodes.toReversed()) {
      if (!node.outputs.some((output) => needed.has(output))) continue;
      nodes.unshift(node);
      for (const input of readBy(node)) needed.add(input);
    }
    return { nodes, needed };
  }

  #shared(stem: string, type: OnnxType, shape: readonly number[], values: readonly number[]): Value {
    // −0 and 0 are two numbers, which JSON does not tell apart.
    const key = `${type} ${shape.length} ${values.map((value) => (Object.is(value, -0) ? "-0" : value)).join()}`;
    const [known] = this.#same.get(key) ?? [];
    if (known !== undefined) return known;
    const name = this.constant(stem, type, shape, () => values);
    this.#same.set(key, [name]);
    return name;
  }
}

/** What a node reads; its body may read what lies around it, by name. */
function readBy({ inputs, attributes }: OnnxNode): Value[] {
  const bodies = Object.values(attributes).flatMap((value) =>
    typeof value === "object" && "body" in value ? value.body.nodes : [],
  );
  return [...inputs, ...bodies.flatMap(readBy)];
}
