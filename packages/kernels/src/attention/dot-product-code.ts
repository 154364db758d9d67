import { foldGrid, type Limits, type Plan, wgsl } from "../core";
import type { DotProductDims, DotProductOptions } from "./dot-product";

/** Rows of the other side that a block takes at a time: one step of the online softmax. */
export const BLOCK = 8;

/**
 * How a kernel is laid over the device. Lanes that stand side by side hold the same rows. First each multiplies these with
 * rows of the block that are its own, then each sums over the block for features that are its own; in between they tell
 * one another their scores.
 */
export interface Layout {
  /** Rows that a lane holds. */
  readonly rows: number;
  /** Lanes side by side: 8 where they talk through workgroup memory, those of a subgroup where they do without. */
  readonly lanes: number;
  readonly talk: "memory" | "subgroup";
  /** Such sets of lanes in a workgroup. */
  readonly sets: number;
}

/** Tiles of rows, of each of several columns: a column is a head of a batch row. */
export interface TiledPlan extends Plan {
  readonly layout: Layout;
  readonly workgroupSize: number;
  readonly widest: number;
  /** Rows of a tile. */
  readonly reach: number;
}

/** Spreads `rows` rows of each of `columns` columns. */
export function tilePlan(layout: Layout, rows: number, columns: number, limits: Limits): TiledPlan {
  const reach = layout.rows * layout.sets;
  return {
    layout,
    workgroupSize: layout.lanes * layout.sets,
    ...foldGrid(columns * Math.ceil(rows / reach), limits),
    widest: limits.maxComputeWorkgroupsPerDimension,
    reach,
  };
}

/** `count` lines of WGSL. */
export const each = (count: number, line: (index: number) => string, separator = "\n      "): string =>
  Array.from({ length: count }, (_, index) => line(index)).join(separator);

/** Rows of the block that are a lane's own. */
export const ownCount = ({ lanes }: Layout): number => BLOCK / lanes;
const ceil = (extent: number, by: number): number => Math.ceil(extent / by);

/** WGSL of the place in the block of a lane's k-th own row. */
export const ownPlace = ({ lanes }: Layout, k: number): string => (k === 0 ? "lane" : `lane + ${k * lanes}u`);

/** WGSL `load_NAME(row, d)`: element d of a row of `extent`, 0 past its end. */
export function load(name: string, extent: number, { lanes }: Layout): string {
  const value = `${name}[row * ${extent}u + min(d, ${extent - 1}u)]`;
  const isWhole = extent % lanes === 0;
  return `fn load_${name}(row: u32, d: u32) -> f32 { return ${isWhole ? `${name}[row * ${extent}u + d]` : `select(0.0, ${value}, d < ${extent}u)`}; }`;
}

/**
 * The start of the main function: `column`, `firstRow` of the tile, `lane`, `team`, and `own`, the first row that the lane
 * holds. `columns` says how many there are, `names` are the scores that lanes tell one another.
 */
export function tileHead(
  plan: TiledPlan,
  { rows, columns }: { rows: string; columns: string },
  names: readonly string[],
): string {
  const { layout, workgroupSize, widest, reach } = plan;
  const isMemory = layout.talk === "memory";
  return wgsl`
    ${isMemory ? names.map((name) => `var<workgroup> told_${name}: array<f32, ${reach * BLOCK}>;`).join("\n") : ""}
    @compute @workgroup_size(${workgroupSize})
    fn main(
      @builtin(workgroup_id) group: vec3u,
      @builtin(local_invocation_index) index: u32,
      ${isMemory ? "" : "@builtin(subgroup_invocation_id) lane: u32,"}
    ) {
      let tiles = (${rows} + ${reach - 1}u) / ${reach}u;
      let tile = group.x + group.y * ${widest}u;
      if (tile >= tiles * (${columns})) { return; } // a grid that is folded overhangs
      let column = tile / tiles;
      let firstRow = tile % tiles * ${reach}u;
      ${isMemory ? `let lane = index % ${layout.lanes}u;` : ""}
      let team = ${isMemory ? `index / ${layout.lanes}u` : "0u"};
      let own = firstRow + team * ${layout.rows}u;`;
}

/** WGSL that declares what a column of queries is, `b`, `n` and its `keyHead`; `end`, past the last key that the tile sees; and a key's row. */
export function queryColumn({ reach }: TiledPlan, { N, M }: DotProductDims, { causal }: DotProductOptions) {
  const lastSeen = `u32(max(place(b, min(firstRow + ${reach - 1}u, dims.T - 1u)) + 1, 0))`;
  return {
    column: wgsl`
      let b = column / ${N}u;
      let n = column % ${N}u;
      let keyHead = n / ${N / M}u;`,
    end: `let end = ${causal ? `min(keyCount(b), ${lastSeen})` : "keyCount(b)"};`,
    key: (at: string): string => `(b * dims.S + min(s + ${at}, dims.S - 1u)) * ${M}u + keyHead`,
  };
}

