import type { ScalarType } from "../core";

/** The element types of arrays. A bool is stored as a u32 that is 0 or 1. */
export type DType = "f32" | "i32" | "u32" | "bool";

/** The type of a dtype's elements in a buffer. */
export const storageType = (dtype: DType): ScalarType => (dtype === "bool" ? "u32" : dtype);
