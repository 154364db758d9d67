import { type Plan, perCall, perModel, wgsl } from "../core";

/**
 * What all recurrent scans share. One call makes T dispatches, one per step of the scan. For direction d and a row of
 * length L, scan step s < L is at time t = s, or at t = L − 1 − s where the direction runs backwards; a step s ≥ L is
 * padding: it is at time t = s in either direction, gets zeros, and leaves the row's state as it is. So what a row
 * gives depends on nothing beyond its length, and every time is written exactly once.
 */
export const scanDims = {
  D: perModel("directions"),
  B: perCall("batch rows"),
  T: perCall("time steps"),
  H: perModel("hidden units"),
};

export interface ScanOptions {
  /** Whether direction 0 runs from each row's last step to its first. Direction 1 always does. */
  readonly reverse: boolean;
}

export interface ScanPlan extends Plan {
  readonly workgroupSize: number;
  /** Batch rows of one invocation. */
  readonly rows: number;
}

/**
 * Rows that share each load of a weight. With one unit to an invocation, an LSTM of 128 units over
 * 64 steps of 16 rows took a software adapter 172, 100, 69 and 54 ms with tiles of 1, 2, 4 and 8.
 */
const tileRows = (B: number): number => (B < 4 ? 1 : B < 8 ? 4 : 8);

/**
 * An invocation computes one of `count` results (a unit or a few) for each row of its tile: x counts results, y tiles,
 * z directions. Whatever the tile, an element is summed in one order.
 */
export function scanPlan(count: number, { B, D }: { readonly B: number; readonly D: number }): ScanPlan {
  const rows = tileRows(B);
  let workgroupSize = 4;
  while (workgroupSize < Math.min(count, 32)) workgroupSize *= 2;
  return { workgroupSize, rows, grid: [Math.ceil(count / workgroupSize), Math.ceil(B / rows), D] };
}

/** Lines of WGSL, one for each of `count` things kept in registers of their own. */
export const each = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join("\n");

/** WGSL functions that find times and addresses. The array `lengths` is bound where `hasLengths`. */
export const timeFunctions = ({ hasLengths, reverse }: { hasLengths: boolean; reverse: boolean }): string => wgsl`
// The first unit of [b, t, d] in an array [B, T, D, H].
fn at(b: u32, t: u32, d: u32) -> u32 { return ((b * dims.T + t) * D + d) * H; }
fn lengthOf(b: u32) -> u32 { return ${hasLengths ? "min(lengths[b], dims.T)" : "dims.T"}; }
fn isReversed(d: u32) -> bool { return ${reverse ? "true" : "d == 1u"}; }
// The time of a scan step; the same function gives the scan step of a time.
fn timeOf(scanStep: u32, length: u32, d: u32) -> u32 {
  return select(scanStep, length - 1u - scanStep, isReversed(d) && scanStep < length);
}`;

/** `timeFunctions` and `rowAt`, which finds all that one row needs at one step of the scan. */
export const scanFunctions = (facts: { hasLengths: boolean; reverse: boolean }): string => wgsl`
${timeFunctions(facts)}
struct Row {
  within: bool, // whether this step lies in the row's length
  last: bool, //   whether it is the row's last
  now: u32, //     first unit of this step in an array [B, T, D, H]
  before: u32, //  and of the step before; meaningless at scan step 0
  after: u32, //   and of the step after; meaningless at scan step T - 1
  state: u32, //   first unit in an array [D, B, H]
}
// Past the end of the batch its last row stands in, so that every address is valid.
fn rowAt(index: u32, scanStep: u32, d: u32) -> Row {
  let b = min(index, dims.B - 1u);
  let length = lengthOf(b);
  // A padding step looks back to time s - 1, where nothing is being written.
  let before = timeOf(scanStep - 1u, select(0u, length, scanStep < length), d);
  return Row(
    scanStep < length, scanStep + 1u == length, at(b, timeOf(scanStep, length, d), d),
    at(b, before, d), at(b, timeOf(scanStep + 1u, length, d), d), (d * dims.B + b) * H,
  );
}`;

export interface Product {
  readonly rows: number;
  readonly columns: number;
  /** Terms of the sum, as WGSL. */
  readonly count: string;
  /** The scalar of row `row`, as WGSL over `k`. */
  readonly value: (row: number) => string;
  /** The vector of column `column`, as WGSL over `k`. */
  readonly weight: (column: number) => string;
}

