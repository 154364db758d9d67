import { wgsl } from "../core";
import { activationCode } from "../wgsl/activation";
import type { MatmulOptions } from "./definition";
import type { TiledPlan } from "./tile";

/** Which optional arrays a call has. */
export type Has = Readonly<Record<"bias" | "sumA", boolean>>;

/** One piece of code for each of 0 … n − 1. */
export const each = (n: number, code: (i: number) => string, separator = "\n"): string =>
  Array.from({ length: n }, (_, i) => code(i)).join(separator);

/** WGSL that says which tile of which product a workgroup makes: z, and the first row and column of the tile. */
export function findTile({ tile: { rows, cols, x, y }, width }: TiledPlan): string {
  return wgsl`
      let tilesAcross = (dims.N + ${cols * x - 1}u) / ${cols * x}u;
      let tilesDown = (dims.M + ${rows * y - 1}u) / ${rows * y}u;
      let tile = group.x + group.y * ${width}u;
      let z = tile / (tilesAcross * tilesDown);
      if (z >= dims.Z) { return; } // a grid folded into y overhangs
      let tileRow = tile / tilesAcross % tilesDown * ${rows * y}u;
      let tileCol = tile % tilesAcross * ${cols * x}u;`;
}

/** An element of a or b as f32. */
export const load = (type: string, element: string): string => (type === "f32" ? element : `f32(${element})`);

/**
 * WGSL that stores what an invocation holds of C: rows from `row` on, `sum(i, j)` being the expression for row i and
 * `column` the one for the column of a WGSL index j. Neither loop has a bound that a compiler could unroll it by: with
 * sixty-four guarded stores in a row lavapipe compiles for 0.8 s, and so for 0.2 s, most of it for the loop over k.
 */
export function storeBlock(
  { rows, cols }: { rows: number; cols: number },
  { sum, column }: { sum: (i: number, j: number) => string; column: string },
  { activation, cType }: MatmulOptions,
  has: Has,
): string {
  const value = activationCode(activation, "value");
  return wgsl`
      var block = array<f32, ${rows * cols}>(${each(rows * cols, (n) => sum(Math.floor(n / cols), n % cols), ", ")});
      let rowsLeft = min(${rows}u, max(row, dims.M) - row);
      for (var i = 0u; i < rowsLeft; i++) {
        let line = (z * dims.M + row + i) * dims.N;
        for (var j = 0u; j < min(${cols}u, dims.N); j++) {
          let col = ${column};
          if (col >= dims.N) { break; }
          let value = block[i * ${cols}u + j]${has.bias ? " + bias[col]" : ""};
          c[line + col] = ${cType === "f32" ? value : `f16(${value})`};
        }
      }`;
}
