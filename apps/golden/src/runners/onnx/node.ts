import type { Tensor } from "@unroll/nn";
import type { GoldenTensor } from "@unroll/testing";
import { type Check, UnsupportedCase } from "../../compare";
import { ABOUT, type Fields } from "../../fields";
import { checksOf, f32, typed, type Wanted } from "../tensors";

/** One operator of a case, its inputs by position. */
export class OnnxNode {
  readonly op: string;
  readonly domain: string;
  /** Version of the operator set; undefined where the case does not say. */
  readonly opset: number | undefined;
  readonly attributes: Fields;
  readonly #fields: Fields;
  readonly #positions: readonly string[];

  constructor(fields: Fields) {
    fields.only(
      ...[...ABOUT, "op", "domain", "opset", "node_inputs", "node_outputs", "attributes", "inputs", "outputs"],
      ...["atol", "rtol"],
    );
    this.#fields = fields;
    this.#positions = fields.texts("node_inputs");
    const opset = fields.fields("opset", {});
    this.op = fields.text("op");
    this.domain = fields.text("domain", opset.keys[0] ?? "ai.onnx");
    this.opset = opset.has(this.domain) ? opset.number(this.domain) : undefined;
    this.attributes = fields.fields("attributes", {});
  }

  /** How many inputs it has, absent ones among them. */
  get inputCount(): number {
    return this.#positions.length;
  }

  /** An optional input; absent where its name is empty, or no value is given for it. */
  optional(position: number): GoldenTensor | undefined {
    const name = this.#positions[position];
    return name ? this.#fields.fields("inputs").optionalTensor(name) : undefined;
  }

  /** @throws TypeError if it is absent */
  input(position: number): GoldenTensor {
    const found = this.optional(position);
    if (!found) throw new TypeError(`${this.op} should have an input ${position} but has none.`);
    return found;
  }

  /** A floating-point input. @throws UnsupportedCase for another dtype */
  float(position: number): Tensor {
    return f32(expectFloat(this.op, this.input(position)));
  }

  /** An input of any dtype that the packages have. @throws UnsupportedCase for another, or numbers beyond 32 bits */
  tensor(position: number): Tensor {
    return typed(this.op, this.input(position));
  }

  /** The one number of an input of one element; `otherwise` where it is absent. */
  number(position: number, otherwise?: number): number {
    const value = this.optional(position)?.data[0] ?? otherwise;
    if (value === undefined) throw new TypeError(`${this.op} should have a number as input ${position} but has none.`);
    return value;
  }

  optionalFloat(position: number): Tensor | undefined {
    const found = this.optional(position);
    return found && f32(expectFloat(this.op, found));
  }

  /** Compares what the case states with `outputs`, by position. */
  async checks(outputs: readonly (Tensor | undefined)[]): Promise<Check[]> {
    const names = this.#fields.texts("node_outputs");
    const expected = this.#fields.fields("outputs");
    const wanted = expected.keys.map((what): Wanted => {
      const position = names.indexOf(what);
      if (position < 0) throw new TypeError(`${this.op} should have the output ${what} among ${names.join(", ")}.`);
      const actual = outputs[position];
      if (!actual) throw new UnsupportedCase(`no output ${position} of ${this.op}`);
      return { what, actual, expected: expected.tensor(what), tolerance: this.#fields.tolerance() };
    });
    return checksOf(wanted);
  }
}

function expectFloat(op: string, golden: GoldenTensor): GoldenTensor {
  if (/^(float|double|float32|float64|float16)$/.test(golden.dtype)) return golden;
  throw new UnsupportedCase(`${op} of ${golden.dtype}`);
}

/** What an operator computes: its outputs by position. */
export type OnnxOperator = (
  node: OnnxNode,
) => readonly (Tensor | undefined)[] | Promise<readonly (Tensor | undefined)[]>;
