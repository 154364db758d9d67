import {
  type DeviceFacts,
  defineKernel,
  foldGrid,
  type Limits,
  type Plan,
  perCall,
  perModel,
  read,
  type VariantFacts,
  WORDS,
  wgsl,
  withVariants,
  write,
} from "../core";

/** The `paddingId` of a table that has none. */
export const NO_PADDING = 0xffffffff;

const DIMS = {
  N: perCall("tokens"),
  V: perModel("rows of the table"),
  D: perModel("columns of the table, in words or in fours"),
} as const;

/** Tokens that one invocation copies its columns of. */
const TOKENS = 4;

interface GatherPlan extends Plan {
  readonly workgroupSize: readonly [number, number, number];
  /** Tokens of one workgroup, and workgroups in one row of the grid. */
  readonly tokens: number;
  readonly width: number;
}

type RowElement = "f32" | "vec4f";

/**
 * Lanes of a workgroup on a software adapter: no more than a processor's vector has. Starting a workgroup costs as much
 * there as hundreds of copies and waiting at a barrier more, so a few small ones do all the work.
 */
const NARROW = 4;
/** Tokens of a narrow workgroup, and the narrow workgroups that a gradient is cut into. */
const NARROW_TOKENS = 32;
const NARROW_GROUPS = 16;
/** Columns to a turn of a narrow lane's loops, whose own cost is as high as that of a copy. */
const TURN = 4;
const WHY_NARROW = `${NARROW} lanes with much to do each, and no barrier`;
const narrowSpeed = (_: VariantFacts, { adapter }: DeviceFacts): number => (adapter.isSoftware ? 2 : 0.1);

/** WGSL that runs `body` for the columns `d` of a narrow lane, every `step`-th from `from` to before `end`. */
function eachColumn(from: string, step: number, body: string, end = "D"): string {
  const turn = Array.from({ length: TURN }, (_, k) => `{ let d = at + ${k * step}u; ${body} }`);
  return wgsl`{
        var at = ${from};
        for (; at + ${(TURN - 1) * step}u < ${end}; at += ${TURN * step}u) { ${turn.join(" ")} }
        for (; at < ${end}; at += ${step}u) { let d = at; ${body} }
        }`;
}

/** A workgroup's 64 invocations lie along the columns, and along several tokens where there are fewer columns. */
function gatherPlan(N: number, D: number, limits: Limits): GatherPlan {
  const x = Math.min(64, 2 ** Math.ceil(Math.log2(Math.max(1, D))));
  const tokens = (64 / x) * TOKENS;
  const width = limits.maxComputeWorkgroupsPerDimension;
  return { workgroupSize: [x, 64 / x, 1], ...foldGrid(D === 0 ? 0 : Math.ceil(N / tokens), limits), tokens, width };
}

const defineGather = (name: string, type: RowElement, plan: typeof gatherPlan, code: typeof gatherCode) =>
  defineKernel({
    name,
    dims: DIMS,
    bindings: { table: read(type, "V D"), ids: read("u32", "N"), out: write(type, "N D") },
    plan: ({ N, D }, limits) => plan(N, D, limits),
    cost: ({ N, D }) => ({ flops: 0, bytes: 4 * N * (2 * D * WORDS[type] + 1) }),
    wgsl: (made) => code(made, type),
  });

const defineEmbedding = (name: string, type: RowElement) => {
  const narrow = defineGather(`${name}_narrow`, type, narrowGatherPlan, narrowGatherCode);
  const plain = defineGather(name, type, gatherPlan, gatherCode);
  return withVariants(plain, [{ kernel: narrow, why: WHY_NARROW, speed: narrowSpeed }]);
};

function gatherCode({ workgroupSize: [x, y], tokens, width }: GatherPlan, type: RowElement): string {
  return wgsl`
    @compute @workgroup_size(${x}, ${y})
    fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
      let first = (group.x + group.y * ${width}u) * ${tokens}u + local.y;
      for (var n = first; n < min(first + ${tokens}u, dims.N); n += ${y}u) {
        let row = ids[n];
        if (row < V) {
          for (var column = local.x; column < D; column += ${x}u) { out[n * D + column] = table[row * D + column]; }
        } else {
          for (var column = local.x; column < D; column += ${x}u) { out[n * D + column] = ${type}(); }
        }
      }
    }`;
}

