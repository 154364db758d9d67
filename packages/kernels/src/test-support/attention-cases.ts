import { normal, uniform } from "@unroll/testing";
import { type DotProductOptions, NO_BIAS, options as NONE } from "../attention/dot-product";
import type { AttentionInputs, AttentionSizes, AttentionTerms } from "../attention/dot-product.reference";
import { philoxReference, unitValue } from "../dropout/philox.reference";

/** One size and mask at which attention is checked. */
export interface AttentionCase {
  readonly why: string;
  readonly sizes: AttentionSizes;
  readonly causal?: boolean;
  readonly lengths?: readonly number[];
  /** Place of the first query: of all rows, or of each. */
  readonly offset?: number | readonly number[];
  readonly slopes?: boolean;
  /** Extents of an added bias over [B, N, T, S], 1 where it is the same for all; every fifth place is masked. */
  readonly bias?: readonly [number, number, number, number];
  readonly softcap?: number;
  readonly p?: number;
}

const of = (B: number, T: number, S: number, N: number, M: number, D: number, E = D): AttentionSizes => ({
  B,
  T,
  S,
  N,
  M,
  D,
  E,
});

export const CASES: readonly AttentionCase[] = [
  { why: "smallest", sizes: of(1, 1, 1, 1, 1, 1) },
  { why: "multiples of no tile", sizes: of(2, 13, 19, 3, 3, 7, 5) },
  { why: "lengths, one of them 0: a row without keys", sizes: of(3, 9, 17, 2, 2, 8), lengths: [17, 0, 9] },
  { why: "causal", sizes: of(1, 35, 35, 2, 2, 16), causal: true },
  { why: "causal after a cache, rows of several lengths", sizes: of(2, 3, 20, 4, 2, 4), causal: true, offset: [17, 4] },
  { why: "causal before any key", sizes: of(1, 6, 5, 1, 1, 4), causal: true, offset: -2 },
  { why: "four heads to one of keys", sizes: of(2, 10, 11, 4, 1, 12, 20), lengths: [11, 6] },
  { why: "slopes", sizes: of(1, 12, 14, 3, 3, 8), slopes: true, offset: 2, causal: true },
  { why: "a bias by query and key", sizes: of(2, 9, 10, 2, 2, 8), bias: [1, 1, 9, 10] },
  { why: "a bias by row and head", sizes: of(2, 5, 9, 2, 1, 8), bias: [2, 2, 1, 9], lengths: [9, 4] },
  { why: "bounded scores", sizes: of(1, 9, 9, 2, 2, 8), softcap: 2, causal: true },
  { why: "dropped weights", sizes: of(2, 9, 21, 2, 1, 8), p: 0.3, lengths: [21, 13] },
  { why: "wide heads", sizes: of(1, 9, 18, 1, 1, 128) },
];

export const SEED = { seedLow: 7, seedHigh: 3, draw: 5 };

/** Queries, keys, values and the gradient of the output. */
export function inputsOf({ B, T, S, N, M, D, E }: AttentionSizes): AttentionInputs & { readonly dOut: Float64Array } {
  return {
    q: normal([B, T, N, D], { seed: 1 }).data,
    k: normal([B, S, M, D], { seed: 2 }).data,
    v: normal([B, S, M, E], { seed: 3 }).data,
    dOut: normal([B, T, N, E], { seed: 4 }).data,
  };
}

/** The same case for the reference and for the kernels. */
export function prepare({
  sizes,
  causal = false,
  lengths,
  offset = 0,
  slopes,
  bias,
  softcap = 0,
  p = 0,
}: AttentionCase) {
  const { B, N, D } = sizes;
  const scale = Math.fround(1 / Math.sqrt(D));
  const slopeValues = uniform([N], { seed: 5 }).data;
  const shape = bias ?? [1, 1, 1, 1];
  const biasValues = normal(shape, { seed: 6 }).data.map((x, at) => (at % 5 === 3 ? Math.fround(-1e30) : x));
  const strides = shape.map((extent, axis) => (extent === 1 ? 0 : shape.slice(axis + 1).reduce((a, b) => a * b, 1)));
  const [biasB = 0, biasN = 0, biasT = 0, biasS = 0] = strides;
  const offsets = typeof offset === "number" ? undefined : offset;
  const head = (b: number, n: number): number => b * N + n;
  const terms: AttentionTerms = {
    scale,
    causal,
    softcap,
    offset: (b) => (typeof offset === "number" ? offset : (offset[b] as number)),
    ...(lengths ? { lengths } : {}),
    ...(slopes ? { slopes: slopeValues } : {}),
    ...(bias ? { bias: (b, n, t, s) => biasValues[b * biasB + n * biasN + t * biasT + s * biasS] as number } : {}),
    ...(p > 0 ? { keep: (b, n, t, s) => (unitOf(head(b, n), t, s) >= Math.fround(p) ? 1 / (1 - p) : 0) } : {}),
  };
  const options: DotProductOptions = {
    ...NONE,
    causal,
    lengths: lengths !== undefined,
    offsets: offsets !== undefined,
    slopes: slopes === true,
    bias: bias !== undefined,
    softcap: softcap > 0,
    dropout: p > 0,
  };
  const packed = [...(lengths ?? []), ...(offsets ?? []), ...(slopes ? slopeValues : []), ...(bias ? biasValues : [])];
  return {
    terms,
    options,
    dims: { ...sizes, ...(bias ? { biasB, biasN, biasT, biasS, biasSize: biasValues.length } : NO_BIAS) },
    scalars: { scale, softcap, offset: typeof offset === "number" ? offset : 0, p, ...SEED },
    packed: packed.length > 0 ? { terms: Float64Array.from(packed) } : {},
    B,
  };
}

const unitOf = (row: number, t: number, s: number): number =>
  unitValue(philoxReference([Math.floor(s / 4), t, SEED.draw, row], [SEED.seedLow, SEED.seedHigh])[s % 4] as number);
