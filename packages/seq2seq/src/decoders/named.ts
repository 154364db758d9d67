import { Tensor } from "@unroll/nn";

/** Tensors by the path that leads to them: what a loop over steps takes. */
export type Named = Readonly<Record<string, Tensor>>;

const isBranch = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !(value instanceof Tensor);

/** The tensors in records and lists, by path: "layers.0.h". */
export function namedTensors(nested: unknown, path = ""): Named {
  if (nested instanceof Tensor) return { [path]: nested };
  if (!isBranch(nested)) return {};
  const inner = (name: string): string => (path ? `${path}.${name}` : name);
  return Object.assign({}, ...Object.entries(nested).map(([name, field]) => namedTensors(field, inner(name)))) as Named;
}

/** The same records and lists with the tensors of those paths. */
export function withTensors<N>(nested: N, named: Named, path = ""): N {
  const placed = (value: unknown, at: string): unknown => {
    if (value instanceof Tensor) return named[at];
    if (!isBranch(value)) return value;
    const entries = Object.entries(value).map(
      ([name, field]) => [name, placed(field, at ? `${at}.${name}` : name)] as const,
    );
    return Array.isArray(value) ? entries.map(([, field]) => field) : Object.fromEntries(entries);
  };
  return placed(nested, path) as N;
}