/** Few workgroups of few lanes. */
function narrowGatherPlan(N: number, D: number, limits: Limits): GatherPlan {
  const width = limits.maxComputeWorkgroupsPerDimension;
  const groups = D === 0 ? 0 : Math.ceil(N / NARROW_TOKENS);
  return { workgroupSize: [NARROW, 1, 1], ...foldGrid(groups, limits), tokens: NARROW_TOKENS, width };
}

function narrowGatherCode({ tokens, width }: GatherPlan, type: RowElement): string {
  return wgsl`
    @compute @workgroup_size(${NARROW})
    fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
      let first = (group.x + group.y * ${width}u) * ${tokens}u;
      for (var n = first; n < min(first + ${tokens}u, dims.N); n++) {
        let row = ids[n];
        let start = select(0u, row * D, row < V);
        ${eachColumn("lane", NARROW, `out[n * D + d] = select(${type}(), table[start + d], row < V);`)}
      }
    }`;
}

/** Invocations of a workgroup of the gradient, each with a bit in one word. */
const LANES = 32;
/** Tokens looked at between two barriers: a word of bits for each lane. */
const CHUNK = 32 * LANES;

interface GradientPlan extends Plan {
  readonly workgroupSize: number;
  /** A workgroup owns `rows` rows of the table and one of the `blocks` that its columns are cut into. */
  readonly rows: number;
  readonly blocks: number;
  readonly width: number;
}

/** Enough workgroups for any GPU, each of which looks through all tokens. */
function gradientPlan(V: number, D: number, limits: Limits): GradientPlan {
  const rows = Math.max(1, Math.min(64, Math.ceil(V / 1024)));
  const blocks = V < 1024 ? Math.max(1, Math.ceil(D / LANES)) : 1;
  const width = limits.maxComputeWorkgroupsPerDimension;
  return { workgroupSize: LANES, ...foldGrid(Math.ceil(V / rows) * blocks, limits), rows, blocks, width };
}

/** A few workgroups, along the columns too where the table has few rows. */
function narrowGradientPlan(V: number, D: number, limits: Limits): GradientPlan {
  const rows = Math.max(1, Math.ceil(V / NARROW_GROUPS));
  const groups = Math.ceil(V / rows);
  const blocks = Math.max(1, Math.min(Math.floor(NARROW_GROUPS / Math.max(1, groups)), Math.ceil(D / NARROW)));
  const width = limits.maxComputeWorkgroupsPerDimension;
  return { workgroupSize: NARROW, ...foldGrid(groups * blocks, limits), rows, blocks, width };
}

const defineGradient = (name: string, type: RowElement, plan: typeof gradientPlan, code: typeof gradientCode) =>
  defineKernel({
    name,
    dims: DIMS,
    scalars: { paddingId: "u32" },
    bindings: { dOut: read(type, "N D"), ids: read("u32", "N"), dTable: write(type, "V D") },
    plan: ({ V, D }, limits) => plan(V, D, limits),
    cost: ({ N, V, D }) => ({ flops: N * D * WORDS[type], bytes: 4 * ((N + V) * D * WORDS[type] + N) }),
    wgsl: (made, { dims }) => code(made, dims.D, type),
  });

const defineEmbeddingBackward = (name: string, type: RowElement) => {
  const narrow = defineGradient(`${name}_narrow`, type, narrowGradientPlan, narrowGradientCode);
  const plain = defineGradient(name, type, gradientPlan, gradientCode);
  return withVariants(plain, [{ kernel: narrow, why: WHY_NARROW, speed: narrowSpeed }]);
};

/**
 * Every lane looks at every token, and adds its columns of those that name one of the workgroup's rows. A loop skips
 * the others, since such an adapter walks through all that stands under an untrue `if`.
 */
