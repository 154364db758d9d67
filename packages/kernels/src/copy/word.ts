import type { ElementType, StorageOptions } from "../core";

/**
 * The elements of kernels that move numbers without looking at them: words of any type, or halves where the call says
 * that its arrays hold those. Either all of them do, or none.
 */
export const word = ({ halves = [] }: StorageOptions): ElementType => (halves.length > 0 ? "f16" : "u32");

/** Four of them at a time. */
export const fourWords = ({ halves = [] }: StorageOptions): ElementType => (halves.length > 0 ? "vec4h" : "vec4u");
