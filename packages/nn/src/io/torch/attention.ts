import { ShapeError } from "@unroll/kernels";
import { expectKnown } from "../../tensor/known-options";
import { type Mismatch, StateDictError } from "../errors";
import { elementCount, type HostTensor } from "../host-tensor";
import { expectPrefix } from "./prefix";
import type { StateDict } from "./state-dict";

/** What PyTorch's MultiheadAttention was built with. */
export interface AttentionSizes {
  /** E: features of queries and of the output. */
  readonly size: number;
  /** Features of keys, and of values: E unless said otherwise. */
  readonly keySize?: number;
  readonly valueSize?: number;
  readonly hasBias?: boolean;
}

/** One projection x·Wᵀ + b as a Linear has it: W [out, in], b [out]. */
export interface Projection {
  readonly weight: HostTensor;
  readonly bias?: HostTensor | undefined;
}

/** The four projections of multi-head attention (Vaswani et al. 2017), heads one after another in the rows. */
export interface AttentionProjections {
  readonly query: Projection;
  readonly key: Projection;
  readonly value: Projection;
  readonly output: Projection;
}

const INPUTS = ["query", "key", "value"] as const;
/** Names where keys or values have features of their own. */
const APART = { query: "q_proj_weight", key: "k_proj_weight", value: "v_proj_weight" } as const;

/**
 * The names and shapes of a MultiheadAttention in a PyTorch state dict. Queries, keys and values of one size share
 * `in_proj_weight` [3E, E], q above k above v; otherwise each has its own. The bias [3E] is packed either way.
 */
export function attentionShapes(sizes: AttentionSizes): Map<string, readonly number[]> {
  return shapesOf("attentionShapes", sizes);
}

function shapesOf(where: string, sizes: AttentionSizes): Map<string, readonly number[]> {
  expectKnown(where, sizes, ["size", "keySize", "valueSize", "hasBias"], "sizes");
  const { size: E, keySize = E, valueSize = E, hasBias = true } = sizes;
  const shapes = new Map<string, readonly number[]>();
  if (keySize === E && valueSize === E) shapes.set("in_proj_weight", [3 * E, E]);
  else shapes.set(APART.query, [E, E]).set(APART.key, [E, keySize]).set(APART.value, [E, valueSize]);
  if (hasBias) shapes.set("in_proj_bias", [3 * E]);
  shapes.set("out_proj.weight", [E, E]);
  return hasBias ? shapes.set("out_proj.bias", [E]) : shapes;
}

/**
 * The projections of a MultiheadAttention from a PyTorch state dict.
 * @param prefix what stands before its names: "encoder.attention."
 * @throws StateDictError naming all that is missing, unexpected, or of another shape or dtype
 */
export function attentionFromTorch(sizes: AttentionSizes, dict: StateDict, prefix = ""): AttentionProjections {
  const values = checked(sizes, dict, prefix);
  const packed = values.get("in_proj_weight");
  const bias = values.get("in_proj_bias");
  const part = (index: number, name: (typeof INPUTS)[number]): Projection => ({
    weight: packed ? rowsOf(packed, index, sizes.size) : (values.get(APART[name]) as HostTensor),
    bias: bias && rowsOf(bias, index, sizes.size),
  });
  return {
    query: part(0, "query"),
    key: part(1, "key"),
    value: part(2, "value"),
    output: { weight: values.get("out_proj.weight") as HostTensor, bias: values.get("out_proj.bias") },
  };
}

/**
 * The inverse of `attentionFromTorch`: names in PyTorch's order.
 * @throws ShapeError if a projection has not the shape that the sizes say
 */
export function attentionToTorch(
  sizes: AttentionSizes,
  projections: AttentionProjections,
  prefix = "",
): Map<string, HostTensor> {
  expectPrefix("attentionToTorch", prefix);
  const dict = new Map<string, HostTensor>();
  for (const [name, shape] of shapesOf("attentionToTorch", sizes)) {
    const parts = partsOf(name, projections);
    dict.set(`${prefix}${name}`, stacked(name, shape, parts));
  }
  return dict;
}

function partsOf(name: string, { query, key, value, output }: AttentionProjections): (HostTensor | undefined)[] {
  const inputs = [query, key, value];
  if (name === "in_proj_weight") return inputs.map(({ weight }) => weight);
  if (name === "in_proj_bias") return inputs.map(({ bias }) => bias);
  if (name === "out_proj.weight") return [output.weight];
  if (name === "out_proj.bias") return [output.bias];
  return INPUTS.flatMap((each, index) => (APART[each] === name ? [inputs[index]?.weight] : []));
}

function stacked(name: string, shape: readonly number[], parts: readonly (HostTensor | undefined)[]): HostTensor {
  const part = [(shape[0] ?? 0) / parts.length, ...shape.slice(1)];
  const data = new Float32Array(elementCount(shape));
  for (const [index, tensor] of parts.entries()) {
    const isPart = tensor?.dtype === "f32" && tensor.shape.join() === part.join();
    if (!isPart) {
      throw new ShapeError({
        where: "attentionToTorch",
        what: `part ${index} of ${name}`,
        expected: `f32 [${part.join(", ")}]`,
        received: tensor ? `${tensor.dtype} [${tensor.shape.join(", ")}]` : "missing",
      });
    }
    data.set(tensor.data, index * elementCount(part));
  }
  return { dtype: "f32", shape, data };
}

/** Rows index·E to (index + 1)·E as a tensor of their own. */
function rowsOf({ shape, data }: HostTensor, index: number, E: number): HostTensor {
  const own = [E, ...shape.slice(1)];
  const size = elementCount(own);
  return { dtype: "f32", shape: own, data: data.slice(index * size, (index + 1) * size) };
}

function checked(sizes: AttentionSizes, dict: StateDict, prefix: string): Map<string, HostTensor> {
  const shapes = shapesOf("attentionFromTorch", sizes);
  expectPrefix("attentionFromTorch", prefix);
  const own = [...dict.keys()].filter((name) => name.startsWith(prefix));
  const unexpected = own.filter((name) => !shapes.has(name.slice(prefix.length)));
  const missing: string[] = [];
  const mismatched: Mismatch[] = [];
  const values = new Map<string, HostTensor>();
  for (const [name, shape] of shapes) {
    const tensor = dict.get(`${prefix}${name}`);
    const expected = `f32 [${shape.join(", ")}]`;
    const received = tensor ? `${tensor.dtype} [${tensor.shape.join(", ")}]` : expected;
    if (!tensor) missing.push(`${prefix}${name}`);
    else if (received !== expected) mismatched.push({ name: `${prefix}${name}`, expected, received });
    else values.set(name, { ...tensor, data: tensor.data.slice() });
  }
  if (missing.length + unexpected.length + mismatched.length === 0) return values;
  const what = `the state dict does not fit attention of ${sizes.size} features`;
  throw new StateDictError("attentionFromTorch", what, "Pass the sizes that the module was built with.", {
    missing,
    unexpected,
    mismatched,
  });
}
