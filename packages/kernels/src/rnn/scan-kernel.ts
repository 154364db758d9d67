import {
  type Binding,
  type Cost,
  defineKernel,
  type Kernel,
  type Limits,
  type Plan,
  type Variant,
  type VariedKernel,
  wgsl,
  withVariants,
} from "../core";
import { fromBothEnds } from "../wgsl/from-both-ends";
import { CUTS, type Cut, cutSpeed, STEPS, type StepFacts } from "./cut";
import { paddedColumns } from "./pack";
import { rowFunctions, type ScanOptions, scanDims } from "./scan";
import {
  each,
  eachSum,
  eachUnit,
  fewestLanes,
  ownRows,
  powerOfTwo,
  product,
  productOfOneRow,
  type Sharing,
  sums,
  type Tile,
} from "./tile";
import { walkCode } from "./walk";

type Sizes = { readonly [N in keyof typeof scanDims]: number };

/** What the code of a scan may depend on. */
export interface ScanContext<B extends string, O> {
  readonly H: number;
  readonly options: O;
  readonly has: Readonly<Record<B, boolean>>;
}

/** A product that a phase sums: at the scan's first step, at all later ones, or at every one. */
export interface PhaseProduct {
  readonly when: "first" | "later" | "always";
  readonly count: string;
  /** The scalar of a row, as WGSL over `k` and the name of its `Row`. */
  readonly value: (row: string) => string;
  /** The vector of a column, as WGSL over `k` and the column's number: parts of `weightAt(d, index)`. */
  readonly weight: (column: string) => string;
}

/** A part of a step after which all units of a row must have got so far. */
export interface Phase {
  /** Columns of results: units, or fours of units. */
  readonly count: number;
  readonly type: "f32" | "vec2f" | "vec3f" | "vec4f";
  readonly products: readonly PhaseProduct[];
  /** The unit's input product as WGSL over `row` and `u`: what `finish` finds as `x`, where it needs one. */
  readonly input?: string;
  /** WGSL that ends a unit, over its `row`, `d`, `u`, the sum `value` and the input `x`. */
  readonly finish: string;
  /** WGSL that does so at a step that is padding. */
  readonly pad: string;
  /** Whether a column is four units rather than one. */
  readonly byFours: boolean;
  /** How many units there are where columns are fours of them, as WGSL; H when absent. */
  readonly units?: string;
}

/** One pass of a cell over its sequence: what `scanKernel` makes kernels of. */
export interface Scan<B extends Record<string, Binding>, O extends ScanOptions> {
  /** snake_case. */
  readonly name: string;
  readonly options: O;
  readonly bindings: B;
  /** The array of recurrent weights, and how many vec4f of it belong to one direction. */
  readonly weights: { readonly array: Extract<keyof B, string>; readonly count: (H: number, options: O) => number };
  readonly cost: (sizes: Sizes, options: O) => Cost;
  /** Whether it begins at the scan's last step. */
  readonly backward: boolean;
  /** WGSL functions that the phases call. */
  readonly functions: (context: ScanContext<Extract<keyof B, string>, O>) => string;
  readonly phases: (context: ScanContext<Extract<keyof B, string>, O>) => readonly Phase[];
}

/** States a scan: kernels of several kinds may be made of it. */
export const defineScan = <const B extends Record<string, Binding>, O extends ScanOptions>(
  scan: Scan<B, O>,
): Scan<B, O> => scan;

/** Most invocations of a workgroup that makes all units of a tile. */
const MOST_INVOCATIONS = 256;

interface ScanPlan extends Plan {
  readonly workgroupSize: number;
  readonly rows: number;
  /** Columns of one invocation. */
  readonly columns: number;
  /** Whether one workgroup makes all units of its tile, taking them in turn. */
  readonly isAlone: boolean;
}

/** Multiply-adds that the slowest device in use makes in a millisecond: what bounds a dispatch's steps. */
const SLOWEST_FLOPS_PER_MS = 4e6;

/** Dispatches of a sequence kernel: as many as keep each within the time that one may take. */
function sequenceDispatches(flops: number, T: number, { dispatchMilliseconds }: Limits): number {
  return Math.max(1, Math.min(T, Math.ceil(flops / SLOWEST_FLOPS_PER_MS / dispatchMilliseconds)));
}

