import type { Roofline } from "../report";

/** Work of one call. */
export interface Work {
  readonly flops: number;
  /** The least traffic: inputs read once, results written once. */
  readonly bytes: number;
}

/**
 * The share of the roofline (Williams et al. 2009) that a call reaches: the time that the device needs at its peak rate,
 * or to move the bytes at its copy bandwidth, whichever is more, over the time it took. 1 is all; beyond 1 the arrays
 * come out of caches that the copy was too large for.
 */
export function rooflineShare(
  { flops, bytes }: Work,
  ms: number,
  { gflops, gbs }: Pick<Roofline, "gflops" | "gbs">,
): number {
  return Math.max(flops / (gflops * 1e6), bytes / (gbs * 1e6)) / ms;
}

/** Of two measurements of one device the better of each figure. */
export function bestOf(one: Roofline, other: Roofline): Roofline {
  const half = Math.max(one.gflopsHalf ?? 0, other.gflopsHalf ?? 0);
  return {
    gflops: Math.max(one.gflops, other.gflops),
    gflopsHalf: half > 0 ? half : null,
    gbs: Math.max(one.gbs, other.gbs),
    dispatchUs: Math.min(one.dispatchUs, other.dispatchUs),
    submitUs: Math.min(one.submitUs, other.submitUs),
    readbackUs: Math.min(one.readbackUs, other.readbackUs),
  };
}