function narrowGradientCode({ rows, blocks, width }: GradientPlan, D: number, type: RowElement): string {
  const step = blocks * NARROW;
  // a lane clears the elements that it adds to, and no other: where rows are whole turns of the lanes, all in one walk
  const zeros =
    blocks === 1 && D % NARROW === 0
      ? eachColumn("first * D + lane", NARROW, `dTable[d] = ${type}();`, "(first + many) * D")
      : `for (var v = first; v < first + many; v++) { ${eachColumn("column", step, `dTable[v * D + d] = ${type}();`)} }`;
  return wgsl`
    fn isOwn(v: u32, first: u32, many: u32, padding: u32) -> bool { return (v - first < many) & (v != padding); }
    @compute @workgroup_size(${NARROW})
    fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
      let tile = group.x + group.y * ${width}u;
      let first = tile / ${blocks}u * ${rows}u;
      if (first >= V) { return; }
      let many = min(${rows}u, V - first);
      let column = tile % ${blocks}u * ${NARROW}u + lane;
      ${zeros}
      let tokens = dims.N;
      let padding = dims.paddingId;
      for (var n = 0u; n < tokens; n++) {
        while ((n < tokens) & !isOwn(ids[n], first, many, padding)) { n++; }
        if (n >= tokens) { break; }
        let v = ids[n];
        ${eachColumn("column", step, "dTable[v * D + d] += dOut[n * D + d];")}
      }
    }`;
}

/**
 * A workgroup owns some rows and columns, every 32nd column for each lane. It looks through all tokens, a chunk at a
 * time: each lane tests 32, leaves its hits as the bits of a word and sets its own bit if it has any; then every lane
 * walks the bits and adds. So each element adds in the order of the tokens, on every device and however far they are
 * padded, without a sort; the only atomic is an OR.
 */
function gradientCode({ rows, blocks, width }: GradientPlan, D: number, type: RowElement): string {
  // what a lane does for each of its columns, which are one or none where the blocks are narrow
  const forColumns = (body: string): string =>
    D <= blocks * LANES
      ? `let d = column; if (d < D) { ${body} }`
      : `for (var d = column; d < D; d += ${blocks * LANES}u) { ${body} }`;
  return wgsl`
    var<workgroup> hits: array<u32, ${LANES}>;
    var<workgroup> lanesWithHits: array<atomic<u32>, 2>; // of this chunk and, cleared ahead, of the next

    @compute @workgroup_size(${LANES})
    fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
      let tile = group.x + group.y * ${width}u;
      let first = tile / ${blocks}u * ${rows}u;
      if (first >= V) { return; } // the whole workgroup overhangs
      let end = min(first + ${rows}u, V);
      let column = tile % ${blocks}u * ${LANES}u + lane;
      ${forColumns(`for (var v = first; v < end; v++) { dTable[v * D + d] = ${type}(); }`)}
      var turn = 0u;
      for (var start = 0u; start < dims.N; start += ${CHUNK}u) {
        var bits = 0u;
        let mine = start + lane * 32u;
        for (var n = mine; n < min(mine + 32u, dims.N); n++) {
          let v = ids[n];
          bits |= select(0u, 1u << (n - mine), v >= first && v < end && v != dims.paddingId);
        }
        hits[lane] = bits;
        if (bits != 0u) { atomicOr(&lanesWithHits[turn], 1u << lane); }
        workgroupBarrier();
        if (lane == 0u) { atomicStore(&lanesWithHits[1u - turn], 0u); }
        for (var lanes = atomicLoad(&lanesWithHits[turn]); lanes != 0u; lanes &= lanes - 1u) {
          let from32 = start + 32u * countTrailingZeros(lanes);
          for (var left = hits[countTrailingZeros(lanes)]; left != 0u; left &= left - 1u) {
            let n = from32 + countTrailingZeros(left);
            let row = ids[n] * D;
            ${forColumns("dTable[row + d] += dOut[n * D + d];")}
          }
        }
        workgroupBarrier();
        turn = 1u - turn;
      }
    }`;
}

/** out[n] = table[ids[n]], a row for each token; zeros where an id is V or more. */
export const embedding = defineEmbedding("embedding", "f32");
/** The same for rows of whole fours, up to twice as fast where each access is checked; D counts fours. */
export const embeddingFours = defineEmbedding("embedding_fours", "vec4f");

/**
 * The gradient of the table: dTable[v] = Σ dOut[n] over the n whose id is v, added in the order of the tokens; zeros for
 * rows that no token names and for `paddingId`. Ids of V or more are left out.
 */
export const embeddingBackward = defineEmbeddingBackward("embedding_backward", "f32");
/** The same for rows of whole fours; D counts fours. */
export const embeddingFoursBackward = defineEmbeddingBackward("embedding_fours_backward", "vec4f");

/** The kernels for a table of so many columns, and their D. */
export function embeddingKernels(columns: number) {
  return columns % 4 === 0
    ? { forward: embeddingFours, backward: embeddingFoursBackward, D: columns / 4 }
    : { forward: embedding, backward: embeddingBackward, D: columns };
}
