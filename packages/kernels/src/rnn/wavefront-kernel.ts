import {
  type Binding,
  type DimValues,
  defineKernel,
  type Kernel,
  type Plan,
  perCall,
  perModel,
  type Variant,
  type VariedKernel,
  wgsl,
  withVariants,
} from "../core";
import { CUTS, type Cut, cutSpeed, STEPS, type StepFacts } from "./cut";
import { packedColumns, stackExtents } from "./pack";
import { rowFunctions, type ScanOptions } from "./scan";
import { columnsOf, type PhaseProduct, phaseFunction, type Scan, type ScanContext, tileFunction } from "./scan-kernel";
import { fewestLanes, powerOfTwo } from "./tile";

export const stackDims = {
  L: perModel("layers"),
  B: perCall("batch rows"),
  T: perCall("time steps"),
  H: perModel("hidden units"),
};

type StackSizes = { readonly [N in keyof typeof stackDims]: number };

export interface StackOptions {
  /** Whether the input products of the layers have a bias. */
  readonly bias: boolean;
}

/** The forward scans of stacked layers as one kernel. */
interface Wavefront<B extends Record<string, Binding>, S extends Record<string, Binding>, O extends ScanOptions> {
  /** snake_case. */
  readonly name: string;
  /** The scan of one layer, of a single phase. */
  readonly scan: Scan<S, O>;
  /** Gates of a unit. */
  readonly gates: number;
  /** By the names that the scan knows them by; `rT` holds the weights of all layers, as `pack_stack` lays them. */
  readonly bindings: B;
}

/** Extents of the weights of a stack of cells with G gates, as `pack_stack` lays them. */
export const stackWeights =
  (G: number) =>
  ({ L = 0, H = 0 }: DimValues, { bias }: Readonly<Record<string, unknown>>): number[] =>
    stackExtents(L, { G, H, bias: bias === true });

/** WGSL's type of a unit's gates in `rT`, as its sums have them. */
const LANES: Readonly<Record<number, string>> = { 1: "", 3: ".xyz", 4: "" };

/**
 * Kernels that walk over L stacked layers as a wavefront: dispatch w makes step w − l of every layer l, each layer one
 * step behind the one below, so that T + L − 1 dispatches make what takes L·T layer by layer. A layer above the first
 * makes its own input product W·y + b at each step, in the same invocation that goes on with it; the sum runs over k in
 * order with `fma`, and the bias comes last, as in `matmul`: so a stack gets the bits of layers run one by one. They give
 * up the one product over all steps, which reads W once. They fit layers of one direction and of equal H, with nothing
 * between them.
 */
export function wavefrontKernel<
  const B extends Record<string, Binding>,
  S extends Record<string, Binding>,
  O extends ScanOptions,
>(wavefront: Wavefront<B, S, O>): VariedKernel<Kernel<typeof stackDims, B, O & StackOptions, Record<never, never>>> {
  const variants = CUTS.filter(({ wholeSequence }) => !wholeSequence).map(
    (cut): Variant => ({
      kernel: makeKernel(wavefront, cut),
      why: cut.why,
      speed: ({ dims, options, has }, device) =>
        cutSpeed(cut, factsOf(wavefront, dims as StackSizes, options as O, has.order === true), device),
    }),
  );
  return withVariants(makeKernel(wavefront, STEPS), variants);
}

interface WavefrontPlan extends Plan {
  readonly workgroupSize: number;
  readonly rows: number;
  /** Columns of one invocation. */
  readonly columns: number;
}