/**
 * The kernels of a scan: one that makes a dispatch per step, and as its variants those that walk over the whole
 * sequence. Every sum runs over k in order, with one accumulator and `fma`, so all of them give the same bits.
 */
export function scanKernel<const B extends Record<string, Binding>, O extends ScanOptions>(
  scan: Scan<B, O>,
): VariedKernel<Kernel<typeof scanDims, B, O, Record<never, never>>> {
  const variants = CUTS.map(
    (cut): Variant => ({
      kernel: makeKernel(scan, cut),
      why: cut.why,
      speed: ({ dims, options, has }, device) =>
        cutSpeed(cut, factsOf(scan, dims as Sizes, options as O, has.order === true), device),
    }),
  );
  return withVariants(makeKernel(scan, STEPS), variants);
}

/** What one step of a scan asks of a device. */
function factsOf<B extends Record<string, Binding>, O extends ScanOptions>(
  { cost, weights }: Scan<B, O>,
  sizes: Sizes,
  options: O,
  isRagged: boolean,
): StepFacts {
  const flops = cost(sizes, options).flops / sizes.T;
  return { ...sizes, isRagged, flops, weights: weights.count(sizes.H, options) };
}

function makeKernel<const B extends Record<string, Binding>, O extends ScanOptions>(
  scan: Scan<B, O>,
  cut: Cut,
): Kernel<typeof scanDims, B, O, Record<never, never>> {
  type Context = ScanContext<Extract<keyof B, string>, O>;
  return defineKernel<typeof scanDims, B, ScanPlan, O>({
    name: `${scan.name}${cut.name}`,
    dims: scanDims,
    options: scan.options,
    bindings: scan.bindings,
    repeat: (sizes, options, limits) =>
      cut.wholeSequence ? sequenceDispatches(scan.cost(sizes, options).flops, sizes.T, limits) : sizes.T,
    plan: ({ B, D, H }, limits, options) => {
      const none = Object.fromEntries(Object.keys(scan.bindings).map((key) => [key, false]));
      const phases = scan.phases({ H, options, has: none as Context["has"] });
      const columns = columnsOf(cut, phases);
      const widest = Math.max(...phases.map(({ count }) => Math.ceil(count / columns)));
      const rows = cut.rows(B);
      const isAlone = cut.wholeSequence || phases.length > 1;
      const most = Math.min(isAlone ? MOST_INVOCATIONS : 32, limits.maxComputeInvocationsPerWorkgroup);
      const workgroupSize = powerOfTwo(widest, fewestLanes(cut.sharing), most);
      const tiles = Math.ceil(B / rows);
      const groups = cut.inPairs ? Math.ceil(tiles / 2) : tiles;
      const grid = [isAlone ? 1 : Math.ceil(widest / workgroupSize), groups, D] as const;
      return { workgroupSize, grid, rows, columns, isAlone };
    },
    cost: scan.cost,
    wgsl: (plan, { dims: { H }, options, has }) =>
      scanCode(scan, { H, options, has: has as Context["has"] }, plan, cut),
  });
}

/** Columns of one invocation; one of four units counts for two of one unit, since its sums are as many and its loads fewer. */
export const columnsOf = ({ columns }: Cut, phases: readonly Phase[]): number =>
  phases.every(({ byFours }) => byFours) ? Math.ceil(columns / 2) : columns;

