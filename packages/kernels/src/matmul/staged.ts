import { type DeviceFacts, defineKernel, type Variant, type VariantFacts, wgsl } from "../core";
import { each, findTile, type Has, packing, storeBlock } from "./block";
import {
  bindings,
  bindingsInFours,
  cost,
  dims,
  isInFours,
  type MatmulDims,
  type MatmulOptions,
  options,
} from "./definition";
import { type Tile, type TiledPlan, tiledPlan } from "./tile";

/*
 * Matmul that stages DEPTH steps of k of its rows of A and columns of B in workgroup memory, k outermost, so that an
 * invocation reads its block's operands as vec4f: 16 numbers in 4 loads for 64 multiply-adds.
 *
 * Gains: on a GPU each number leaves memory once per workgroup, not once per invocation, in runs that neighbouring
 * invocations read together whichever way a matrix is stored. `matmul_staged_fours` also reads memory in vec4f.
 *
 * Gives up: two barriers for every DEPTH steps and copies that software adapters pay dearly: at 512³ SwiftShader reaches
 * 1.2 GFLOP/s where the plain kernel reaches 4.1, lavapipe 5.4 where it reaches 13. Never chosen there. The fours need
 * rows and strides that are multiples of four. Its speed on a GPU is expected, not yet measured.
 */

/** Steps of k in workgroup memory at a time. */
const DEPTH = 16;

/** 64 x 64 results a workgroup where there are enough of them to keep a GPU busy, else 32 x 32. */
const LARGE: Tile = { rows: 8, cols: 8, x: 8, y: 8 };
const SMALL: Tile = { rows: 4, cols: 4, x: 8, y: 8 };
const ENOUGH = 128;

export function chooseStagedTile({ Z, M, N }: Pick<MatmulDims, "Z" | "M" | "N">): Tile {
  return Z * Math.ceil(M / 64) * Math.ceil(N / 64) >= ENOUGH ? LARGE : SMALL;
}

const stagedMatmul = (inFours: boolean) =>
  defineKernel({
    name: inFours ? "matmul_staged_fours" : "matmul_staged",
    dims,
    options,
    bindings: inFours ? bindingsInFours : bindings,
    plan: (dims, limits) => tiledPlan(chooseStagedTile(dims), dims, limits),
    cost,
    wgsl: (plan, { options, has }) => stagedCode(inFours, plan, options, has),
  });

/** One of the two matrices as a tile of it is staged: `lanes` rows of A or columns of B, "across" being along those. */
interface Side {
  readonly name: "a" | "b";
  /** Rows of A or columns of B in the tile, and how many there are in all. */
  readonly across: number;
  readonly extent: "dims.M" | "dims.N";
  readonly first: "tileRow" | "tileCol";
  readonly ld: "dims.lda" | "dims.ldb";
  readonly stride: "dims.strideA" | "dims.strideB";
  /** Whether neighbours in memory are neighbours across, rather than along k. */
  readonly isAcross: boolean;
}

/**
 * WGSL that copies a tile in blocks of 4 (across) x 4 (k), turned where memory runs along k. Indices are held within the
 * matrix: the compute loop stops at K, and what lies beyond M or N is not stored.
 */
function stage(side: Side, inFours: boolean, threads: number): string {
  const { name, across, extent, first, ld, stride, isAcross } = side;
  const quads = across / 4;
  const [quad, step] = isAcross ? [`n % ${quads}u`, `n / ${quads}u`] : [`n / ${DEPTH / 4}u`, `n % ${DEPTH / 4}u`];
  const rowOrColumn = (m: string): string => (name === "a" ? `rowAt(${m})` : m);
  const at = (m: string, k: string): string =>
    isAcross ? `termAt(${k}) * ${ld} + ${rowOrColumn(m)}` : `${rowOrColumn(m)} * ${ld} + termAt(${k})`;
  const clamp = (index: string, end: string, width = 1): string => `min(${index}, ${end} - ${width}u)`;
  const four = (i: number): string => {
    if (inFours) {
      const index = isAcross
        ? at(clamp("m", extent, 4), clamp(`k + ${i}u`, "depth"))
        : at(clamp(`m + ${i}u`, extent), clamp("k", "depth", 4));
      return `${name}[(start + ${index}) / 4u]`;
    }
    const one = (q: number): string => {
      const [m, k] = isAcross ? [q, i] : [i, q];
      const index = at(clamp(`m + ${m}u`, extent), clamp(`k + ${k}u`, "depth"));
      return `${name}[start + ${index}]`;
    };
    return `vec4f(${each(4, one, ", ")})`;
  };
  const turned = (q: number): string => `vec4f(${each(4, (i) => `v${i}.${"xyzw"[q]}`, ", ")})`;
  return wgsl`
        for (var n = thread; n < ${(quads * DEPTH) / 4}u; n += ${threads}u) {
          let start = z * ${stride};
          let m = ${first} + ${quad} * 4u;
          let k = k0 + ${step} * 4u;
          ${each(4, (i) => `let v${i} = ${four(i)};`)}
          let to = ${step} * ${quads * 4}u + ${quad};
          ${each(4, (q) => `${name}Tile[to + ${q * quads}u] = ${isAcross ? `v${q}` : turned(q)};`)}
        }`;
}

