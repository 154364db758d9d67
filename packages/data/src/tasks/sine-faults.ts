import { expectOptions, expectWhole, expectWithin } from "../checks";
import { TaskError } from "../errors";
import type { Random } from "../random/random";

/** One wrong value, a value that stays, noise in place of the series, or three times its frequency. */
export type FaultKind = "spike" | "flat" | "noise" | "frequency";

/** A stretch of a series that is not as it should be. */
export interface Fault {
  kind: FaultKind;
  row: number;
  /** The first step, and the one behind the last. */
  start: number;
  end: number;
}

/** Series with and without faults. */
export interface FaultTask {
  /** [B, T, 1] */
  inputs: Float32Array<ArrayBuffer>;
  inputShape: [rows: number, steps: number, features: 1];
  /** [B, T], 1 within a fault and 0 elsewhere. */
  targets: Int32Array<ArrayBuffer>;
  faults: Fault[];
}

/** What `sineFaults` makes. */
export interface FaultOptions {
  /** B */
  batchSize: number;
  /** T, at least 16 */
  steps: number;
  /** The steps of one wave; 25 when absent. The phase of each row is drawn. */
  period?: number;
  /** The standard deviation of the noise on all steps; 0.05 when absent. */
  noise?: number;
  /** The share of rows that have a fault; 0.5 when absent. */
  share?: number;
  /** Which faults occur, each as often; all when absent. */
  kinds?: readonly FaultKind[];
}

const KINDS: readonly FaultKind[] = ["spike", "flat", "noise", "frequency"];

/**
 * Sine waves of which some have one fault: a spike of 2 to 4 on one step; a stretch of a tenth to a fifth of the series
 * that stands still, is noise of deviation 1, or swings at three times the frequency. For finding anomalies.
 *
 * @throws TaskError if an option is out of range
 */
export function sineFaults(random: Random, options: FaultOptions): FaultTask {
  const where = "sineFaults";
  expectOptions(TaskError, where, options, ["batchSize", "steps", "period", "noise", "share", "kinds"]);
  const { batchSize, steps, period = 25, noise = 0.05, share = 0.5, kinds = KINDS } = options;
  expectWhole(TaskError, where, { batchSize });
  expectWhole(TaskError, where, { steps }, { least: 16 });
  expectWhole(TaskError, where, { "kinds.length": kinds.length });
  expectWithin(TaskError, where, { period }, { least: 2 });
  expectWithin(TaskError, where, { noise }, { least: 0 });
  expectWithin(TaskError, where, { share }, { least: 0, most: 1 });
  const inputs = new Float32Array(batchSize * steps);
  const targets = new Int32Array(batchSize * steps);
  const faults: Fault[] = [];
  for (let row = 0; row < batchSize; row++) {
    const phase = 2 * Math.PI * random.uniform();
    const fault = random.uniform() < share ? drawFault(random, row, steps, kinds) : undefined;
    const wave = (t: number): number => Math.sin(phase + (2 * Math.PI * t) / period);
    const spike = (random.below(2) === 0 ? -1 : 1) * (2 + 2 * random.uniform());
    for (let t = 0; t < steps; t++) {
      const isFaulty = fault !== undefined && t >= fault.start && t < fault.end;
      const clean = isFaulty ? faulty(random, fault, t, { wave, spike }) : wave(t);
      inputs[row * steps + t] = clean + noise * random.normal();
      targets[row * steps + t] = Number(isFaulty);
    }
    if (fault) faults.push(fault);
  }
  return { inputs, inputShape: [batchSize, steps, 1], targets, faults };
}

function drawFault(random: Random, row: number, steps: number, kinds: readonly FaultKind[]): Fault {
  const kind = kinds[random.below(kinds.length)] ?? "spike";
  const tenth = Math.floor(steps / 10);
  const length = kind === "spike" ? 1 : tenth + random.below(tenth + 1);
  const start = random.below(steps - length + 1);
  return { kind, row, start, end: start + length };
}

function faulty(
  random: Random,
  { kind, start }: Fault,
  t: number,
  { wave, spike }: { wave: (t: number) => number; spike: number },
): number {
  if (kind === "spike") return wave(t) + spike;
  if (kind === "flat") return wave(start);
  return kind === "noise" ? random.normal() : wave(start + 3 * (t - start));
}
