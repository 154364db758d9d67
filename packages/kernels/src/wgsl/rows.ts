import {
  type AnyKernel,
  type Binding,
  type DeviceFacts,
  foldGrid,
  type Limits,
  type Plan,
  read,
  type VariantFacts,
  type VariedKernel,
  wgsl,
  withVariants,
  write,
} from "../core";

/** Slots of a row's sum: quad q of a row, its elements 4q … 4q + 3, belongs to slot q mod 64. */
const SLOTS = 64;
/** Rows of a workgroup whose invocations have one each: few, so that a batch of some tens still fills several. */
const ALONE = 16;
/** Fewer long rows than a processor's vector has lanes leave most of it idle. */
const FEW = 8;
/** Rows longer than this are walked two quads to a turn, so that the second's loads need not wait for the first. */
const LONG = 1024;

/**
 * How a kernel over rows is written. Whatever the form, every sum adds the same numbers in the same order: a slot its
 * quads in the order of the row, then the 64 slots in order, then the four parts of the quad. A row's end that holds
 * zeros therefore changes no bit, and neither does the form.
 */
export interface RowForm {
  /** `together`: the 64 lanes of a workgroup share a row, a slot each. `alone`: an invocation a row, waiting for nobody. */
  readonly walk: "together" | "alone";
  /** Whether arrays are read and written by fours, which wants rows of whole fours. */
  readonly fours: boolean;
}

/** How rows of one array lie on the device: `lanes` invocations to a row. */
export interface RowPlan extends Plan, RowForm {
  readonly workgroupSize: number;
  readonly lanes: number;
  readonly rowsPerGroup: number;
  /** For an invocation alone: whether no slot has more than one quad, so that all can be added as they come. */
  readonly oneEach: boolean;
  readonly isLong: boolean;
  readonly widest: number;
}

/** Spreads `rows` rows of `length` elements. */
export function rowPlan(form: RowForm, rows: number, length: number, limits: Limits): RowPlan {
  const workgroupSize = form.walk === "alone" ? ALONE : SLOTS;
  const lanes = form.walk === "alone" ? 1 : SLOTS;
  const oneEach = form.walk === "alone" && length <= 4 * SLOTS;
  const rowsPerGroup = workgroupSize / lanes;
  const groups = Math.ceil(rows / rowsPerGroup);
  const widest = limits.maxComputeWorkgroupsPerDimension;
  return {
    ...form,
    workgroupSize,
    ...foldGrid(groups, limits),
    lanes,
    rowsPerGroup,
    oneEach,
    isLong: length > LONG,
    widest,
  };
}

/** An array of rows, "R V", as `form` reads or writes it. */
export function rowArray(form: RowForm, access: "read" | "write", shape: string): Binding {
  const define = access === "read" ? read : write;
  if (!form.fours) return define("f32", shape);
  return define("vec4f", (dims) => [shape.split(" ").reduce((n, dim) => n * (dims[dim] ?? 1), 1) / 4]);
}

/** The name of a kernel in one of its forms. */
export const formName = (name: string, { walk, fours }: RowForm): string =>
  `${name}${walk === "alone" ? "_alone" : ""}${fours ? "_fours" : ""}`;

/**
 * A kernel over rows in all its forms. The plain one, whose lanes share a row, is the fastest on a GPU: neighbouring
 * lanes read neighbouring words. On a software adapter a barrier costs more than a hundred additions, and an invocation
 * is one lane of a processor's vector, so there a row to each is two to twenty times faster.
 */
export function rowKernel<K extends AnyKernel>(
  define: (form: RowForm) => K,
  { rows, length }: { rows: string; length: string },
): VariedKernel<K> {
  const speed =
    ({ walk, fours }: RowForm) =>
    ({ dims }: VariantFacts, { adapter }: DeviceFacts): number => {
      const [R = 0, V = 0] = [dims[rows], dims[length]];
      if (fours && V % 4 !== 0) return 0;
      const wide = fours ? 1.5 : 1;
      if (walk === "together") return wide;
      if (adapter.isSoftware) return wide * (R < FEW && V > LONG ? 0.5 : 5);
      return wide * (V <= 64 ? 1.5 : 0.2);
    };
  const variant = (form: RowForm, why: string) => ({ kernel: define(form), why, speed: speed(form) });
  return withVariants(define({ walk: "together", fours: false }), [
    variant({ walk: "together", fours: true }, "lanes share a row and read it by fours"),
    variant({ walk: "alone", fours: false }, "an invocation a row: no barrier"),
    variant({ walk: "alone", fours: true }, "an invocation a row, read by fours: no barrier, few loads"),
  ]);
}

