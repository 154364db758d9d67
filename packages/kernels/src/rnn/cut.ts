import type { DeviceFacts } from "../core";
import { type Sharing, tileRows } from "./tile";

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
  /** Lanes of a subgroup that load a tile's rows between them. */
  readonly sharing: Sharing;
  /** Whether each workgroup brings all recurrent weights into its memory first. */
  readonly keepsWeights: boolean;
  /**
   * Whether a workgroup takes two tiles in turn, the n-th from either end. Rows come by falling length, so all
   * workgroups then have the same work, whatever the lengths are and however a device deals workgroups out.
   */
  readonly inPairs: boolean;
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
  sharing: 0,
  keepsWeights: false,
  inPairs: false,
  rate: 1,
};

/** What the name of a cut says of its sharing. */
const nameOf = (sharing: Sharing): string => (sharing === 0 ? "" : `_shared_${sharing}`);
const whyOf = (sharing: Sharing): string => (sharing === 0 ? "" : `, loaded by ${sharing} lanes of a subgroup`);

/** One dispatch per step, with larger tiles whose rows the lanes of a subgroup load between them. */
const steps = (rows: number, columns: number, rate: number, sharing: Sharing): Cut => ({
  name: `_steps_${rows}x${columns}${nameOf(sharing)}`,
  why: `one dispatch per step, ${rows} rows by ${columns} units an invocation${whyOf(sharing)}`,
  wholeSequence: false,
  rows: () => rows,
  columns,
  sharing,
  keepsWeights: false,
  inPairs: false,
  rate,
});

/** One dispatch for many steps: a workgroup makes all units of `rows` rows, and meets at a barrier after each step. */
const sequence = (rows: number, columns: number, rate: number, sharing: Sharing = 0): Cut => ({
  name: `_sequence_${rows}x${columns}${nameOf(sharing)}`,
  why: `one dispatch for many steps, ${rows === 1 ? "one row" : `${rows} rows`} a workgroup${whyOf(sharing)}`,
  keepsWeights: false,
  inPairs: false,
  wholeSequence: true,
  rows: () => rows,
  columns,
  sharing,
  rate,
});

/** The same with the recurrent weights in workgroup memory, where they fit: nothing is read twice. */
const keeping = (rows: number, rate: number): Cut => ({
  ...sequence(rows, 1, rate),
  name: `_kept_${rows}`,
  why: `one dispatch for many steps, ${rows} rows a workgroup, weights in its memory`,
  keepsWeights: true,
});

/** The same with two tiles a workgroup. */
const inPairs = (cut: Cut): Cut => ({
  ...cut,
  name: `${cut.name}_pairs`,
  why: `${cut.why}, long rows and short ones in pairs`,
  inPairs: true,
});

/** Rates are those of SwiftShader and lavapipe on LSTM and GRU of 128 and 256 units, which agree within a fifth. */
export const CUTS: readonly Cut[] = [
  steps(8, 4, 1.65, 4),
  steps(16, 2, 1.8, 4),
  steps(32, 2, 2.1, 8),
  sequence(1, 1, 0.4),
  sequence(1, 1, 0.5, 4),
  sequence(2, 1, 0.55),
  sequence(4, 1, 0.75),
  sequence(4, 4, 1.2, 4),
  sequence(8, 4, 1.2),
  sequence(8, 4, 1.6, 4),
  sequence(16, 2, 1.7, 4),
  inPairs(sequence(4, 4, 1.2, 4)),
  inPairs(sequence(8, 4, 1.6, 4)),
  inPairs(sequence(16, 2, 1.7, 4)),
  keeping(1, 0.3),
  keeping(4, 0.6),
];

/** What one step of a scan asks of a device. */
export interface StepFacts {
  readonly B: number;
  readonly D: number;
  readonly T: number;
  readonly H: number;
  /** Whether rows have lengths, and come by falling length. */
  readonly isRagged: boolean;
  /** Of all rows. */
  readonly flops: number;
  /** vec4f of recurrent weights of one direction. */
  readonly weights: number;
}

/** How fast a cut is expected to be on a device, the plain one being 1; 0 where it cannot run. */
export function cutSpeed(cut: Cut, facts: StepFacts, { features, adapter, limits }: DeviceFacts): number {
  if (cut.keepsWeights && facts.weights * 16 > limits.maxComputeWorkgroupStorageSize) return 0;
  if (cut.sharing > 0 && !(features.has("subgroups") && (adapter.subgroupMinSize ?? 0) >= cut.sharing)) return 0;
  const time = adapter.isSoftware ? softwareStep : gpuStep;
  return time(STEPS, facts) / time(cut, facts);
}

/** Microseconds of one step on a software adapter of two cores: a dispatch, and the work of the busier core. */
function softwareStep(cut: Cut, facts: StepFacts): number {
  const { rows, rate, wholeSequence } = cut;
  const { B, T, flops, isRagged } = facts;
  const filled = B / (Math.ceil(B / rows(B)) * rows(B));
  const left = isRagged ? shareLeft(cut, facts) : 1;
  return (wholeSequence ? 1 + 30 / T : 30) + (left * flops) / (3000 * rate * filled * coresOf(cut, facts));
}

/** Workgroups that walk over a sequence. */
const walksOf = ({ rows, inPairs }: Cut, { B, D }: StepFacts): number =>
  D * Math.ceil(Math.ceil(B / rows(B)) / (inPairs ? 2 : 1));

const coresOf = (cut: Cut, facts: StepFacts): number => (cut.wholeSequence ? Math.min(2, walksOf(cut, facts)) : 2);

/**
 * The share of a full batch's work that the busier core is left with where rows have every length: of n tiles the i-th
 * has 1 − i/n of all steps, (n + 1)/2n on average. Tiles one by one are dealt out less evenly than pairs of them, and
 * of two tiles one core has the longer to itself.
 */
function shareLeft(cut: Cut, facts: StepFacts): number {
  const tiles = Math.ceil(facts.B / cut.rows(facts.B));
  const mean = (tiles + 1) / (2 * tiles);
  if (!cut.wholeSequence) return mean;
  const walks = walksOf(cut, facts);
  if (!cut.inPairs) return walks <= 2 ? 1 : 1.15 * mean;
  return (mean * Math.ceil(walks / coresOf(cut, facts)) * coresOf(cut, facts)) / walks;
}

/**
 * Microseconds of one step on a GPU. A dispatch costs 30 (24 to 71 were measured on real drivers) however little it
 * does. In a sequence kernel each workgroup reads all weights at every step, at some 100 GB/s unless it keeps them, and
 * makes some 200 GFLOP/s; 64 workgroups run at a time. A pair of tiles takes twice the steps, or nearly.
 */
function gpuStep(cut: Cut, facts: StepFacts): number {
  const { rows, wholeSequence, keepsWeights, inPairs } = cut;
  const { B, D, flops, weights } = facts;
  if (!wholeSequence) return 30 + flops / 5e6;
  const reading = keepsWeights ? 0 : (16 * weights) / 1e5;
  const adding = (flops * Math.min(rows(B), B)) / (B * D) / 2e5;
  return (inPairs ? 2 : 1) * (2 + Math.ceil(walksOf(cut, facts) / 64) * Math.max(reading, adding));
}
