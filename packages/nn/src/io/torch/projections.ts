import type { HostTensor } from "../host-tensor";
import {
  type AttentionProjections,
  attentionFromTorch,
  attentionShapes,
  attentionToTorch,
  type Projection,
} from "./attention";
import type { AttentionDescription } from "./module-description";

const PARTS = ["query", "key", "value", "output"] as const;
type Values = ReadonlyMap<string, Float32Array>;

/** The parameters of four Linear modules from the packed ones of PyTorch, by name: "query.weight". */
export function projectionsFromTorch({ sizes }: AttentionDescription, read: Values): Map<string, Float32Array> {
  const dict = new Map(
    [...attentionShapes(sizes)].map(([name, shape]) => [name, hostTensor(read, name, shape)] as const),
  );
  const projections = attentionFromTorch(sizes, dict);
  const made = new Map<string, Float32Array>();
  for (const part of PARTS) {
    const { weight, bias } = projections[part];
    made.set(`${part}.weight`, Float32Array.from(weight.data));
    if (bias) made.set(`${part}.bias`, Float32Array.from(bias.data));
  }
  return made;
}

/** The inverse of `projectionsFromTorch`. */
export function projectionsToTorch({ sizes }: AttentionDescription, own: Values): Map<string, Float32Array> {
  const { size, keySize = size, valueSize = size, hasBias = true } = sizes;
  const of = (part: (typeof PARTS)[number], inputs: number): Projection => ({
    weight: hostTensor(own, `${part}.weight`, [size, inputs]),
    bias: hasBias ? hostTensor(own, `${part}.bias`, [size]) : undefined,
  });
  const projections: AttentionProjections = {
    query: of("query", size),
    key: of("key", keySize),
    value: of("value", valueSize),
    output: of("output", size),
  };
  return new Map([...attentionToTorch(sizes, projections)].map(([name, { data }]) => [name, Float32Array.from(data)]));
}

const hostTensor = (values: Values, name: string, shape: readonly number[]): HostTensor => ({
  dtype: "f32",
  shape,
  data: Float32Array.from(values.get(name) ?? []),
});
