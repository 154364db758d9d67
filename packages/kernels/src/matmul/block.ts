import { wgsl } from "../core";
import { opCode } from "../elementwise/op-code";
import { activationCode } from "../wgsl/activation";
import { fromBothEnds } from "../wgsl/from-both-ends";
import type { MatmulOptions } from "./definition";
import { EPILOGUE_ARRAYS, type Epilogue } from "./epilogue";
import type { TiledPlan } from "./tile";

/** Which optional arrays a call has. */
export type Has = Readonly<Record<"bias" | "steps" | "sumA" | (typeof EPILOGUE_ARRAYS)[number], boolean>>;

/** One piece of code for each of 0 … n − 1. */
export const each = (n: number, code: (i: number) => string, separator = "\n"): string =>
  Array.from({ length: n }, (_, i) => code(i)).join(separator);

/** WGSL that says which tile of which product a workgroup makes: z, and the first row and column of the tile. */
export function findTile({ tile: { rows, cols, x, y }, width }: TiledPlan, isPacked: boolean): string {
  const down = "tile / tilesAcross % tilesDown";
  return wgsl`
      let tilesAcross = (dims.N + ${cols * x - 1}u) / ${cols * x}u;
      let tilesDown = (dims.M + ${rows * y - 1}u) / ${rows * y}u;
      let tile = group.x + group.y * ${width}u;
      let z = tile / (tilesAcross * tilesDown);
      if (z >= dims.Z) { return; } // a grid folded into y overhangs
      let tileRow = ${isPacked ? `fromBothEnds(${down}, tilesDown)` : down} * ${rows * y}u;
      let tileCol = tile % tilesAcross * ${cols * x}u;`;
}

/**
 * WGSL that says where the m-th row of a and c and the k-th term lie. Where rows are packed, a block that begins past those
 * that are not padding adds nothing; where terms are, only those that are not are added.
 */
export function packing(
  { packed }: MatmulOptions,
  { steps }: Has,
): { functions: string; depth: (row: string) => string; isPacked: boolean } {
  const listed = (axis: MatmulOptions["packed"]): boolean => steps && packed === axis;
  return {
    isPacked: listed("rows"),
    functions: wgsl`
    ${listed("rows") ? fromBothEnds : ""}
    fn rowAt(m: u32) -> u32 { return ${listed("rows") ? "steps[1u + m]" : "m"}; }
    fn termAt(k: u32) -> u32 { return ${listed("depth") ? "steps[1u + k]" : "k"}; }`,
    depth: (row) => {
      if (listed("depth")) return "steps[0]";
      return listed("rows") ? `select(dims.K, 0u, ${row} >= steps[0])` : "dims.K";
    },
  };
}

/**
 * WGSL that stores what an invocation holds of C: rows from `row` on, `sum(i, j)` being the expression for row i and
 * `column` the one for the column of a WGSL index j. Neither loop has a bound that a compiler could unroll it by: with
 * sixty-four guarded stores in a row lavapipe compiles for 0.8 s, and so for 0.2 s, most of it for the loop over k.
 */
export function storeBlock(
  { rows, cols }: { rows: number; cols: number },
  { sum, column }: { sum: (i: number, j: number) => string; column: string },
  { activation, epilogue, packed }: MatmulOptions,
  has: Has,
): string {
  const held = `block[i * ${cols}u + j]`;
  const sumOf = has.steps && packed === "rows" ? `select(0.0, ${held}, row + i < steps[0])` : held;
  const value = activationCode(activation, "value");
  return wgsl`
      var block = array<f32, ${rows * cols}>(${each(rows * cols, (n) => sum(Math.floor(n / cols), n % cols), ", ")});
      let rowsLeft = min(${rows}u, max(row, dims.M) - row);
      for (var i = 0u; i < rowsLeft; i++) {
        let line = (z * dims.M + rowAt(row + i)) * dims.N;
        for (var j = 0u; j < min(${cols}u, dims.N); j++) {
          let col = ${column};
          if (col >= dims.N) { break; }
          let value = ${sumOf}${has.bias ? " + bias[col]" : ""};
          ${storeCode(value, epilogue, has)}
        }
      }`;
}

/** WGSL that stores a value, an expression, as `epilogue` makes it. */
function storeCode(value: string, epilogue: Epilogue, has: Has): string {
  if (epilogue.length === 0) return `c[line + col] = ${value};`;
  const values = [value, ...EPILOGUE_ARRAYS.filter((name) => has[name]).map((name) => `${name}[line + col]`)];
  const lines = values.map((code, id) => `let v${id} = ${code};`);
  for (const { op, args } of epilogue) {
    const names = args.map((id) => `v${id}`);
    lines.push(`let v${lines.length} = ${opCode(op, names)};`);
  }
  return wgsl`
          ${lines.join("\n          ")}
          c[line + col] = v${lines.length - 1};`;
}
