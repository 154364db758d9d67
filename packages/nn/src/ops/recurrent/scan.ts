import {
  addFinalGradient,
  finalState,
  gateCount,
  listSteps,
  orderRows,
  packRecurrent,
  padRecurrent,
  previousState,
  stateGradient,
} from "@unroll/kernels";
import { fill, run } from "../../graph/run";
import type { Tensor } from "../../tensor/tensor";
import { gemm } from "../gemm";

/** Sizes of one recurrent layer's scan. */
export interface ScanDims {
  /** Directions, 1 or 2. */
  readonly D: number;
  /** Batch rows. */
  readonly B: number;
  /** Time steps. */
  readonly T: number;
  /** Hidden units. */
  readonly H: number;
}

export type Cell = Parameters<typeof gateCount>[0];

const gatesOf = (cell: Cell | number): number => (typeof cell === "number" ? cell : gateCount(cell));

/** Which steps of a batch are not padding; nothing is where all rows are whole. No gradient flows to any of it. */
export type Lengths = {
  /** True lengths in steps [B]. */
  readonly lengths: Tensor | undefined;
  /** The rows by falling length: scans skip what is left of each. */
  readonly order: Tensor | undefined;
  /** The steps within the lengths: products over all steps leave the others out. */
  readonly steps: Tensor | undefined;
};

/** What every recurrent operation reads beside its input product. */
export type ScanInputs = Lengths & {
  /** Recurrent weights R [D, G·H, H]. */
  readonly r: Tensor;
  /** State to start from [D, B, H]; zeros when absent. */
  readonly h0: Tensor | undefined;
};

/** Kernel option of every scan: whether direction 0 runs backwards. */
export interface Direction {
  readonly reverse: boolean;
}

/** R transposed and packed for the forward scans. */
export function packed(cell: Cell | number, { D, H }: ScanDims, r: Tensor): Tensor {
  return run(packRecurrent, { r }, { dims: { D, G: gatesOf(cell), H }, dtypes: { rT: r.dtype } }).rT;
}

/** R with rows of whole vec4f for the backward scans: R itself where they are whole already. */
export function padded(cell: Cell | number, { D, H }: ScanDims, r: Tensor): Tensor {
  const call = { dims: { D, G: gatesOf(cell), H }, dtypes: { rows: r.dtype } };
  return H % 4 === 0 ? r : run(padRecurrent, { r }, call).rows;
}

/** All that scans and products need to know of the lengths [B] of a batch's rows. */
export function lengthsOf({ B, T }: Pick<ScanDims, "B" | "T">, lengths: Tensor | undefined): Lengths {
  if (!lengths) return { lengths, order: undefined, steps: undefined };
  const { order } = run(orderRows, { lengths }, { dims: { B, T } });
  const { steps } = run(listSteps, { lengths }, { dims: { B, T } });
  return { lengths, order, steps };
}

/** Each row's state after its last step. */
export function lastState(
  dims: ScanDims,
  { reverse }: Direction,
  inputs: { y: Tensor; h0: Tensor | undefined; lengths: Tensor | undefined; cells?: Tensor; c0?: Tensor | undefined },
): { hN: Tensor; cN: Tensor } {
  const outputs = inputs.cells ? (["cN"] as const) : [];
  return run(finalState, inputs, { dims, options: { reverse }, outputs, dtypes: { hN: inputs.y.dtype } });
}

/** The gradient of y with that of the final state put where the final state came from. */
export function outputGradient(
  dims: ScanDims,
  { reverse }: Direction,
  { dy, dhN, lengths }: { dy: Tensor | undefined; dhN: Tensor | undefined; lengths: Tensor | undefined },
): Tensor {
  if (dhN) {
    const dtypes = { sum: (dy ?? dhN).dtype };
    return run(addFinalGradient, { dy, dhN, lengths }, { dims, options: { reverse }, dtypes }).sum;
  }
  return dy ?? fill(0, [dims.B, dims.T, dims.D * dims.H]);
}

/** The state before each step. */
export function stateBefore(
  dims: ScanDims,
  { reverse }: Direction,
  inputs: { y: Tensor; h0: Tensor | undefined; lengths: Tensor | undefined },
): Tensor {
  return run(previousState, inputs, { dims, options: { reverse }, dtypes: { hPrev: inputs.y.dtype } }).hPrev;
}

/**
 * dR[d] = Σ over all steps of dGates[d]ᵀ·h_{t−1}[d], one matmul; where asked for, also the sum of dGates over all
 * steps [D, G·H].
 */
export function recurrentGradient(
  { D, B, T, H }: ScanDims,
  {
    dGates,
    hPrev,
    steps,
    r,
    times = 1,
    withSum = false,
  }: {
    dGates: Tensor;
    hPrev: Tensor;
    steps: Tensor | undefined;
    r: Tensor;
    /** How often all steps are there: as often as a step multiplies by R. */
    times?: number;
    withSum?: boolean;
  },
): { dR: Tensor; sum: Tensor | undefined } {
  const GH = r.shape[1] as number;
  const all = times * B * T;
  const packing = steps && { steps, axis: "depth" as const };
  const { c, sumA } = gemm(
    { tensor: dGates, rows: GH, columns: all, transposed: true, ld: D * GH, stride: GH },
    { tensor: hPrev, rows: all, columns: H, transposed: false, ld: D * H, stride: H },
    { Z: D, period: T, packing, shape: r.shape, ...(withSum ? { sumA: [D, GH] } : {}) },
  );
  return { dR: c, sum: sumA };
}

/**
 * The gradient of the state to start from.
 * @param options `units` and `stride` as `stateGradient` has them, for weights from `padLstm`
 */
export function startGradient(
  cell: Cell | number,
  dims: ScanDims,
  { reverse, units = 0, stride = 0 }: Direction & { readonly units?: number; readonly stride?: number },
  inputs: {
    dGates?: Tensor;
    rows?: Tensor;
    carry?: Tensor;
    lengths: Tensor | undefined;
    dhN: Tensor | undefined;
  },
): Tensor {
  const call = { dims: { ...dims, G: gatesOf(cell) }, options: { reverse, units, stride } };
  return run(stateGradient, inputs, call).dh0;
}
