import { UnsupportedError } from "@unroll/kernels";
import type { JsonFields } from "../json-fields";

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The layer that a tensor of Keras 3 comes from: { config: { keras_history: ["lstm", 0, 0] } }. */
function sourceOf(tensor: unknown): string | undefined {
  const config = isObject(tensor) ? tensor.config : undefined;
  const history = isObject(config) ? config.keras_history : undefined;
  const name: unknown = Array.isArray(history) ? history[0] : undefined;
  return typeof name === "string" ? name : undefined;
}

interface Node {
  readonly fields: JsonFields;
  readonly className: unknown;
  readonly config: Readonly<Record<string, unknown>>;
  readonly args: readonly unknown[];
  /** The layer that makes the mask it is called with. */
  readonly mask: string | undefined;
}

function nodeOf(fields: JsonFields): [name: string, node: Node] {
  const calls = fields.raw("inbound_nodes");
  const call: unknown = Array.isArray(calls) ? calls[0] : undefined;
  const [args, kwargs] = isObject(call) ? [call.args, call.kwargs] : [];
  const own = fields.raw("config");
  const config = isObject(own) ? own : {};
  const mask = sourceOf(isObject(kwargs) ? kwargs.mask : undefined);
  const className = fields.raw("class_name");
  return [String(config.name), { fields, className, config, args: Array.isArray(args) ? args : [], mask }];
}

/**
 * Names of the operations in a functional model of Keras 3 that make masks alone, which layers here pass on themselves:
 * x ≠ 0 of an Embedding's tokens, any(x ≠ value) of what a Masking layer reads.
 * @throws UnsupportedError for any other operation, and for a mask that no layer of the model makes
 */
export function maskNodes(layers: readonly JsonFields[]): ReadonlySet<string> {
  const nodes = new Map(layers.map(nodeOf));
  const made = new Set<string>();
  const readers = [...nodes.values()];
  for (const { mask, fields } of readers) {
    let name = mask;
    let node = nodes.get(name ?? "");
    if (name !== undefined && node?.className === "Any") {
      made.add(name);
      name = sourceOf(node.args[0]);
      node = nodes.get(name ?? "");
    }
    if (name === undefined || !node) continue;
    if (!isOfLayer(node, readers)) throw refused(fields, "is called with a mask that no layer before it makes");
    made.add(name);
  }
  for (const [name, { fields, className }] of nodes) {
    const isOperation = String(fields.raw("module")).startsWith("keras.src.ops");
    if (isOperation && !made.has(name)) throw refused(fields, `is the operation ${String(className)}`);
  }
  return made;
}

/** Whether x ≠ value is the mask of a layer that reads x too. */
function isOfLayer({ className, args }: Node, nodes: readonly Node[]): boolean {
  const [x, value] = [sourceOf(args[0]), args[1]];
  if (className !== "NotEqual" || x === undefined) return false;
  return nodes.some(
    (node) =>
      sourceOf(node.args[0]) === x &&
      ((node.className === "Embedding" && node.config.mask_zero === true && value === 0) ||
        (node.className === "Masking" && (node.config.mask_value ?? 0) === value)),
  );
}

const refused = (fields: JsonFields, what: string): UnsupportedError =>
  new UnsupportedError({
    where: fields.place.where,
    what: `layer ${JSON.stringify(nodeOf(fields)[0])} ${what}, and only chains of layers are read`,
    remedy: "Build it as a Module and load its weights with load().",
  });