/**
 * 0 for any batch of less than 2^31 rows, which compilers cannot know. Added to a loop's bound it keeps them from
 * unrolling: a software adapter took up to 28 s over the first dispatch of these kernels without it, and 1 s with it.
 */
const HIDDEN_ZERO = "(dims.B >> 31u)";

/** WGSL: sumR_C += Σ_k value(R)·weight(C) for every row R and column C of a tile, in the order of k. */
export const product = ({ rows, columns, count, value, weight }: Product): string => wgsl`
for (var k = 0u; k < ${count} + ${HIDDEN_ZERO}; k++) {
  ${each(columns, (c) => `let w${c} = ${weight(c)};`)}
  ${each(rows, (r) => `{ let v = ${value(r)}; ${each(columns, (c) => `sum${r}_${c} += v * w${c};`)} }`)}
}`;

export interface Tile {
  readonly rows: number;
  readonly columns: number;
  /** WGSL type of each sum. */
  readonly type: string;
}

/** WGSL: the sums of a tile, each a variable of its own so that it stays in a register. */
export const sums = ({ rows, columns, type }: Tile): string =>
  each(rows, (r) => each(columns, (c) => `var sum${r}_${c} = ${type}();`));

/**
 * WGSL: `body` for every row r and column c of a tile, with the row's number as `index` and the sum as `total`, as far
 * as the batch goes. It is a loop, not copies: compilers put functions in place at each call, and a dozen copies of a
 * cell's gates take them seconds.
 */
export const eachSum = ({ rows, columns, type }: Tile, tile: string, body: string): string => wgsl`
var totals = array<${type}, ${rows * columns}>(${sumNames({ rows, columns })});
for (var r = 0u; r < min(${rows}u, dims.B - ${tile} * ${rows}u) + ${HIDDEN_ZERO}; r++) {
  let index = ${tile} * ${rows}u + r;
  for (var c = 0u; c < ${columns}u + ${HIDDEN_ZERO}; c++) {
    let total = totals[r * ${columns}u + c];
    ${body}
  }
}`;

const sumNames = ({ rows, columns }: Pick<Tile, "rows" | "columns">): string =>
  Array.from({ length: rows * columns }, (_, n) => `sum${Math.floor(n / columns)}_${n % columns}`).join(", ");

/**
 * WGSL: `body` for every unit u of a tile whose sums hold four units each, from 4q on, with the row's number as `index`
 * and the unit's sum as `value`, as far as the batch and the units go.
 */
export const eachUnit = (rows: number, tile: string, body: string): string =>
  eachSum(
    { rows, columns: 1, type: "vec4f" },
    tile,
    wgsl`for (var l = 0u; l < min(4u, H - 4u * q) + ${HIDDEN_ZERO}; l++) {
      let u = 4u * q + l;
      let value = total[l];
      ${body}
    }`,
  );

export interface BackwardMain {
  readonly workgroupSize: number;
  readonly rows: number;
  /** G, gates of a unit. */
  readonly gates: number;
  /** The array [B, T, D, H, G] of gate gradients that R multiplies. */
  readonly gradients: string;
}

/**
 * WGSL: the main function of a backward scan, the same for every cell. It makes Rᵀ times the gate gradients of the step
 * that ran before, four units of each row of a tile, and hands each to the cell's `finish(row, u, recurrent)`.
 */
export const backwardMain = ({ workgroupSize, rows, gates, gradients }: BackwardMain): string => wgsl`
    @compute @workgroup_size(${workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let q = id.x;
      let d = id.z;
      if (q >= Q) { return; }
      ${each(rows, (r) => `let row${r} = rowAt(id.y * ${rows}u + ${r}u, dims.T - 1u - dims.step, d);`)}
      ${sums({ rows, columns: 1, type: "vec4f" })}
      if (dims.step > 0u) {
        ${product({
          rows,
          columns: 1,
          count: `${gates}u * H`,
          value: (r) => `${gradients}[${gates}u * row${r}.after + k]`,
          weight: () => `rows[(d * ${gates}u * H + k) * Q + q]`,
        })}
      }
      ${eachUnit(rows, "id.y", `finish(rowAt(index, dims.T - 1u - dims.step, d), u, value);`)}
    }`;
