import { foldGrid, type Limits, type Plan } from "../core";

/** How a matmul is cut: each invocation keeps `rows` x `cols` results in registers, each workgroup has x · y invocations. */
export interface Tile {
  readonly rows: number;
  readonly cols: number;
  readonly x: number;
  readonly y: number;
}

/**
 * Tiles of the plain kernel by the shape of the result. A tile of 8 x 8 reads 16 numbers for 64 multiply-adds, which is
 * what software adapters and GPUs alike are short of; the others waste less where the result is small or a single row
 * or column. All add in the order of k, so the choice changes no bit.
 */
const TILES = {
  square: { rows: 8, cols: 8, x: 8, y: 8 },
  small: { rows: 8, cols: 4, x: 8, y: 4 },
  row: { rows: 1, cols: 4, x: 64, y: 1 },
  column: { rows: 8, cols: 1, x: 1, y: 64 },
} as const satisfies Record<string, Tile>;

/** The plain kernel's tile for a result of M rows and N columns. */
export function chooseTile(M: number, N: number): Tile {
  if (N <= 4) return TILES.column;
  if (M <= 4) return TILES.row;
  return M > 32 && N > 32 ? TILES.square : TILES.small;
}

export interface TiledPlan extends Plan {
  readonly workgroupSize: readonly [number, number, number];
  readonly tile: Tile;
  /** Workgroups in one row of the grid: tile = group.x + group.y · width. */
  readonly width: number;
}

/** One workgroup per tile of each of Z results [M, N], in the order z, tile row, tile column. */
export function tiledPlan(
  tile: Tile,
  { Z, M, N }: { readonly Z: number; readonly M: number; readonly N: number },
  limits: Limits,
): TiledPlan {
  const tiles = Z * Math.ceil(M / (tile.rows * tile.y)) * Math.ceil(N / (tile.cols * tile.x));
  const width = limits.maxComputeWorkgroupsPerDimension;
  return { workgroupSize: [tile.x, tile.y, 1], ...foldGrid(tiles, limits), tile, width };
}