/** What the WGSL of a row kernel declares around its main function. */
interface RowCode {
  /** WGSL of the length of a row; there are dims.R rows. */
  readonly length: string;
  /** Arrays that are read by `load_NAME`. */
  readonly loads: readonly string[];
  /** The array that is written by `store_NAME`. */
  readonly store?: string;
  /** Reductions over a row. */
  readonly scratch?: readonly string[];
  /** Further functions. */
  readonly functions?: string;
}

/** WGSL of a kernel over rows: what it declares, then `body` for each row, with the names of `rowHead`. */
export const rowCode = (
  plan: RowPlan,
  { length, loads, store, scratch = [], functions = "" }: RowCode,
  body: string,
): string => {
  const declared = [
    rowScratch(plan, scratch),
    ...loads.map((name) => quadLoad(plan, name)),
    store === undefined ? "" : quadStore(plan, store),
    functions,
  ];
  return wgsl`
    ${declared.filter((code) => code !== "").join("\n")}
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) index: u32) {
      ${rowHead(plan, length)}
      ${body}
    }`;
};

/**
 * The start of a row kernel's main function: `row`, `lane`, `count` (its length, or 0 past the last row, whose lanes
 * only keep the others company at barriers), `quadCount`, and `base`, the index of its first element or four.
 */
function rowHead({ rowsPerGroup, lanes, widest, fours }: RowPlan, length: string): string {
  return wgsl`
      let row = (group.x + group.y * ${widest}u) * ${rowsPerGroup}u + index / ${lanes}u;
      let lane = index % ${lanes}u;
      let count = select(0u, ${length}, row < dims.R);
      let quadCount = (count + 3u) / 4u;
      let base = row * ${fours ? `(${length} / 4u)` : length};`;
}

/** A walk of one lane over its quads `q`, in no order that matters. */
export const eachQuad = (plan: RowPlan, body: string): string => walk(plan, "lane", plan.lanes, body);

/** A walk over every `step`-th quad `q` of a row, in order. */
function walk(plan: RowPlan, from: string, step: number, body: string): string {
  const turn = (at: string): string => `{ let q = ${at}; ${insideCode(plan)} ${body} }`;
  if (!plan.isLong) return `for (var quad = ${from}; quad < quadCount; quad += ${step}u) ${turn("quad")}`;
  return wgsl`
      {
        var quad = ${from};
        for (; quad + ${step}u < quadCount; quad += ${2 * step}u) {
          ${turn("quad")}
          ${turn(`quad + ${step}u`)}
        }
        if (quad < quadCount) ${turn("quad")}
      }`;
}

/** WGSL of four elements, 0 for those past the row's end. */
export const held = ({ fours }: RowForm, four: string): string =>
  fours ? four : `select(vec4f(0.0), ${four}, inside)`;

const insideCode = ({ fours }: RowForm): string =>
  fours ? "" : "let inside = 4u * q + vec4u(0u, 1u, 2u, 3u) < vec4u(count);";

/**
 * Workgroup memory of the reductions named; none where an invocation has its row to itself. Each has its own, so that
 * one barrier does for each.
 */
function rowScratch({ walk, workgroupSize }: RowPlan, names: readonly string[]): string {
  if (walk === "alone") return "";
  return names.map((name) => `var<workgroup> slots_${name}: array<vec4f, ${workgroupSize}>;`).join("\n");
}

/**
 * Sums over a row, made in one walk and known to all its lanes by their names: each is given as the WGSL of a sum so
 * far and one quad `q` more. Where a product is added that must be an `fma`, so that every form rounds alike. `shared`
 * runs before them for each quad. All invocations of a workgroup must come here together.
 */
