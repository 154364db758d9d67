import { type DeviceFacts, defineKernel, type Variant, type VariantFacts, wgsl } from "../core";
import { each, findTile, type Has, packing, storeBlock } from "./block";
import { bindings, cost, dims, type MatmulOptions, options } from "./definition";
import { type Tile, type TiledPlan, tiledPlan } from "./tile";

/*
 * Matmul whose lanes read for one another: one subgroup is a workgroup, each lane reads other rows of A than its
 * neighbours, and all rows reach all lanes by `subgroupBroadcast`; columns of B are each lane's own.
 *
 * Gains: software adapters gather every load lane by lane, even where all lanes want one number, so what counts is how
 * many different numbers a load brings. 16 rows x 8 columns a lane take 12 loads for 128 multiply-adds on 4 lanes; the
 * plain kernel's 8 x 8 takes 16 for 64. Measured in Chromium on 2 cores, GFLOP/s of the plain kernel and this one:
 *   SwiftShader, 4 lanes: 1024³ 4.1 and 6.5; [1024, 512]·[512, 128] 4.0 and 6.0; [512, 1024]ᵀ·[1024, 128] 4.0 and 6.7
 *   lavapipe, 8 lanes:    1024³ 13 and 24;   the same two 13 and 22, 12 and 23; 16 rows by 1000 columns 3.4 and 11
 * Neither alignment nor which of the matrices are transposed makes a difference.
 *
 * Gives up: it needs the feature `subgroups`, and an adapter all of whose subgroups have one known size, since WGSL does
 * not promise how invocations of a larger workgroup would be dealt out. One row, or one or two columns, share too little.
 * On a GPU a broadcast costs as much as a multiply-add for a whole warp, so there the staged kernel is the one to beat.
 */

/**
 * Blocks that a lane may hold, the one for large results first. Of 32 rows x 8 columns lavapipe's 8 lanes make 1024³ in 59 ms,
 * of 16 x 8 in 69; SwiftShader's 4 lanes take twice as long over 32 rows as over 16, and 64 take lavapipe a second to compile.
 */
const BLOCKS: Readonly<Record<number, readonly { rows: number; cols: number }[]>> = {
  4: [
    { rows: 16, cols: 8 },
    { rows: 8, cols: 8 },
    { rows: 4, cols: 8 },
    { rows: 16, cols: 2 },
  ],
  8: [
    { rows: 32, cols: 8 },
    { rows: 16, cols: 8 },
    { rows: 8, cols: 8 },
    { rows: 16, cols: 2 },
  ],
};

/** What one load takes, in multiply-adds: fitted to the blocks' measured speeds on both software adapters. */
const LOAD = 16;

/** The tile that covers a result of M rows and N columns in the least time. */
export function chooseLanesTile(lanes: number, M: number, N: number): Tile {
  const tiles = (BLOCKS[lanes] ?? []).map(({ rows, cols }): [number, Tile] => {
    const time = rows * cols + LOAD * (rows / lanes + cols);
    return [Math.ceil(M / rows) * Math.ceil(N / (cols * lanes)) * time, { rows, cols, x: lanes, y: 1 }];
  });
  return tiles.reduce((best, next) => (next[0] < best[0] ? next : best))[1];
}

const lanesMatmul = (lanes: number) =>
  defineKernel({
    name: `matmul_lanes_${lanes}`,
    dims,
    options,
    bindings,
    plan: ({ Z, M, N }, limits) => tiledPlan(chooseLanesTile(lanes, M, N), { Z, M, N }, limits),
    cost,
    wgsl: (plan, { options, has }) => lanesCode(lanes, plan, options, has),
  });

function lanesCode(lanes: number, plan: TiledPlan, options: MatmulOptions, has: Has): string {
  const { rows, cols } = plan.tile;
  const { transposeA, transposeB } = options;
  const reads = rows / lanes;
  const rowOfRead = (i: number): string => `row + ${i * lanes}u + lane`;
  const { functions, depth, isPacked } = packing(options, has);
  return wgsl`
    ${functions}
    @compute @workgroup_size(${lanes})
    fn main(
      @builtin(workgroup_id) group: vec3u,
      @builtin(local_invocation_id) local: vec3u,
      @builtin(subgroup_invocation_id) lane: u32,
    ) {
      ${findTile(plan, isPacked)}
      let row = tileRow;
      let firstCol = tileCol + local.x; // and then every ${lanes}th
      ${each(reads, (i) => `let a${i}At = z * dims.strideA + rowAt(min(${rowOfRead(i)}, dims.M - 1u))${transposeA ? "" : " * dims.lda"};`)}
      ${each(cols, (j) => `let b${j}At = z * dims.strideB + min(firstCol + ${j * lanes}u, dims.N - 1u)${transposeB ? " * dims.ldb" : ""};`)}
      ${each(rows, (i) => each(cols, (j) => `var c${i}_${j} = 0.0;`, " "))}
      ${has.sumA ? each(reads, (i) => `var sum${i} = 0.0;`) : ""}
      let depth = ${depth("row")};
      for (var k = 0u; k < depth; k++) {
        let aK = termAt(k)${transposeA ? " * dims.lda" : ""};
        let bK = termAt(k)${transposeB ? "" : " * dims.ldb"};
        ${each(reads, (i) => `let own${i} = a[a${i}At + aK];`)}
        ${each(cols, (j) => `let b${j} = b[b${j}At + bK];`)}
        ${each(rows, (i) => `let a${i} = subgroupBroadcast(own${Math.floor(i / lanes)}, ${i % lanes}u); ${each(cols, (j) => `c${i}_${j} = fma(a${i}, b${j}, c${i}_${j});`, " ")}`)}
        ${has.sumA ? each(reads, (i) => `sum${i} += own${i};`) : ""}
      }
      ${storeBlock(plan.tile, { sum: (i, j) => `c${i}_${j}`, column: `firstCol + j * ${lanes}u` }, options, has)}
      ${
        has.sumA
          ? `if (tileCol == 0u) {
        ${each(reads, (i) => `if (${rowOfRead(i)} < dims.M) { sumA[z * dims.M + ${rowOfRead(i)}] = sum${i}; }`)}
      }`
          : ""
      }
    }`;
}

function lanesSpeed(lanes: number, { dims }: VariantFacts, { adapter, features }: DeviceFacts): number {
  const isOneSize = adapter.subgroupMinSize === lanes && adapter.subgroupMaxSize === lanes;
  if (!adapter.isSoftware || !isOneSize || !features.has("subgroups")) return 0;
  const { M = 0, N = 0 } = dims;
  if (N <= 2) return 0.6;
  return M === 1 ? 0.9 : lanes / 5 + 0.6;
}

const lanesVariant = (lanes: number): Variant => ({
  kernel: lanesMatmul(lanes),
  why: `rows of A read once by ${lanes} lanes for all of them`,
  speed: (call, device) => lanesSpeed(lanes, call, device),
});

export const lanesVariants: readonly Variant[] = [lanesVariant(4), lanesVariant(8)];