/** WGSL of a whole kernel: a function for each phase, and a main that calls them at each of its steps. */
function scanCode<B extends Record<string, Binding>, O extends ScanOptions>(
  scan: Scan<B, O>,
  context: ScanContext<Extract<keyof B, string>, O>,
  { workgroupSize, rows, columns, isAlone }: ScanPlan,
  { wholeSequence, sharing, keepsWeights, inPairs }: Cut,
): string {
  const hasOrder = (context.has as Readonly<Record<string, boolean>>).order === true;
  const phases = scan.phases(context);
  const invocations = (phase: Phase): number => Math.ceil(phase.count / columns);
  const calls = phases.map((phase, n) => {
    const turns = Math.ceil(invocations(phase) / workgroupSize);
    const call = `phase${n}(s, lane + turn * ${workgroupSize}u, tile, group.z, subLane);`;
    const all =
      turns === 1 ? `{ let turn = 0u; ${call} }` : `for (var turn = 0u; turn < ${turns}u; turn++) { ${call} }`;
    return `${all}\nstorageBarrier();`;
  });
  const pad = phases.map((phase) => phase.pad).join(" ");
  const walk = walkCode({ step: calls.join("\n"), pad, rows, backward: scan.backward, hasOrder, inPairs });
  const oneStep = wgsl`
      let tile = tileOf(group.y);
      let s = ${scan.backward ? "dims.T - 1u - dims.step" : "dims.step"};
      ${isAlone ? calls.join("\n") : "phase0(s, group.x * WORKGROUP + lane, tile, group.z, subLane);"}`;
  const { array } = scan.weights;
  const count = scan.weights.count(context.H, context.options);
  const keeping = wgsl`
      for (var n = lane; n < ${count}u; n += WORKGROUP) { kept[n] = ${array}[group.z * ${count}u + n]; }
      workgroupBarrier();`;
  return wgsl`
    const WORKGROUP = ${workgroupSize}u;
    ${keepsWeights ? `var<workgroup> kept: array<vec4f, ${count}>;` : ""}
    fn weightAt(d: u32, index: u32) -> vec4f { return ${keepsWeights ? "kept[index]" : `${array}[d * ${count}u + index]`}; }
    ${rowFunctions({ hasOrder, reverse: context.options.reverse })}
    ${tileFunction(hasOrder, rows)}
    ${scan.functions(context)}
    ${phases.map((phase, n) => phaseFunction(phase, n, { rows, columns, sharing, hasOrder, scan })).join("\n")}
    ${wholeSequence ? walk.functions : ""}
    @compute @workgroup_size(${workgroupSize})
    fn main(
      @builtin(workgroup_id) group: vec3u,
      @builtin(local_invocation_index) lane: u32,
      ${sharing > 0 ? "@builtin(subgroup_invocation_id) subLane: u32," : ""}
    ) {
      ${sharing > 0 ? "" : "let subLane = 0u;"}
      ${keepsWeights ? keeping : ""}
      ${wholeSequence ? walk.body : oneStep}
    }`;
}

/** WGSL: the tile of rows of a workgroup. Where rows come by falling length, so do tiles. */
export const tileFunction = (hasOrder: boolean, rows: number): string => wgsl`
    ${hasOrder ? fromBothEnds : ""}
    fn tileOf(n: u32) -> u32 { return ${hasOrder ? `fromBothEnds(n, (dims.B + ${rows - 1}u) / ${rows}u)` : "n"}; }`;

interface PhaseFacts {
  readonly rows: number;
  readonly columns: number;
  readonly sharing: Sharing;
  readonly hasOrder: boolean;
  readonly scan: { readonly backward: boolean };
  /** In stacked layers `d`, the product that makes the input of all but the first from what the layer below gave. */
  readonly below?: PhaseProduct & {
    /** Added to its sum, as WGSL over `d` and the column's number. */
    readonly bias?: (column: string) => string;
  };
}

