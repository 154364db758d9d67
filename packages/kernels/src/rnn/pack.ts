import { type DimValues, defineKernel, flatPlan, optional, perCall, perModel, read, wgsl, write } from "../core";

/** vec4f columns of a packed transposed recurrent matrix: one per unit, or one per four units of a cell with one gate. */
export const packedColumns = (G: number, H: number): number => (G === 1 ? Math.ceil(H / 4) : H);

/** vec4f columns of a padded recurrent matrix. */
export const paddedColumns = (H: number): number => Math.ceil(H / 4);

const dims = { D: perModel("directions"), G: perModel("gates of a unit"), H: perModel("hidden units") };

/**
 * The recurrent matrix R [D, G·H, H] transposed and packed for the forward scans:
 *   rT[d, k, q] = (R[d, q·W, k], R[d, q·W + 1, k], …)   with W = G, or 4 where G = 1; lanes past W and rows past G·H are 0.
 * So one vec4f holds what state k gives to all gates of unit q, or, in a cell of one gate, to units 4q … 4q + 3.
 */
export const packRecurrent = defineKernel({
  name: "pack_recurrent",
  dims,
  bindings: {
    r: read("f32", ({ D = 0, G = 0, H = 0 }) => [D, G * H, H]),
    rT: write("vec4f", ({ D = 0, G = 0, H = 0 }) => [D, H, packedColumns(G, H)]),
  },
  plan: ({ D, G, H }, limits) => flatPlan(D * H * packedColumns(G, H), limits),
  cost: ({ D, G, H }) => ({ flops: 0, bytes: 4 * D * H * (G * H + 4 * packedColumns(G, H)) }),
  wgsl: (plan, { dims: { G, H } }) => {
    const lanes = G === 1 ? 4 : G;
    const lane = (l: number) => (l < lanes ? `element(d, q * ${lanes}u + ${l}u, k)` : "0.0");
    return wgsl`
    const Q = ${packedColumns(G, H)}u;
    fn element(d: u32, row: u32, k: u32) -> f32 {
      return select(0.0, r[(d * G * H + min(row, G * H - 1u)) * H + k], row < G * H);
    }
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let n = id.x + id.y * ${plan.width}u;
      if (n >= D * H * Q) { return; }
      let q = n % Q;
      let k = n / Q % H;
      let d = n / (Q * H);
      rT[n] = vec4f(${lane(0)}, ${lane(1)}, ${lane(2)}, ${lane(3)});
    }`;
  },
});

interface PackStackOptions {
  /** Whether there are biases. */
  readonly bias: boolean;
  /** Whether each layer's arrays come by themselves, as those of up to three do: nothing then need put them together. */
  readonly apart: boolean;
}

const packStackOptions: PackStackOptions = { bias: true, apart: false };

/** Extents of a binding of `pack_stack` that holds an array of one layer, or of all `count` that have one. */
const layerArrays =
  (count: (L: number) => number, extents: (G: number, H: number) => number[]) =>
  ({ L = 0, G = 0, H = 0 }: DimValues, { apart }: Readonly<Record<string, unknown>>): number[] => [
    apart === true ? 1 : count(L),
    ...extents(G, H),
  ];
const [all, allButFirst] = [(L: number) => L, (L: number) => L - 1];
const square = (G: number, H: number) => [G * H, H];

/**
 * The weights of L stacked layers of H units each, in one array for the wavefront kernels: R of every layer, then W
 * [G·H, H] of every layer but the first, each as `pack_recurrent` lays it, then their biases, a vec4f a column:
 *   rT = R_0 | … | R_{L−1} | W_1 | … | W_{L−1} | b_1 | … | b_{L−1}
 * With `apart`, L is 2 or 3; `r` and `w` and `b` are the first that there are, and `r1` and so on those after them.
 */
export const packStack = defineKernel({
  name: "pack_stack",
  dims: { L: perModel("layers"), G: perModel("gates of a unit"), H: perModel("hidden units") },
  options: packStackOptions,
  bindings: {
    r: read("f32", layerArrays(all, square)),
    r1: optional(read("f32", ({ G = 0, H = 0 }) => [G * H, H])),
    r2: optional(read("f32", ({ G = 0, H = 0 }) => [G * H, H])),
    w: read("f32", layerArrays(allButFirst, square)),
    w1: optional(read("f32", ({ G = 0, H = 0 }) => [G * H, H])),
    b: optional(
      read(
        "f32",
        layerArrays(allButFirst, (G, H) => [G * H]),
      ),
    ),
    b1: optional(read("f32", ({ G = 0, H = 0 }) => [G * H])),
    rT: write("vec4f", ({ L = 0, G = 0, H = 0 }, { bias }) => stackExtents(L, { G, H, bias: bias === true })),
  },
  plan: ({ L, G, H }, limits, { bias }) => {
    const [columns = 0] = stackExtents(L, { G, H, bias });
    return { ...flatPlan(columns, limits), columns };
  },
  cost: ({ L, G, H }) => ({ flops: 0, bytes: 4 * (2 * L - 1) * H * (G * H + 4 * packedColumns(G, H)) }),
  wgsl: (plan, { dims: { L, G, H }, options: { apart }, has }) => {
    const matrices = apart
      ? (["r", "r1", "r2", "w", "w1"] as const).filter((name) => has[name]).map((name) => ({ name, count: 1 }))
      : [{ name: "r", count: L } as const, { name: "w", count: L - 1 } as const];
    let first = 0;
    const copies = matrices.map(({ name, count }) => {
      const at = `(part - ${first}u) * ${G * H * H}u + k`;
      first += count;
      return `if (part < ${first}u) { rT[n] = ${column(G, H, (row) => `${name}[${at} + (${row}) * H]`)}; return; }`;
    });
    const biasOf = (array: string, layer: string) => column(G, H, (row) => `${array}[${layer} * G * H + ${row}]`);
    const biases = has.b1
      ? `if (k == 0u) { rT[n] = ${biasOf("b", "0u")}; } else { rT[n] = ${biasOf("b1", "0u")}; }`
      : `rT[n] = ${biasOf("b", "k")};`;
    return wgsl`
    const Q = ${packedColumns(G, H)}u;
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let n = id.x + id.y * ${plan.width}u;
      if (n >= ${plan.columns}u) { return; }
      let q = n % Q;
      let part = min(n / (Q * H), ${2 * L - 1}u); // the last one is the biases
      let k = n / Q - part * H;
      ${copies.join("\n")}
      ${has.b ? biases : ""}
    }`;
  },
});

