import type { Module } from "../../modules/module";
import { identity } from "../../ops/elementwise";
import { Tensor } from "../../tensor/tensor";

/** One call of a module's `forward`. */
export interface ModuleCall {
  /** Where the module sits in the model: "encoder.lstm". */
  readonly path: string;
  readonly module: Module;
  readonly arguments: readonly unknown[];
  readonly result: unknown;
}

/**
 * Runs `body` and notes each call of a part's `forward` meanwhile, in the order in which they return. Each module
 * wears a `forward` of its own for that time, which passes everything on.
 */
export function recordCalls<R>(model: Module, body: () => R): { readonly result: R; readonly calls: ModuleCall[] } {
  const calls: ModuleCall[] = [];
  const worn: Module[] = [];
  const seen = new Set<Module>();
  try {
    for (const [path, module] of model.namedModules()) {
      const own: unknown = Reflect.get(module, "forward");
      if (path === "" || typeof own !== "function" || seen.has(module)) continue;
      seen.add(module);
      const forward = (...args: unknown[]): unknown => {
        const returned: unknown = Reflect.apply(own, module, args);
        // A module that passes its input on, as dropout does when it is off, still has a result of its own.
        const result = returned instanceof Tensor && args.includes(returned) ? identity(returned) : returned;
        calls.push({ path, module, arguments: args, result });
        return result;
      };
      // Not enumerable: the walk over fields does not see it.
      Object.defineProperty(module, "forward", { value: forward, configurable: true, enumerable: false });
      worn.push(module);
    }
    return { result: body(), calls };
  } finally {
    for (const module of worn) Reflect.deleteProperty(module, "forward");
  }
}

type AnyModule = abstract new (...args: never[]) => Module & { forward: unknown };

/** Whether a module's `forward` is that of one of these classes, rather than one that a subclass puts in its place. */
export const hasForwardOf = (module: Module, classes: readonly AnyModule[]): boolean =>
  classes.some((known) => module instanceof known && module.forward === known.prototype.forward);
