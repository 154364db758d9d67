import { wgsl } from "../core";
import { each } from "../matmul/block";
import type { TiledPlan } from "../matmul/tile";

/**
 * How the invocations of a workgroup hold a tile of sums, each `rows` x `cols` of them: what all columns share, the
 * rows' numbers, is read by each invocation for itself, or, where a subgroup of `lanes` is the workgroup, by one lane for
 * all of them.
 */
export interface Holding {
  readonly plan: TiledPlan;
  /** 0 where no lane reads for another. */
  readonly lanes: number;
}

/** WGSL: what a kernel of such tiles is told about where it runs. */
export const entry = ({ plan: { tile }, lanes }: Holding): string => wgsl`
    @compute @workgroup_size(${tile.x}, ${tile.y})
    fn main(
      @builtin(workgroup_id) group: vec3u,
      @builtin(local_invocation_id) local: vec3u,
      ${lanes > 0 ? "@builtin(subgroup_invocation_id) lane: u32," : ""}
    ) {`;

/**
 * WGSL that says which tile of which result: z below `Z`, \`row\` the first row of this invocation, and \`firstCol\` its first
 * column, from where it takes every ${"`x`"}th, so that neighbours read neighbours.
 */
export function findTile({ plan }: Holding, { Z, rows, cols }: { Z: string; rows: string; cols: string }): string {
  const { tile, width } = plan;
  return wgsl`
      let tilesAcross = (${cols} + ${tile.cols * tile.x - 1}u) / ${tile.cols * tile.x}u;
      let tilesDown = (${rows} + ${tile.rows * tile.y - 1}u) / ${tile.rows * tile.y}u;
      let tile = group.x + group.y * ${width}u;
      let z = tile / (tilesAcross * tilesDown);
      if (z >= ${Z}) { return; } // a grid folded into y overhangs
      let row = tile / tilesAcross % tilesDown * ${tile.rows * tile.y}u + local.y * ${tile.rows}u;
      let firstCol = tile % tilesAcross * ${tile.cols * tile.x}u + local.x;`;
}

/** How many rows an invocation reads itself. */
const reads = ({ plan: { tile }, lanes }: Holding): number => (lanes > 0 ? tile.rows / lanes : tile.rows);

/** WGSL of something for each row that this invocation reads; \`m(i)\` is its number, held at the last. */
export function eachRead(holding: Holding, rows: string, code: (i: number, m: string) => string): string {
  const offset = (i: number): string => (holding.lanes > 0 ? `${i * holding.lanes}u + lane` : `${i}u`);
  return each(reads(holding), (i) => code(i, `min(row + ${offset(i)}, ${rows} - 1u)`));
}

/** WGSL of something for each column of this invocation; \`n\` is its number, held at the last. */
export const eachColumn = ({ plan: { tile } }: Holding, cols: string, code: (j: number, n: string) => string): string =>
  each(tile.cols, (j) => code(j, `min(firstCol + ${j * tile.x}u, ${cols} - 1u)`));

/** WGSL of the sums, all zero. */
export const zeros = ({ plan: { tile } }: Holding): string =>
  each(tile.rows, (i) => each(tile.cols, (j) => `var sum${i}_${j} = 0.0;`, " "));

/** WGSL of one step of all sums: sum += a·b, with \`a(i)\` read for each row and \`b(j)\` for each column. */
export function step(holding: Holding, { a, b }: { a: (i: number) => string; b: (j: number) => string }): string {
  const { plan, lanes } = holding;
  const { rows, cols } = plan.tile;
  const row = (i: number): string =>
    lanes > 0 ? `subgroupBroadcast(own${Math.floor(i / lanes)}, ${i % lanes}u)` : `own${i}`;
  return wgsl`
        ${each(reads(holding), (i) => `let own${i} = ${a(i)};`)}
        ${each(cols, (j) => `let b${j} = ${b(j)};`)}
        ${each(rows, (i) => `let a${i} = ${row(i)}; ${each(cols, (j) => `sum${i}_${j} = fma(a${i}, b${j}, sum${i}_${j});`, " ")}`)}`;
}

/**
 * WGSL that stores the sums: \`code\` is run with \`m\`, \`n\` and \`value\`. Neither loop has a bound that a compiler could
 * unroll it by, which would multiply the time that it takes.
 */
export function store({ plan: { tile } }: Holding, rows: string, cols: string, code: string): string {
  const { rows: R, cols: K, x } = tile;
  return wgsl`
      var block = array<f32, ${R * K}>(${each(R * K, (n) => `sum${Math.floor(n / K)}_${n % K}`, ", ")});
      let rowsLeft = min(${R}u, max(row, ${rows}) - row);
      for (var j = 0u; j < min(${K}u, ${cols}); j++) {
        let n = firstCol + j * ${x}u;
        if (n >= ${cols}) { break; }
        for (var i = 0u; i < rowsLeft; i++) {
          let m = row + i;
          let value = block[i * ${K}u + j];
          ${code}
        }
      }`;
}