/** WGSL: column q of a packed array, given an element of a row; lanes and rows that there are not give 0. */
function column(G: number, H: number, element: (row: string) => string): string {
  const lane = (l: number): string => {
    if (G === 1) return `select(0.0, ${element(`min(4u * q + ${l}u, ${H - 1}u)`)}, 4u * q + ${l}u < H)`;
    return l < G ? element(`q * G + ${l}u`) : "0.0";
  };
  return `vec4f(${lane(0)}, ${lane(1)}, ${lane(2)}, ${lane(3)})`;
}

/** Extents of what `pack_stack` writes. */
export function stackExtents(
  L: number,
  { G, H, bias }: { readonly G: number; readonly H: number; readonly bias: boolean },
): [columns: number] {
  const Q = packedColumns(G, H);
  return [(2 * L - 1) * H * Q + (bias ? (L - 1) * Q : 0)];
}

/**
 * The recurrent matrix with each row padded by zeros to whole vec4f, for the backward scans:
 *   rows[d, j, q] = R[d, j, 4q … 4q + 3]
 * Where H is a multiple of four, R itself has exactly this layout and can be bound in its place.
 */
export const padRecurrent = defineKernel({
  name: "pad_recurrent",
  dims,
  bindings: {
    r: read("f32", ({ D = 0, G = 0, H = 0 }) => [D, G * H, H]),
    rows: write("vec4f", ({ D = 0, G = 0, H = 0 }) => [D, G * H, paddedColumns(H)]),
  },
  plan: ({ D, G, H }, limits) => flatPlan(D * G * H * paddedColumns(H), limits),
  cost: ({ D, G, H }) => ({ flops: 0, bytes: 4 * D * G * H * (H + 4 * paddedColumns(H)) }),
  wgsl: (plan, { dims: { H } }) => wgsl`
    const Q = ${paddedColumns(H)}u;
    fn element(row: u32, k: u32) -> f32 { return select(0.0, r[row * H + min(k, H - 1u)], k < H); }
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let n = id.x + id.y * ${plan.width}u;
      if (n >= D * G * H * Q) { return; }
      let row = n / Q;
      let k = n % Q * 4u;
      rows[n] = vec4f(element(row, k), element(row, k + 1u), element(row, k + 2u), element(row, k + 3u));
    }`,
});

/**
 * The rows of a batch by falling length, rows of one length in the order of the batch: order[i] = (row, its length, at
 * most T). A scan that takes its rows in this order finds rows that end together in one tile, and skips what is left.
 */
export const orderRows = defineKernel({
  name: "order_rows",
  dims: { B: perCall("batch rows"), T: perCall("time steps") },
  bindings: { lengths: read("u32", "B"), order: write("vec2u", "B") },
  plan: ({ B }, limits) => flatPlan(B, limits),
  cost: ({ B }) => ({ flops: B * B, bytes: 12 * B }),
  wgsl: (plan) => wgsl`
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let b = id.x + id.y * ${plan.width}u;
      if (b >= dims.B) { return; }
      let own = min(lengths[b], dims.T);
      var place = 0u; // how many rows come before this one
      for (var other = 0u; other < dims.B; other++) {
        let length = min(lengths[other], dims.T);
        place += select(0u, 1u, length > own || (length == own && other < b));
      }
      order[place] = vec2u(b, own);
    }`,
});

/**
 * The steps of a batch [B, T] that lie within their rows' lengths, then those that are padding, both in the order of
 * the batch: steps = (how many are not padding, then B·T indices b·T + t). Matmuls over steps leave the latter out.
 */
export const listSteps = defineKernel({
  name: "list_steps",
  dims: { B: perCall("batch rows"), T: perCall("time steps") },
  bindings: { lengths: read("u32", "B"), steps: write("u32", ({ B = 0, T = 0 }) => [1 + B * T]) },
  plan: ({ B, T }, limits) => flatPlan(B * T, limits),
  cost: ({ B, T }) => ({ flops: B * B * T, bytes: 4 * (B + B * T) }),
  wgsl: (plan) => wgsl`
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let n = id.x + id.y * ${plan.width}u;
      if (n >= dims.B * dims.T) { return; }
      let b = n / dims.T;
      let t = n % dims.T;
      var before = 0u; // steps of the rows before this one
      var all = 0u;
      for (var row = 0u; row < dims.B; row++) {
        let length = min(lengths[row], dims.T);
        before += select(0u, length, row < b);
        all += length;
      }
      let own = min(lengths[b], dims.T);
      if (n == 0u) { steps[0] = all; }
      steps[1u + select(all + b * dims.T - before + t - own, before + t, t < own)] = n;
    }`,
});
