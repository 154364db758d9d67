import { type DimValues, optional, perCall, perModel, read, ValueError, write } from "../core";

/**
 * What takes part in dot-product attention beside queries, keys and values. Each of `lengths` to `bias` that is set has
 * its numbers in `terms`, one after another in this order.
 */
export interface DotProductOptions {
  /** Whether a query sees no key past its own place, which is `offset` plus its index. */
  readonly causal: boolean;
  /** Keys of each batch row that take part [B]. */
  readonly lengths: boolean;
  /** Place of the first query of each batch row [B], in place of the scalar `offset`. */
  readonly offsets: boolean;
  /** By how much a head's scores fall with each place between query and key [N]. */
  readonly slopes: boolean;
  /** Numbers added to the scores, strided [B, N, T, S]; at or below −1e29 the key is masked. */
  readonly bias: boolean;
  /** Whether scores are bounded, softcap·tanh(score/softcap), before anything is added. */
  readonly softcap: boolean;
  /** Whether weights are dropped with probability `p`, and the others scaled by 1/(1 − p). */
  readonly dropout: boolean;
}

export const options: DotProductOptions = {
  causal: false,
  lengths: false,
  offsets: false,
  slopes: false,
  bias: false,
  softcap: false,
  dropout: false,
};

export const dims = {
  B: perCall("batch rows"),
  T: perCall("queries"),
  S: perCall("keys"),
  N: perModel("heads of queries"),
  M: perModel("heads of keys and values"),
  D: perModel("features of a query and a key"),
  E: perModel("features of a value"),
  biasB: perCall("elements of the bias from batch row to batch row"),
  biasN: perCall("elements of the bias from head to head"),
  biasT: perCall("elements of the bias from query to query"),
  biasS: perCall("elements of the bias from key to key"),
  biasSize: perCall("elements of the bias"),
};

export type DotProductDims = Readonly<Record<keyof typeof dims, number>>;

/** What a call brings: p, and the names of a draw, matter for dropout only. */
export const scalars = {
  scale: "f32",
  softcap: "f32",
  offset: "i32",
  p: "f32",
  seedLow: "u32",
  seedHigh: "u32",
  draw: "u32",
} as const;

/** @throws ValueError unless heads of queries share those of keys evenly */
export function check({ N, M }: DotProductDims): void {
  if (M > 0 && N % M === 0) return;
  const [expected, received] = [`a divisor of N, ${N}`, String(M)];
  throw new ValueError({ where: "dot_product_attention", what: "M (heads of keys and values)", expected, received });
}

/** The dims that strides of the bias have where there is none. */
export const NO_BIAS: Readonly<Record<"biasB" | "biasN" | "biasT" | "biasS" | "biasSize", number>> = {
  biasB: 0,
  biasN: 0,
  biasT: 0,
  biasS: 0,
  biasSize: 0,
};

type Given = Readonly<Record<string, unknown>>;

/** Words of `terms`. */
const termCount = ({ B = 0, N = 0, biasSize = 0 }: DimValues, o: Given): number =>
  (o.lengths ? B : 0) + (o.offsets ? B : 0) + (o.slopes ? N : 0) + (o.bias ? biasSize : 0);

const zeros = (count: number): number[] => Array.from({ length: count }, () => 0);

export const queries = read("f32", "B T N D");
export const keys = read("f32", "B S M D");
export const values = read("f32", "B S M E");
export const ofQueries = write("f32", "B T N D");
export const ofKeys = write("f32", "B S M D");
export const ofValues = write("f32", "B S M E");
export const outputs = read("f32", "B T N E");
export const ofOutputs = write("f32", "B T N E");
export const terms = {
  ...optional(read("f32", (of, o) => [termCount(of, o)])),
  /** Measured with all keys. */
  sample: (of: DimValues, o: Given) => {
    const all = zeros(termCount(of, o));
    if (o.lengths) all.fill(of.S ?? 0, 0, of.B);
    return all;
  },
};
