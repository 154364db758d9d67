import { wgsl } from "../core";

/** Results that one invocation keeps in registers: `rows` of the batch by `columns` of whatever it counts. */
export interface Tile {
  readonly rows: number;
  readonly columns: number;
  /** WGSL type of each sum. */
  readonly type: string;
}

/** Lines of WGSL, one for each of `count` things kept in registers of their own. */
export const each = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join("\n");

/**
 * 0 for any batch of less than 2^31 rows, which compilers cannot know. Added to a loop's bound it keeps them from
 * unrolling: a software adapter took up to 28 s over the first dispatch of these kernels without it, and 1 s with it.
 */
export const HIDDEN_ZERO = "(dims.B >> 31u)";

/** WGSL: the sums of a tile, each a variable of its own so that it stays in a register. */
export const sums = ({ rows, columns, type }: Tile): string =>
  each(rows, (r) => each(columns, (c) => `var sum${r}_${c} = ${type}();`));

export interface Product extends Tile {
  /** Terms of the sum, as WGSL. */
  readonly count: string;
  /** The scalar of a row, as WGSL over `k` and the name of its `Row`. */
  readonly value: (row: string) => string;
  /** The vector of column `column`, as WGSL over `k`. */
  readonly weight: (column: number) => string;
  readonly sharing: Sharing;
}

/** Lanes of a subgroup that load as many rows between them, or terms of one row, and hand them round; 0 where none do. */
export type Sharing = 0 | 4 | 8;

/** Invocations that a workgroup must have: a lane that is not there loads nothing for the others. */
export const fewestLanes = (sharing: Sharing): number => Math.max(4, sharing);

/** WGSL: the rows that this lane loads, of each `sharing` of a tile's one, named mine0, mine1, …. */
export const ownRows = (rows: number, sharing: Sharing, declare: (name: string, row: string) => string): string =>
  sharing === 0
    ? ""
    : each(Math.floor(rows / sharing), (n) => declare(`mine${n}`, `${sharing * n}u + (subLane & ${sharing - 1}u)`));

/**
 * WGSL: the product of one row, `sharing` terms at a time, each loaded by one lane of a subgroup and handed round; terms
 * left over at the end are loaded by every lane.
 */
export const productOfOneRow = ({ columns, type, count, value, weight, sharing }: Omit<Product, "rows">): string => {
  const add = (v: string) => wgsl`
    { let v = ${type}(${v}); ${each(columns, (c) => `sum0_${c} = fma(v, ${weight(c)}, sum0_${c});`)} }`;
  return wgsl`
{
let whole = (${count}) / ${sharing}u * ${sharing}u;
for (var first = 0u; first < whole + ${HIDDEN_ZERO}; first += ${sharing}u) {
  var mine = 0.0;
  { let k = first + (subLane & ${sharing - 1}u); mine = ${value("row0")}; }
  ${each(sharing, (n) => `{ let k = first + ${n}u; ${add(`subgroupBroadcast(mine, ${n}u)`)} }`)}
}
for (var k = whole; k < ${count} + ${HIDDEN_ZERO}; k++) ${add(value("row0"))}
}`;
};

/**
 * WGSL: sumR_C += Σ_k value(R)·weight(C) for every row R and column C of a tile, in the order of k. Rows are named
 * row0, row1, …, and where lanes share them, those of `ownRows` are there too.
 */
export const product = ({ rows, columns, type, count, value, weight, sharing }: Product): string => {
  const loads = sharing === 0 ? 0 : rows / sharing;
  const rowValue = (r: number): string =>
    sharing === 0 ? value(`row${r}`) : `subgroupBroadcast(v${Math.floor(r / sharing)}, ${r % sharing}u)`;
  return wgsl`
for (var k = 0u; k < ${count} + ${HIDDEN_ZERO}; k++) {
  ${each(columns, (c) => `let w${c} = ${weight(c)};`)}
  ${each(loads, (n) => `let v${n} = ${value(`mine${n}`)};`)}
  ${each(rows, (r) => `{ let v = ${type}(${rowValue(r)}); ${each(columns, (c) => `sum${r}_${c} = fma(v, w${c}, sum${r}_${c});`)} }`)}
}`;
};

/**
 * WGSL: `body` for every row r and column c of a tile, with the row's number as `index` and the sum as `total`, as far
 * as the batch goes. It is a loop, not copies: compilers put functions in place at each call, and a dozen copies of a
 * cell's gates take them seconds.
 */
export const eachSum = ({ rows, columns, type }: Tile, tile: string, body: string): string => {
  const names = Array.from({ length: rows * columns }, (_, n) => `sum${Math.floor(n / columns)}_${n % columns}`);
  return wgsl`
var totals = array<${type}, ${rows * columns}>(${names.join(", ")});
for (var r = 0u; r < min(${rows}u, dims.B - min(dims.B, ${tile} * ${rows}u)) + ${HIDDEN_ZERO}; r++) {
  let index = ${tile} * ${rows}u + r;
  for (var c = 0u; c < ${columns}u + ${HIDDEN_ZERO}; c++) {
    let total = totals[r * ${columns}u + c];
    ${body}
  }
}`;
};

/** WGSL: `body` for the units u of four from 4·`quad` on, as far as the units go, with the unit's sum as `value`. */
export const eachUnit = (quad: string, body: string, units = "H"): string => wgsl`
for (var l = 0u; l < min(4u, ${units} - 4u * ${quad}) + ${HIDDEN_ZERO}; l++) {
  let u = 4u * ${quad} + l;
  let value = total[l];
  ${body}
}`;

/**
 * Rows that share each load of a weight where every step has a dispatch of its own. An LSTM of 128 units over 64 steps
 * of 16 rows took a software adapter 172, 100, 69 and 54 ms with tiles of 1, 2, 4 and 8.
 */
export const tileRows = (B: number): number => (B < 4 ? 1 : B < 8 ? 4 : 8);

/** The smallest power of two that is at least `least` and `smallest`, and at most `largest`. */
export function powerOfTwo(least: number, smallest: number, largest: number): number {
  let size = smallest;
  while (size < Math.min(least, largest)) size *= 2;
  return size;
}