/** WGSL for each row r that a lane holds and each row k of the block that is its own. */
export const eachPair = (layout: Layout, code: (r: number, k: number) => string): string =>
  each(layout.rows, (r) => each(ownCount(layout), (k) => code(r, k)));

/**
 * Dot products `${name}${r}_${k}` of the rows that a lane holds, `${a}Row${r}` of `a`, and its own of the block,
 * `${b}Row${k}` of `b`: four sums each, by the places mod 4, each in order and with `fma`, then (0 + 1) + (2 + 3).
 */
export function dots(name: string, a: string, b: string, extent: number, layout: Layout): string {
  const { rows, lanes, talk } = layout;
  const width = talk === "memory" ? 4 : lanes;
  const step = (j: number): string => wgsl`
          ${each(rows, (r) => `let x${j}_${r} = ${talk === "memory" ? `load_${a}(${a}Row${r}, d + ${j}u)` : `subgroupBroadcast(mine${r}, ${j}u)`};`, " ")}
          ${each(ownCount(layout), (k) => `let y${j}_${k} = load_${b}(${b}Row${k}, d + ${j}u);`, " ")}
          ${eachPair(layout, (r, k) => `sum${r}_${k}[${j % 4}] = fma(x${j}_${r}, y${j}_${k}, sum${r}_${k}[${j % 4}]);`)}`;
  return wgsl`
      ${eachPair(layout, (r, k) => `var ${name}${r}_${k} = 0.0;`)}
      {
        ${eachPair(layout, (r, k) => `var sum${r}_${k} = vec4f(0.0);`)}
        for (var d = 0u; d < ${width * ceil(extent, width)}u; d += ${width}u) {
          ${talk === "memory" ? "" : each(rows, (r) => `let mine${r} = load_${a}(${a}Row${r}, d + lane);`)}
          ${each(width, step)}
        }
        ${eachPair(layout, (r, k) => `${name}${r}_${k} = (sum${r}_${k}.x + sum${r}_${k}.y) + (sum${r}_${k}.z + sum${r}_${k}.w);`)}
      }`;
}

/** Where workgroup memory has the scores of row r with the block. */
const toldAt = (r: number, { rows }: Layout): string => `(team * ${rows}u + ${r}u) * ${BLOCK}u`;

/** Lanes tell one another their `${name}${r}_${k}`, for `told` to read. All of them come here. */
export function tell(names: readonly string[], layout: Layout): string {
  if (layout.talk === "subgroup") return "";
  return wgsl`
        ${names.map((name) => each(layout.rows, (r) => `told_${name}[${toldAt(r, layout)} + lane] = ${name}${r}_0;`)).join("\n")}
        workgroupBarrier();`;
}

/** WGSL of row r's score `name` with place `j` of the block, which is the same for all lanes. */
export function told(name: string, r: number, layout: Layout): string {
  const { lanes, talk } = layout;
  if (talk === "memory") return `told_${name}[${toldAt(r, layout)} + j]`;
  if (lanes === BLOCK) return `subgroupShuffle(${name}${r}_0, j)`;
  return `subgroupShuffle(select(${name}${r}_0, ${name}${r}_1, j >= ${lanes}u), j % ${lanes}u)`;
}

/** WGSL that declares `into`: the highest of `from` and of row r's scores `name` with the block. */
export function highest(into: string, from: string, name: string, r: number, layout: Layout): string {
  if (layout.talk === "subgroup") {
    const own = Array.from({ length: ownCount(layout) }, (_, k) => `${name}${r}_${k}`).reduce(
      (a, b) => `max(${a}, ${b})`,
    );
    return `let ${into} = max(${from}, subgroupMax(${own}));`;
  }
  return `var ${into} = ${from}; for (var j = 0u; j < ${BLOCK}u; j++) { ${into} = max(${into}, ${told(name, r, layout)}); }`;
}

/** Sums that a lane keeps, one for each of its rows and each of its features: lane, lane + lanes, … */
export const sums = (name: string, extent: number, { rows, lanes }: Layout): string =>
  each(rows, (r) => each(ceil(extent, lanes), (i) => `var ${name}${r}_${i} = 0.0;`, " "));

/** Rows of the block that are added to the sums of a lane. */
export interface Addition {
  /** The sums, see `sums`. */
  readonly name: string;
  readonly array: string;
  readonly extent: number;
  /** The weights, told by all lanes. */
  readonly weights: string;
  /** WGSL of a weight `w` as it is used, by r; `w` itself where absent. */
  readonly weight?: (r: number) => string;
}

/**
 * Adds the block's rows to the sums, sum_r ← sum_r + Σ_j weight_rj·row_j, in the order of j, each with `fma`.
 * @param row WGSL of the row of the arrays at place `j` of the block
 * @param shared WGSL for each weight `w` of row r
 */
