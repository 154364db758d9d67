import type { ElementwiseOp } from "../elementwise";

/**
 * Elementwise operations on each result before it is stored, which then need no dispatch and no array of their own. Arguments
 * are ids of values: 0 the result, then the elements of e0, e1, … at its place, then what the operations give, in order; the
 * last of these is stored.
 */
export type Epilogue = readonly { readonly op: ElementwiseOp; readonly args: readonly number[] }[];

/** Arrays [Z, M, N] that an epilogue may read. */
export const EPILOGUE_ARRAYS = ["e0", "e1", "e2"] as const;
