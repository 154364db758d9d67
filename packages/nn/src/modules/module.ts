import { Parameter } from "../tensor/parameter";

/**
 * A part of a model: fields that are parameters or modules are found by walking them, so nothing is registered. It
 * keeps parameters only; state is passed in and returned.
 */
export abstract class Module {
  /** Whether dropout and the like are on. Set it with `train` and `eval`. */
  training = true;

  /**
   * Its parameters and those of its parts, by the path of fields that leads to them: "lstm.weightIh.0".
   * @param options.tied whether a parameter that several parts share is listed under each of its paths
   */
  namedParameters({ tied = false }: { tied?: boolean } = {}): Map<string, Parameter> {
    const found = new Map<string, Parameter>();
    const seen = new Set<Parameter>();
    walk(this, "", (path, value) => {
      if (!(value instanceof Parameter) || (seen.has(value) && !tied)) return;
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

  /** The parts of which it consists, itself first, by path. */
  namedModules(): Map<string, Module> {
    const found = new Map<string, Module>([["", this]]);
    walk(this, "", (path, value) => {
      if (value instanceof Module) found.set(path, value);
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

  /** Frees the device memory of all parameters. */
  dispose(): void {
    for (const parameter of this.parameters()) parameter.dispose();
  }
}

function walk(value: object, path: string, visit: (path: string, value: object) => void): void {
  for (const [name, field] of Object.entries(value)) {
    if (typeof field !== "object" || field === null) continue;
    const inner = path ? `${path}.${name}` : name;
    if (field instanceof Parameter) visit(inner, field);
    else if (field instanceof Module) {
      visit(inner, field);
      walk(field, inner, visit);
    } else if (Array.isArray(field)) walk(field, inner, visit);
  }
}