/** WGSL: what one invocation does for one phase of one step: its sums, then what the cell makes of each. */
export function phaseFunction(
  { count, type, products, input, finish, pad, byFours, units }: Phase,
  n: number,
  { rows, columns, sharing, hasOrder, scan: { backward }, below }: PhaseFacts,
): string {
  const invocations = Math.ceil(count / columns); // an invocation's columns lie this far apart, so that neighbours load neighbours
  const tile: Tile = { rows, columns, type };
  const column = (c: number): string => `min(q + ${c * invocations}u, ${count - 1}u)`;
  const first = backward ? "s + 1u == dims.T" : "s == 0u";
  const summed = (of: readonly PhaseProduct[], someRows: number): string =>
    of
      .map(({ when, count: terms, value, weight }) => {
        const call = { columns, type, count: terms, value, weight: (c: number) => weight(`column${c}`), sharing };
        const loop =
          sharing > 0 && rows === 1
            ? productOfOneRow(call)
            : product({ ...call, rows: someRows, sharing: sharing > 0 && someRows % sharing === 0 ? sharing : 0 });
        if (when === "always") return loop;
        return `if (${when === "first" ? first : `!(${first})`}) { ${loop} }`;
      })
      .join("\n");
  // Rows come by falling length: where the second half of a tile has ended, its products are left out.
  const half = Math.ceil(rows / 2);
  const skipping = (of: readonly PhaseProduct[]): string => wgsl`
      if (s < lengthAt(tile * ${rows}u + ${half}u)) { ${summed(of, rows)} }
      else if (s < lengthAt(tile * ${rows}u)) { ${summed(of, rows > 1 ? half : rows)} }`;
  const allSums = (of: readonly PhaseProduct[]): string => (hasOrder ? skipping(of) : summed(of, rows));
  const belowCode = below ? inputsBelow(tile, allSums([below]), below.bias) : "";
  const end = wgsl`${below ? inputOf(tile, byFours, input ?? "") : input ? `let x = ${input};` : ""}
            ${finish}`;
  const ending = hasOrder ? `if (row.within) { ${end} } else { ${pad} }` : end;
  const unit = byFours ? eachUnit("n", ending, units) : `let u = n; let value = total; ${ending}`;
  return wgsl`
    fn phase${n}(s: u32, q: u32, tile: u32, d: u32, subLane: u32) {
      ${each(columns, (c) => `let column${c} = ${column(c)};`)}
      ${each(rows, (r) => `let row${r} = rowAt(tile * ${rows}u + ${r}u, s, d);`)}
      ${ownRows(rows, sharing, (name, row) => `let ${name} = rowAt(tile * ${rows}u + ${row}, s, d);`)}
      ${belowCode}
      ${sums(tile)}
      ${allSums(products)}
      if (q < ${invocations}u) {
        ${eachSum(
          tile,
          "tile",
          wgsl`let n = q + c * ${invocations}u;
          if (n < ${count}u) {
            let row = rowAt(index, s, d);
            ${unit}
          }`,
        )}
      }
    }`;
}

/** WGSL: the inputs of a tile's rows and columns in layers above the first, summed from what the layer below gave. */
function inputsBelow(tile: Tile, code: string, bias: ((column: string) => string) | undefined): string {
  const { rows, columns, type } = tile;
  const added = (c: number): string => (bias ? ` + ${bias(`column${c}`)}` : "");
  return wgsl`
      var inputs = array<${type}, ${rows * columns}>();
      if (d > 0u) {
        ${sums(tile)}
        ${code}
        inputs = array<${type}, ${rows * columns}>(
          ${each(rows, (r) => each(columns, (c) => `sum${r}_${c}${added(c)},`))}
        );
      }`;
}

/** WGSL: the input of a unit, which the first layer is given. */
const inputOf = ({ columns }: Tile, byFours: boolean, given: string): string =>
  `var x = inputs[r * ${columns}u + c]${byFours ? "[l]" : ""}; if (d == 0u) { x = ${given}; }`;

/** R·h_{t−1}: the state before each step is h_0 or zero at the first, y of the step before at all others. */
export function recurrentForward(hasStart: boolean, weight: PhaseProduct["weight"]): PhaseProduct[] {
  const later = { when: "later" as const, count: "H", value: (row: string) => `y[${row}.before + k]`, weight };
  if (!hasStart) return [later];
  return [{ when: "first", count: "H", value: (row) => `h0[${row}.state + k]`, weight }, later];
}

/** Rᵀ times the gate gradients `gradients` [B, T, D, H, G] of the step after, for four units at a time. */
export function recurrentBackward(
  call: { H: number; gates: number; gradients: string } & Pick<Phase, "finish" | "pad">,
): Phase {
  const { H, gates, gradients, finish, pad } = call;
  const count = paddedColumns(H);
  return {
    count,
    type: "vec4f",
    byFours: true,
    products: [
      {
        when: "later",
        count: `${gates}u * H`,
        value: (row) => `${gradients}[${gates}u * ${row}.after + k]`,
        weight: (column) => `weightAt(d, k * ${count}u + ${column})`,
      },
    ],
    finish,
    pad,
  };
}
