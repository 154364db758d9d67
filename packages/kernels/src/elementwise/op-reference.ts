import type { DType } from "./dtype";

/** One operation on elements in float64. */
export interface OpReference {
  /** Value in float64; a bool is 0 or 1. Integer division truncates. */
  readonly value: (args: readonly number[], dtype: DType) => number;
  /** ∂value/∂argument for each argument; absent where the value is piecewise constant or not a float. */
  readonly slopes?: (args: readonly number[]) => number[];
}

type Value = (...numbers: number[]) => number;
type Slopes = (...numbers: number[]) => number[];

/** An operation of which every argument is a number. */
export const of = (value: Value, slopes?: Slopes): OpReference => ({
  value: (numbers) => value(...numbers),
  ...(slopes ? { slopes: (numbers: readonly number[]) => slopes(...numbers) } : {}),
});

/** The only slope of an operation of one argument. */
export const slope =
  (value: Value): Slopes =>
  (x = 0) => [value(x)];
