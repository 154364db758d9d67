import { cast } from "../ops/elementwise";
import { Generator } from "../random/generator";
import { halfCopy } from "../tensor/half-copy";
import { refuseValue } from "../tensor/kind";
import { expectKnown } from "../tensor/known-options";
import { ModuleBuffer } from "../tensor/module-buffer";
import { Parameter } from "../tensor/parameter";
import type { Tensor } from "../tensor/tensor";

/**
 * A part of a model: fields that are parameters or modules, and arrays of them, are found by walking them, so nothing is
 * registered. Private `#fields`, plain objects, Maps and Sets are not walked: what stands there is not trained. It keeps
 * parameters and buffers; the state of a sequence is passed in and returned.
 */
export abstract class Module {
  /** Whether dropout and the like are on. Set it with `train` and `eval`. */
  training = true;
  /** What it computes with: f32, or halves. Set it with `half` and `float`. */
  precision: "f32" | "f16" = "f32";

  /**
   * Its parameters and those of its parts, by the path of fields that leads to them: "lstm.weightIh.0".
   * @param options.tied whether a parameter that several parts share is listed under each of its paths
   */
  namedParameters(options: { tied?: boolean } = {}): Map<string, Parameter> {
    const { tied = false } = expectKnown("namedParameters", options, ["tied"]);
    const found = new Map<string, Parameter>();
    const seen = new Set<Parameter>();
    walk(this, "", (path, value) => {
      if (!(value instanceof Parameter) || value instanceof ModuleBuffer || (seen.has(value) && !tied)) return;
      seen.add(value);
      value.name ??= path;
      found.set(path, value);
    });
    return found;
  }

  /** All parameters, each once. */
  parameters(): Parameter[] {
    return [...this.namedParameters().values()];
  }

  /**
   * Tensors that are saved beside the parameters and that no optimizer changes, by path: running statistics, frozen weights.
   * @param options.tied whether one that several parts share is listed under each of its paths
   */
  namedBuffers(options: { tied?: boolean } = {}): Map<string, ModuleBuffer> {
    const { tied = false } = expectKnown("namedBuffers", options, ["tied"]);
    const found = new Map<string, ModuleBuffer>();
    const seen = new Set<ModuleBuffer>();
    walk(this, "", (path, value) => {
      if (!(value instanceof ModuleBuffer) || (seen.has(value) && !tied)) return;
      seen.add(value);
      value.name ??= path;
      found.set(path, value);
    });
    return found;
  }

  /** The parts of which it consists, itself first, by path. */
  namedModules(): Map<string, Module> {
    const found = new Map<string, Module>([["", this]]);
    walk(this, "", (path, value) => {
      if (value instanceof Module) found.set(path, value);
    });
    return found;
  }

  /** The generators that its parts hold in fields, each once, by path: what dropout draws from. */
  namedGenerators(): Map<string, Generator> {
    const found = new Map<string, Generator>();
    const seen = new Set<Generator>();
    walk(this, "", (path, value) => {
      if (!(value instanceof Generator) || seen.has(value)) return;
      seen.add(value);
      found.set(path, value);
    });
    return found;
  }

  /** Turns dropout and the like on, here and in all parts. */
  train(training = true): this {
    for (const module of this.namedModules().values()) module.training = training;
    return this;
  }

  /** Turns dropout and the like off, here and in all parts. */
  eval(): this {
    return this.train(false);
  }

  /** What `record` records with dropout and the like off; every part is then as it was. */
  protected asEvaluated<T>(record: () => T): T {
    const before = [...this.namedModules().values()].map((module) => [module, module.training] as const);
    this.eval();
    try {
      return record();
    } finally {
      for (const [module, training] of before) module.training = training;
    }
  }

  /**
   * Makes this module and all parts compute in half precision from now on: activations and copies of the weights are f16,
   * while sums, an LSTM's cells, statistics and losses stay f32, as do the parameters themselves, their gradients and
   * whatever is saved. The copies are rounded anew from the parameters in each step. Optimizers scale the loss by
   * themselves, see `Optimizer.minimize`. (Micikevicius et al. 2018; `torch.autocast` with a `GradScaler`)
   *
   * Whatever is asked for afterwards is a DeviceLimitError on a device without the feature `shader-f16`.
   */
  half(): this {
    return this.#computeIn("f16");
  }

  /** Makes this module and all parts compute in f32, as they do at first. */
  float(): this {
    return this.#computeIn("f32");
  }

  #computeIn(precision: "f32" | "f16"): this {
    for (const module of this.namedModules().values()) module.precision = precision;
    return this;
  }

  /** A parameter or an input as this module computes with it; whole numbers stay as they are. */
  protected inPrecision<X extends Tensor | undefined>(x: X): X | Tensor {
    if (this.precision === "f32" || x?.dtype !== "f32") return x;
    return x instanceof Parameter ? halfCopy(x) : cast(x, "f16");
  }

  /** Frees the device memory of all parameters and buffers. */
  dispose(): void {
    for (const value of [...this.parameters(), ...this.namedBuffers().values()]) value.dispose();
  }
}

/** @throws ValueError unless it is a module */
export function expectModule(where: string, model: Module): void {
  if (!(model instanceof Module)) refuseValue(where, { model }, "a Module");
}

function walk(value: object, path: string, visit: (path: string, value: object) => void): void {
  for (const [name, field] of Object.entries(value)) {
    if (typeof field !== "object" || field === null) continue;
    const inner = path ? `${path}.${name}` : name;
    if (field instanceof Parameter || field instanceof Generator) visit(inner, field);
    else if (field instanceof Module) {
      visit(inner, field);
      walk(field, inner, visit);
    } else if (Array.isArray(field)) walk(field, inner, visit);
  }
}
