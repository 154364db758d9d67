import { wgsl } from "../core";

/**
 * WGSL: work that lessens from the first of `count` pieces to the last, dealt out from both ends in turn. Whoever takes
 * pieces in runs of neighbours, as a software adapter's threads do, then gets long and short ones alike.
 */
export const fromBothEnds = wgsl`
fn fromBothEnds(n: u32, count: u32) -> u32 { return select(n / 2u, count - 1u - n / 2u, n % 2u == 1u); }`;
