import type { DType } from "./dtype";

/** One operation on elements: its types, its WGSL, its value and its slopes in float64. */
export interface OpRule {
  /** One entry per argument: the dtypes it may have. */
  readonly accepts: readonly (readonly DType[])[];
  /** Arguments that must share one dtype; the result has it too unless `result` says otherwise. */
  readonly alike: readonly number[];
  readonly result?: DType;
  /** WGSL over argument names, which may be pasted more than once; a bool argument is a WGSL bool. */
  readonly wgsl: (args: readonly string[], dtype: DType) => string;
  /** Value in float64; a bool is 0 or 1. Integer division truncates. */
  readonly value: (args: readonly number[], dtype: DType) => number;
  /** ∂value/∂argument for each argument; absent where the value is piecewise constant or not a float. */
  readonly slopes?: (args: readonly number[]) => number[];
}

/** The dtypes of arguments. */
export const FLOAT = ["f32"] as const;
export const SIGNED = ["f32", "i32"] as const;
export const NUMBER = ["f32", "i32", "u32"] as const;
export const BOOL = ["bool"] as const;
export const ANY = ["f32", "i32", "u32", "bool"] as const;

export type Code = (...names: string[]) => string;
export type Value = (...numbers: number[]) => number;
export type Slopes = (...numbers: number[]) => number[];

/** A rule whose arguments share one dtype. */
export function rule(accepts: readonly (readonly DType[])[], code: Code, value: Value, slopes?: Slopes): OpRule {
  return {
    accepts,
    alike: accepts.map((_, index) => index),
    wgsl: (names) => code(...names),
    value: (numbers) => value(...numbers),
    ...(slopes ? { slopes: (numbers: readonly number[]) => slopes(...numbers) } : {}),
  };
}

/** A rule of one f32. */
export const unary = (code: Code, value: Value, slope?: Value): OpRule =>
  rule([FLOAT], code, value, slope && ((x = 0) => [slope(x)]));