function makeKernel<const B extends Record<string, Binding>, S extends Record<string, Binding>, O extends ScanOptions>(
  wavefront: Wavefront<B, S, O>,
  cut: Cut,
): Kernel<typeof stackDims, B, O & StackOptions, Record<never, never>> {
  type Context = ScanContext<Extract<keyof S, string>, O>;
  const { scan } = wavefront;
  const none = Object.fromEntries(Object.keys(scan.bindings).map((key) => [key, false])) as Context["has"];
  return defineKernel<typeof stackDims, B, WavefrontPlan, O & StackOptions>({
    name: `${wavefront.name}${cut.name}`,
    dims: stackDims,
    options: { ...scan.options, bias: true },
    bindings: wavefront.bindings,
    repeat: ({ L, T }) => T + L - 1,
    plan: ({ L, B, H }, limits, options) => {
      const phases = scan.phases({ H, options, has: none });
      const columns = columnsOf(cut, phases);
      const widest = Math.max(...phases.map(({ count }) => Math.ceil(count / columns)));
      const workgroupSize = powerOfTwo(
        widest,
        fewestLanes(cut.sharing),
        Math.min(32, limits.maxComputeInvocationsPerWorkgroup),
      );
      const rows = cut.rows(B);
      const grid = [Math.ceil(widest / workgroupSize), Math.ceil(B / rows), L] as const;
      return { workgroupSize, grid, rows, columns };
    },
    cost: (sizes, options) => costOf(wavefront, sizes, options),
    wgsl: (plan, { dims, options, has }) =>
      wavefrontCode(wavefront, { ...dims, options, has: { ...none, ...has } }, plan, cut),
  });
}

/** What one step of all layers asks of a device. */
function factsOf<B extends Record<string, Binding>, S extends Record<string, Binding>, O extends ScanOptions>(
  wavefront: Wavefront<B, S, O>,
  { L, B, T, H }: StackSizes,
  options: O,
  isRagged: boolean,
): StepFacts {
  const { flops } = costOf(wavefront, { L, B, T, H }, options);
  return { B, D: L, T, H, isRagged, flops: flops / T, weights: wavefront.scan.weights.count(H, options) };
}

/** That of all the layers' scans, and of the input products of all but the first. */
function costOf<B extends Record<string, Binding>, S extends Record<string, Binding>, O extends ScanOptions>(
  { scan, gates }: Wavefront<B, S, O>,
  { L, B, T, H }: StackSizes,
  options: O,
) {
  const { flops, bytes } = scan.cost({ D: L, B, T, H }, options);
  const inputs = (L - 1) * T * H;
  return { flops: flops + inputs * 2 * B * gates * H, bytes: bytes + 4 * inputs * (4 * packedColumns(gates, H) + B) };
}

function wavefrontCode<B extends Record<string, Binding>, S extends Record<string, Binding>, O extends ScanOptions>(
  { scan, gates }: Wavefront<B, S, O>,
  context: ScanContext<Extract<keyof S, string>, O & StackOptions> & { readonly L: number },
  { workgroupSize, rows, columns }: WavefrontPlan,
  { sharing }: Cut,
): string {
  const { L, H, options } = context;
  const hasOrder = (context.has as Readonly<Record<string, boolean>>).order === true;
  const Q = packedColumns(gates, H);
  const weight = (index: string): string => `rT[${index}]${LANES[gates]}`;
  const below: PhaseProduct = {
    when: "always",
    count: "H",
    value: (row) => `y[${row}.now - dims.B * dims.T * H + k]`, // the same step of the layer below
    weight: (column) => weight(`(${L - 1}u + d) * H * ${Q}u + k * ${Q}u + ${column}`),
  };
  const bias = (column: string): string => weight(`${(2 * L - 1) * H * Q}u + (d - 1u) * ${Q}u + ${column}`);
  const facts = { rows, columns, sharing, hasOrder, scan, below: { ...below, ...(options.bias ? { bias } : {}) } };
  return wgsl`
    fn weightAt(d: u32, index: u32) -> vec4f { return rT[d * ${scan.weights.count(H, options)}u + index]; }
    ${rowFunctions({ hasOrder, reverse: options.reverse, stacked: true })}
    ${tileFunction(hasOrder, rows)}
    ${scan.functions(context)}
    ${scan
      .phases(context)
      .map((phase, n) => phaseFunction(phase, n, facts))
      .join("\n")}
    @compute @workgroup_size(${workgroupSize})
    fn main(
      @builtin(workgroup_id) group: vec3u,
      @builtin(local_invocation_index) lane: u32,
      ${sharing > 0 ? "@builtin(subgroup_invocation_id) subLane: u32," : ""}
    ) {
      ${sharing > 0 ? "" : "let subLane = 0u;"}
      let layer = group.z;
      if (dims.step < layer || dims.step - layer >= dims.T) { return; } // not begun yet, or at its end
      phase0(dims.step - layer, group.x * ${workgroupSize}u + lane, tileOf(group.y), layer, subLane);
    }`;
}