export function addBlock(
  additions: readonly Addition[],
  row: string,
  layout: Layout,
  shared: (r: number) => string = () => "",
): string {
  const { rows, lanes } = layout;
  const one = ({ name, array, extent, weights, weight = () => "w" }: Addition): string => wgsl`{
          ${each(ceil(extent, lanes), (i) => `let y${i} = load_${array}(row, lane + ${i * lanes}u);`, " ")}
          ${each(
            rows,
            (r) => wgsl`{
            let w = ${told(weights, r, layout)};
            ${shared(r)}
            let used = ${weight(r)};
            ${each(ceil(extent, lanes), (i) => `${name}${r}_${i} = fma(used, y${i}, ${name}${r}_${i});`, " ")}
          }`,
          )}
        }`;
  return wgsl`
      for (var j = 0u; j < ${BLOCK}u; j++) {
        let row = ${row};
        ${additions.map(one).join("\n")}
      }`;
}

/** Multiplies all sums of row r. */
export const scaleSums = (name: string, extent: number, { lanes }: Layout, r: number, factor: string): string =>
  each(ceil(extent, lanes), (i) => `${name}${r}_${i} *= ${factor};`, " ");

/** Stores the sums of row r, times `factor`, as the row `row` of an array. */
export const storeSums = (
  name: string,
  array: string,
  extent: number,
  { lanes }: Layout,
  of: { r: number; row: string; factor: string },
) =>
  each(ceil(extent, lanes), (i) => {
    const store = `${array}[${of.row} * ${extent}u + lane + ${i * lanes}u] = ${of.factor} * ${name}${of.r}_${i};`;
    return (i + 1) * lanes <= extent ? store : `if (lane + ${i * lanes}u < ${extent}u) { ${store} }`;
  });

/** Where each part of `terms` begins. */
function termStarts(o: DotProductOptions, N: number): Record<"lengths" | "offsets" | "slopes" | "bias", string> {
  const [lengths, offsets, slopes] = [
    o.lengths ? "dims.B" : "0u",
    o.offsets ? "dims.B" : "0u",
    o.slopes ? `${N}u` : "0u",
  ];
  return {
    lengths: "0u",
    offsets: lengths,
    slopes: `${lengths} + ${offsets}`,
    bias: `${lengths} + ${offsets} + ${slopes}`,
  };
}

/**
 * WGSL functions of the score of a query and a key:
 *   keyCount(b), place(b, t)       keys that take part, and the place of query t
 *   capped(dot)                    scale·dot, bounded by softcap
 *   scored(capped, b, n, t, s)     with what is added, and −1e30 where masked
 *   weightOf(score, highest)       e^(score − highest), exactly 0 where masked
 *   keep(row, t, s)                0 or 1/(1 − p): word s mod 4 of Philox's counter (s div 4, t, draw, head of a batch
 *                                  row), so that a longer sequence draws the same for what was there
 */
export function scoreFunctions(o: DotProductOptions, { N }: Pick<DotProductDims, "N">): string {
  const at = termStarts(o, N);
  const biasAt = `${at.bias} + b * dims.biasB + n * dims.biasN + t * dims.biasT + s * dims.biasS`;
  return wgsl`
    const MASKED: f32 = -1e29;
    const NOTHING: f32 = -1e30;
    fn keyCount(b: u32) -> u32 { return ${o.lengths ? `min(u32(terms[${at.lengths} + b]), dims.S)` : "dims.S"}; }
    fn place(b: u32, t: u32) -> i32 { return ${o.offsets ? `i32(terms[${at.offsets} + b])` : "dims.offset"} + i32(t); }
    fn capped(dot: f32) -> f32 {
      let x = dot * dims.scale;
      return ${o.softcap ? "dims.softcap * tanhSafe(x / dims.softcap)" : "x"};
    }
    fn scored(x: f32, b: u32, n: u32, t: u32, s: u32) -> f32 {
      var score = x;
      ${o.slopes ? `score = fma(-terms[${at.slopes} + n], f32(abs(place(b, t) - i32(s))), score);` : ""}
      ${o.bias ? `score += terms[${biasAt}];` : ""}
      let isOpen = s < keyCount(b)${o.causal ? " && i32(s) <= place(b, t)" : ""};
      return select(NOTHING, score, isOpen);
    }
    fn weightOf(score: f32, highest: f32) -> f32 {
      return select(exp(score - highest), 0.0, score <= MASKED);
    }
    ${o.dropout ? KEEP : ""}`;
}

const KEEP = wgsl`
    fn keep(row: u32, t: u32, s: u32) -> f32 {
      let words = philox(vec4u(s / 4u, t, dims.draw, row), vec2u(dims.seedLow, dims.seedHigh));
      return select(0.0, 1.0 / (1.0 - dims.p), unitFloat(words[s % 4u]) >= dims.p);
    }`;

/** The slope of the bound at x = `capped`, as a factor. */
export const capSlope = (o: DotProductOptions, x: string): string =>
  o.softcap ? ` * (1.0 - (${x} / dims.softcap) * (${x} / dims.softcap))` : "";
