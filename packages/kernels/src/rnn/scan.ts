import { type DimValues, optional, perCall, perModel, read, wgsl } from "../core";

/**
 * What all recurrent scans share. For direction d and a row of length L, scan step s < L is at time t = s, or at
 * t = L − 1 − s where the direction runs backwards; a step s ≥ L is padding: it is at time t = s in either direction,
 * gets zeros, and leaves the row's state as it is. So what a row gives depends on nothing beyond its length, and every
 * time is written exactly once.
 */
export const scanDims = {
  D: perModel("directions"),
  B: perCall("batch rows"),
  T: perCall("time steps"),
  H: perModel("hidden units"),
};

/** The rows of a batch by falling length, from `order_rows`; measured with rows of every length. */
export const orderOfRows = {
  ...optional(read("vec2u", "B")),
  sample: ({ B = 0, T = 0 }: DimValues) =>
    Array.from({ length: 2 * B }, (_, n) => (n % 2 === 0 ? n / 2 : Math.ceil((T * (B - (n - 1) / 2)) / B))),
};

export interface ScanOptions {
  /** Whether direction 0 runs from each row's last step to its first. Direction 1 always does. */
  readonly reverse: boolean;
}

/** How the arrays of a scan lie: beside each other by direction, or behind each other by layer, all one way. */
interface Layout {
  readonly reverse: boolean;
  readonly stacked?: boolean;
}

/** WGSL functions of a direction `d`, or of a layer `d` where they are stacked, and a row's length. */
const directionFunctions = ({ reverse, stacked = false }: Layout): string => wgsl`
// The first unit of [b, t, d] in an array ${stacked ? "[L, B, T, H]" : "[B, T, D, H]"}.
fn at(b: u32, t: u32, d: u32) -> u32 {
  return ${stacked ? "((d * dims.B + b) * dims.T + t) * H" : "((b * dims.T + t) * D + d) * H"};
}
fn isReversed(d: u32) -> bool { return ${reverse || stacked ? String(reverse) : "d == 1u"}; }
// The time of a scan step; the same function gives the scan step of a time.
fn timeOf(scanStep: u32, length: u32, d: u32) -> u32 {
  return select(scanStep, length - 1u - scanStep, isReversed(d) && scanStep < length);
}`;

/** WGSL functions that find times and addresses. The array `lengths` is bound where `hasLengths`. */
export const timeFunctions = ({ hasLengths, reverse }: { hasLengths: boolean; reverse: boolean }): string => wgsl`
${directionFunctions({ reverse })}
fn lengthOf(b: u32) -> u32 { return ${hasLengths ? "min(lengths[b], dims.T)" : "dims.T"}; }`;

/**
 * WGSL functions that find all that one row needs at one step of the scan. Where the array `order` is bound, row
 * `index` of a tile is row `order[index].x` of the batch, and rows come by falling length.
 */
export const rowFunctions = ({ hasOrder, ...layout }: { hasOrder: boolean } & Layout): string => wgsl`
${directionFunctions(layout)}
fn lengthAt(index: u32) -> u32 { return ${hasOrder ? "min(order[min(index, dims.B - 1u)].y, dims.T)" : "dims.T"}; }
struct Row {
  first: bool, //  whether this is scan step 0
  within: bool, // whether this step lies in the row's length
  last: bool, //   whether it is the row's last
  now: u32, //     first unit of this step in an array [B, T, D, H], or [L, B, T, H] of stacked layers
  before: u32, //  and of the step before; meaningless at scan step 0
  after: u32, //   and of the step after; meaningless at scan step T - 1
  state: u32, //   first unit in an array [D, B, H], or [L, B, H]
}
// Past the end of the batch its last row stands in, so that every address is valid.
fn rowAt(index: u32, scanStep: u32, d: u32) -> Row {
  let b = ${hasOrder ? "order[min(index, dims.B - 1u)].x" : "min(index, dims.B - 1u)"};
  let length = lengthAt(index);
  // A padding step looks back to time s - 1, where nothing is being written.
  let before = timeOf(scanStep - 1u, select(0u, length, scanStep < length), d);
  return Row(
    scanStep == 0u, scanStep < length, scanStep + 1u == length, at(b, timeOf(scanStep, length, d), d),
    at(b, before, d), at(b, timeOf(scanStep + 1u, length, d), d), (d * dims.B + b) * H,
  );
}`;