function stagedCode(inFours: boolean, plan: TiledPlan, options: MatmulOptions, has: Has): string {
  const { rows, cols, x, y } = plan.tile;
  const { transposeA, transposeB } = options;
  const [rowQuads, colQuads] = [rows / 4, cols / 4];
  const { functions, depth, isPacked } = packing(options, has);
  const a: Side = {
    name: "a",
    across: rows * y,
    extent: "dims.M",
    first: "tileRow",
    ld: "dims.lda",
    stride: "dims.strideA",
    isAcross: transposeA,
  };
  const b: Side = {
    name: "b",
    across: cols * x,
    extent: "dims.N",
    first: "tileCol",
    ld: "dims.ldb",
    stride: "dims.strideB",
    isAcross: !transposeB,
  };
  const element = (name: string, i: number): string => `${name}${Math.floor(i / 4)}.${"xyzw"[i % 4]}`;
  return wgsl`
    ${functions}
    var<workgroup> aTile: array<vec4f, ${(a.across * DEPTH) / 4}>;
    var<workgroup> bTile: array<vec4f, ${(b.across * DEPTH) / 4}>;
    @compute @workgroup_size(${x}, ${y})
    fn main(
      @builtin(workgroup_id) group: vec3u,
      @builtin(local_invocation_id) local: vec3u,
      @builtin(local_invocation_index) thread: u32,
    ) {
      ${findTile(plan, isPacked)}
      let row = tileRow + local.y * ${rows}u;
      ${each(rows, (i) => each(colQuads, (j) => `var c${i}_${j} = vec4f();`, " "))}
      ${has.sumA ? each(rowQuads, (i) => `var sum${i} = vec4f();`) : ""}
      let depth = ${depth("tileRow")};
      for (var k0 = 0u; k0 < depth; k0 += ${DEPTH}u) {
        ${stage(a, inFours, x * y)}
        ${stage(b, inFours, x * y)}
        workgroupBarrier();
        for (var k = 0u; k < min(${DEPTH}u, depth - k0); k++) {
          ${each(rowQuads, (i) => `let a${i} = aTile[k * ${a.across / 4}u + local.y * ${rowQuads}u + ${i}u];`)}
          ${each(colQuads, (j) => `let b${j} = bTile[k * ${b.across / 4}u + local.x + ${j * x}u];`)}
          ${each(rows, (i) => each(colQuads, (j) => `c${i}_${j} = fma(vec4f(${element("a", i)}), b${j}, c${i}_${j});`, " "))}
          ${has.sumA ? each(rowQuads, (i) => `sum${i} += a${i};`) : ""}
        }
        workgroupBarrier();
      }
      ${storeBlock(
        plan.tile,
        {
          sum: (i, j) => `c${i}_${Math.floor(j / 4)}.${"xyzw"[j % 4]}`,
          column: `tileCol + (j / 4u * ${x}u + local.x) * 4u + j % 4u`,
        },
        options,
        has,
      )}
      ${
        has.sumA
          ? `if (tileCol == 0u && local.x == 0u) {
        ${each(rows, (i) => `if (row + ${i}u < dims.M) { sumA[z * dims.M + row + ${i}u] = ${element("sum", i)}; }`)}
      }`
          : ""
      }
    }`;
}

function stagedSpeed(inFours: boolean, { dims, options }: VariantFacts, { adapter }: DeviceFacts): number {
  const sizes = dims as MatmulDims;
  if (adapter.isSoftware || (inFours && !isInFours(sizes, options as MatmulOptions))) return 0;
  if (sizes.M < 16 || sizes.N < 16) return 0.5;
  return inFours ? 3 : 2.5;
}

const stagedVariant = (inFours: boolean): Variant => ({
  kernel: stagedMatmul(inFours),
  why: `tiles of A and B in workgroup memory${inFours ? ", read four numbers at a time" : ""}`,
  speed: (call, device) => stagedSpeed(inFours, call, device),
});

export const stagedVariants: readonly Variant[] = [stagedVariant(true), stagedVariant(false)];
