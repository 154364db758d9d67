import type { DimValues } from "../core";

/**
 * The flat arrays of an update are read four words at a time, about twice as fast on adapters that
 * check each access. So they have room for a multiple of four words; what lies past the n-th is neither used nor changed.
 */
export function fours({ n = 0 }: DimValues): number[] {
  return [Math.ceil(n / 4)];
}

/** Which of the four words of invocation i lie within the n. */
export const WITHIN = "let within = 4u * i + vec4u(0u, 1u, 2u, 3u) < vec4u(dims.n);";
