import { type Mismatch, StateDictError } from "../errors";
import { elementCount, type HostTensor } from "../host-tensor";
import type { JsonFields } from "../json-fields";
import type { LayerWeights } from "./layer";
import type { Topology } from "./topology";

/** The weights of a file, given to the layers that they belong to, and what was found amiss meanwhile. */
export class WeightBook {
  readonly #where: string;
  readonly #byLayer = new Map<string, Map<string, { readonly name: string; readonly tensor: HostTensor }>>();
  readonly #used = new Set<string>();
  readonly #missing: string[] = [];
  readonly #mismatched: Mismatch[] = [];
  readonly #names: readonly string[];

  constructor(where: string, { name: model, layers }: Topology, weights: ReadonlyMap<string, HostTensor>) {
    this.#where = where;
    this.#names = [...weights.keys()];
    const known = new Set(layers.map(({ name }) => name));
    const sides = new Map(layers.map(({ name, config }) => [name, sidesOf(config)]));
    for (const [name, tensor] of weights) {
      const parts = name.split("/");
      // The layer's own name comes first, or after the model's, which may be that of a layer too.
      const isOfModel = parts[0] === model && known.has(parts[1] ?? "") && parts.length > 2;
      const at = isOfModel ? 1 : parts.findIndex((part) => known.has(part));
      if (at < 0) continue;
      const layer = parts[at] as string;
      const own = this.#byLayer.get(layer) ?? new Map();
      own.set(roleOf(parts.slice(at + 1), sides.get(layer)), { name, tensor });
      this.#byLayer.set(layer, own);
    }
  }

  /** The weights of one layer. What is missing is zeros until `finish` tells all of it at once. */
  of(layer: string): LayerWeights {
    return {
      take: (role, shape) => {
        const found = this.#byLayer.get(layer)?.get(role);
        const wanted = `f32 [${shape.join(", ")}]`;
        if (!found) this.#missing.push(`${layer}/${role}`);
        else {
          this.#used.add(found.name);
          const { dtype, shape: own, data } = found.tensor;
          const received = `${dtype} [${own.join(", ")}]`;
          if (received === wanted && data instanceof Float32Array) return data.slice();
          this.#mismatched.push({ name: found.name, expected: wanted, received });
        }
        return new Float32Array(elementCount(shape));
      },
    };
  }

  /** @throws StateDictError naming every weight that is missing, left over or of another shape */
  finish(): void {
    const unexpected = this.#names.filter((name) => !this.#used.has(name));
    if (this.#missing.length + unexpected.length + this.#mismatched.length === 0) return;
    throw new StateDictError(
      this.#where,
      "the weights do not fit the layers",
      "Read the weights that were saved with this model.",
      {
        missing: this.#missing,
        unexpected,
        mismatched: this.#mismatched,
      },
    );
  }
}

/** The names of the layers inside a Bidirectional one, where they are given: those of its backward layer are any. */
function sidesOf(config: JsonFields): ReadonlyMap<string, string> {
  const sides = new Map<string, string>();
  for (const [key, side] of [
    ["layer", "forward"],
    ["backward_layer", "backward"],
  ] as const) {
    if (!config.has("backward_layer")) continue;
    const name = config.object(key).object("config").raw("name");
    if (typeof name === "string") sides.set(name, side);
  }
  return sides;
}

/**
 * What a weight is to its layer: the last part of its name, after "forward/" or "backward/" where a Bidirectional layer
 * has it. TensorFlow ends names in ":0", and both count equal ones: "kernel_1".
 */
function roleOf(parts: readonly string[], sides: ReadonlyMap<string, string> = new Map()): string {
  const last = (parts.at(-1) ?? "").replace(/:\d+$/, "").replace(/_\d+$/, "");
  const around = parts.slice(0, -1);
  const named = around.map((part) => sides.get(part)).find((side) => side !== undefined);
  const side = named ?? around.map((part) => /^(forward|backward)(_|$)/.exec(part)?.[1]).find((each) => each);
  return side ? `${side}/${last}` : last;
}