export function rowSums(plan: RowPlan, sums: Readonly<Record<string, (sum: string) => string>>, shared = ""): string {
  const { lanes } = plan;
  const names = Object.keys(sums);
  const each = (code: (name: string) => string): string => names.map(code).join("\n        ");
  const start = (kind: string): string => each((name) => `var ${kind}_${name} = vec4f(0.0);`);
  const slot = each((name) => `own_${name} = ${sums[name]?.(`own_${name}`)};`);
  const quad = each((name) => `all_${name} += ${sums[name]?.("vec4f(0.0)")};`);
  const alone = wgsl`
      for (var slot = 0u; slot < ${SLOTS}u; slot++) {
        ${start("own")}
        ${walk(plan, "slot", SLOTS, `${shared} ${slot}`)}
        ${each((name) => `all_${name} += own_${name};`)}
      }`;
  const together = wgsl`
      ${start("own")}
      ${walk(plan, "lane", lanes, `${shared} ${slot}`)}
      ${each((name) => `slots_${name}[lane] = own_${name};`)}
      workgroupBarrier();
      for (var slot = 0u; slot < min(${lanes}u, quadCount); slot++) {
        ${each((name) => `all_${name} += slots_${name}[slot];`)}
      }`;
  return wgsl`
      ${start("all")}
      ${plan.walk === "together" ? together : plan.oneEach ? walk(plan, "0u", 1, `${shared} ${quad}`) : alone}
      ${each((name) => `let ${name} = (all_${name}.x + all_${name}.y) + (all_${name}.z + all_${name}.w);`)}`;
}

/** The largest of `four` over a row's quads `q`, known to all its lanes as `name`. */
export function rowMax(plan: RowPlan, name: string, four: string): string {
  const shared = wgsl`
      slots_${name}[lane] = most;
      workgroupBarrier();
      for (var k = 0u; k < min(${plan.lanes}u, quadCount); k++) { most = max(most, slots_${name}[k]); }`;
  return wgsl`
      var most = vec4f(LOWEST);
      ${eachQuad(plan, `most = max(most, ${four});`)}
      ${plan.walk === "alone" ? "" : shared}
      let ${name} = max(max(most.x, most.y), max(most.z, most.w));`;
}

/** Constants of row kernels: the lowest start of a maximum, and the value at or below which an element is masked. */
export const ROW_CONSTANTS = "const LOWEST: f32 = -3.4e38; const MASKED: f32 = -1e29;";

/** WGSL `load_NAME(base, q, count)`: quad q of a row; past the row's end the last element again. */
function quadLoad({ fours }: RowForm, name: string): string {
  if (fours) return `fn load_${name}(base: u32, q: u32, count: u32) -> vec4f { return ${name}[base + q]; }`;
  return wgsl`
    fn load_${name}(base: u32, q: u32, count: u32) -> vec4f {
      let at = base + 4u * q;
      let last = base + count - 1u;
      return vec4f(${name}[at], ${name}[min(at + 1u, last)], ${name}[min(at + 2u, last)], ${name}[min(at + 3u, last)]);
    }`;
}

/** WGSL `store_NAME(base, q, count, value)`: quad q of a row, nothing past the row's end. */
function quadStore({ fours }: RowForm, name: string): string {
  if (fours) return `fn store_${name}(base: u32, q: u32, count: u32, value: vec4f) { ${name}[base + q] = value; }`;
  return wgsl`
    fn store_${name}(base: u32, q: u32, count: u32, value: vec4f) {
      let i = 4u * q;
      ${name}[base + i] = value.x;
      if (i + 1u < count) { ${name}[base + i + 1u] = value.y; }
      if (i + 2u < count) { ${name}[base + i + 2u] = value.z; }
      if (i + 3u < count) { ${name}[base + i + 3u] = value.w; }
    }`;
}

/** WGSL of element `i` of the row of an array that starts at `base`. */
export const elementOf = ({ fours }: RowForm, name: string, base: string, i: string): string =>
  fours ? `${name}[${base} + ${i} / 4u][${i} % 4u]` : `${name}[${base} + ${i}]`;
