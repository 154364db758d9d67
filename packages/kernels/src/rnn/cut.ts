import type { Cost, DeviceFacts } from "../core";
import { SHARED_ROWS, tileRows } from "./tile";

/** How a kernel cuts a scan into dispatches, workgroups and invocations. */
export interface Cut {
  /** What it adds to the name of the scan. */
  readonly name: string;
  /** What it is good at. */
  readonly why: string;
  /** One dispatch walks over many steps, or each step has its own. */
  readonly wholeSequence: boolean;
  /** Batch rows of a tile. */
  readonly rows: (B: number) => number;
  /** Columns of one invocation. */
  readonly columns: number;
  /** Whether the lanes of a subgroup load a tile's rows between them. */
  readonly shared: boolean;
  /** Multiply-adds a core of a software adapter makes in a given time, those of the plain kernel being 1. */
  readonly rate: number;
}

/** One dispatch per step, its units spread over the device: the plain kernel of every scan. */
export const STEPS: Cut = {
  name: "",
  why: "the plain kernel: one dispatch per step",
  wholeSequence: false,
  rows: tileRows,
  columns: 2,
  shared: false,
  rate: 1,
};

/** One dispatch per step, with larger tiles whose rows the lanes of a subgroup load between them. */
const steps = (rows: number, columns: number, rate: number): Cut => ({
  name: `_steps_${rows}x${columns}_shared`,
  why: `one dispatch per step, ${rows} rows by ${columns} units an invocation, loaded by subgroups`,
  wholeSequence: false,
  rows: () => rows,
  columns,
  shared: true,
  rate,
});

/** One dispatch for many steps: a workgroup makes all units of `rows` rows, and meets at a barrier after each step. */
const sequence = (rows: number, columns: number, rate: number, shared = false): Cut => ({
  name: `_sequence_${rows}x${columns}${shared ? "_shared" : ""}`,
  why: `one dispatch for many steps, ${rows} rows a workgroup${shared ? ", loaded by subgroups" : ""}`,
  wholeSequence: true,
  rows: () => rows,
  columns,
  shared,
  rate,
});

/** Rates are those of SwiftShader and lavapipe on LSTM and GRU of 128 and 256 units, which agree within a fifth. */
export const CUTS: readonly Cut[] = [
  steps(8, 4, 1.3),
  sequence(1, 1, 0.4),
  sequence(2, 1, 0.55),
  sequence(4, 1, 0.75),
  sequence(4, 4, 1.2, true),
  sequence(8, 4, 1.2),
  sequence(8, 4, 1.6, true),
  sequence(16, 2, 1.7, true),
];

interface Sizes {
  readonly B: number;
  readonly D: number;
  readonly T: number;
  readonly H: number;
}

/** How fast a cut is expected to be on a device, the plain one being 1; 0 where it cannot run. */
export function cutSpeed(cut: Cut, cost: Cost, sizes: Sizes, device: DeviceFacts): number {
  const { features, adapter } = device;
  if (cut.shared && !(features.has("subgroups") && (adapter.subgroupMinSize ?? 0) >= SHARED_ROWS)) return 0;
  const time = adapter.isSoftware ? softwareStep : gpuStep;
  return time(STEPS, cost, sizes) / time(cut, cost, sizes);
}

/** Microseconds of one step on a software adapter of two cores: a dispatch, and the work of the busier core. */
function softwareStep({ rows, rate, wholeSequence }: Cut, { flops }: Cost, { B, D, T }: Sizes): number {
  const tiles = Math.ceil(B / rows(B)) * D;
  const filled = B / (Math.ceil(B / rows(B)) * rows(B));
  const cores = wholeSequence ? Math.min(2, tiles) : 2;
  return (wholeSequence ? 1 : 30) + flops / T / (3000 * rate * filled * cores);
}

/**
 * Microseconds of one step on a GPU. A dispatch costs 30 (24 to 71 were measured on real drivers) however little it
 * does. In a sequence kernel each workgroup reads all of R at every step, at some 100 GB/s, and makes some 200 GFLOP/s.
 */
function gpuStep({ rows, wholeSequence }: Cut, { flops, bytes }: Cost, { B, D, T, H }: Sizes): number {
  if (!wholeSequence) return 30 + flops / T / 5e6;
  const tile = Math.min(rows(B), B);
  const weights = Math.max(4 * H * H, bytes / T / D - 4 * B * H * 20);
  const waves = Math.ceil((Math.ceil(B / rows(B)) * D) / 64);
  return 2 + waves * Math.max(weights / 1e5, (flops / T) * (tile / B / D) * 5e-6);
}
