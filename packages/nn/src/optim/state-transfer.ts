import type { Device } from "@unroll/kernels";
import { REPORT_WORDS } from "@unroll/kernels";
import { enqueue } from "../plan/evaluate";
import type { HostData } from "../tensor/dtype";
import type { Storage } from "../tensor/storage";
import type { Tensor } from "../tensor/tensor";
import type { FlatParameters } from "./flat-parameters";
import type { Slot } from "./optimizer-options";
import { type OptimizerState, OptimizerStateError } from "./optimizer-state";
import type { Schedule } from "./schedule";

/** What an optimizer keeps on the device, by name: an array for each segment, or one for all. */
export type Kept = Readonly<Record<string, readonly Tensor[]>>;

/** How what is kept is laid out. */
export interface StateLayout {
  /** Slots of the rule, and the average. */
  readonly slots: Readonly<Record<string, Slot>>;
  readonly flat: FlatParameters;
}

/** Words of a name that is kept whole, not cut into an array for each parameter; undefined for the others. */
function wholeWords({ slots, flat }: StateLayout, name: string): number | undefined {
  if (name === "accumulatedLoss") return 1;
  const words = slots[name]?.words;
  return words && flat.segments.reduce((sum, segment) => sum + words(segment), 0);
}

/** The arrays of an optimizer, read and cut into one for each parameter: how they lay on the device is gone. */
export async function readState(
  layout: StateLayout,
  kept: Kept,
  report: Tensor | null,
): Promise<Pick<OptimizerState, "slots" | "whole" | "report">> {
  const names = Object.keys(kept);
  const read = (tensors: readonly Tensor[] = []) => Promise.all(tensors.map((tensor) => tensor.data()));
  const [words, ...values] = await Promise.all([report?.data(), ...names.map((name) => read(kept[name]))]);
  const slots = new Map<string, Float32Array<ArrayBuffer>[]>();
  const whole = new Map<string, Float32Array<ArrayBuffer>>();
  for (const [index, name] of names.entries()) {
    const arrays = values[index] ?? [];
    if (wholeWords(layout, name) !== undefined) {
      whole.set(name, joined(arrays));
      continue;
    }
    const cut = layout.flat.segments.flatMap(({ parameters, starts }, s) =>
      parameters.map(({ size }, k) => {
        const start = starts[k] as number;
        return Float32Array.from(arrays[s]?.subarray(start, start + size) ?? []);
      }),
    );
    slots.set(name, cut);
  }
  return { slots, whole, report: Uint32Array.from(words ?? []) };
}

function joined(arrays: readonly HostData[]): Float32Array<ArrayBuffer> {
  const all = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let next = 0;
  for (const array of arrays) {
    all.set(array, next);
    next += array.length;
  }
  return all;
}

/** What a state is checked against. */
export interface StateFacts extends StateLayout {
  readonly where: string;
  readonly schedules: readonly (Schedule | null)[];
  readonly state: OptimizerState | null;
}

/** Where a state is written to. */
export interface StateTarget {
  readonly device: Device;
  readonly kept: Kept;
  readonly report: Tensor;
}

/**
 * Checks a state, and writes it into the tensors of an optimizer. Without one the slots get their first values.
 * @throws OptimizerStateError naming what differs; then nothing was written
 */
export function writeState(facts: StateFacts, target: StateTarget | null): void {
  const { slots, flat, state } = facts;
  if (state) checkState(facts, state);
  if (!target) return;
  for (const [name, tensors] of Object.entries(target.kept)) {
    const { initial = 0 } = slots[name] ?? {};
    if (!state && initial === 0) continue; // it is zero already
    const whole = state?.whole.get(name);
    const parts = state?.slots.get(name);
    let [words, parameters] = [0, 0];
    for (const [s, tensor] of tensors.entries()) {
      const values = new Float32Array(tensor.size).fill(initial);
      if (whole) values.set(whole.subarray(words, words + tensor.size));
      words += tensor.size;
      for (const start of flat.segments[s]?.starts ?? []) {
        const part = parts?.[parameters++];
        if (part) values.set(part, start);
      }
      uploadTo(target.device, tensor, values);
    }
  }
  if (state) {
    const words = new Uint32Array(REPORT_WORDS);
    words.set(state.report);
    uploadTo(target.device, target.report, words);
  }
}

/** Writes words into a tensor that stays on the device, after all that was asked for before. */
function uploadTo(device: Device, tensor: Tensor, words: Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>): void {
  const { range } = tensor.storage as Storage;
  enqueue(device, () => device.upload({ ...range, size: words.byteLength }, words));
}

/** Beside the rule's slots: gradients gathered so far, and no average where none is kept. */
const OPTIONAL = ["accumulated", "accumulatedLoss"];

function checkState(facts: StateFacts, state: OptimizerState): void {
  const { where, slots, flat, schedules } = facts;
  const differ = (what: string, expected: string, received: string): never => {
    const remedy = "Build the optimizer as it was when the state was taken. Nothing was changed.";
    throw new OptimizerStateError({ where: `${where}.loadState`, what, expected, received, remedy });
  };
  if (state.kind !== where) differ("the optimizer", where, state.kind);
  const found = [...state.slots.keys(), ...state.whole.keys()].filter((name) => !OPTIONAL.includes(name)).sort();
  const expected = Object.keys(slots).sort();
  if ((found.length > 0 || state.updates > 0) && found.join() !== expected.join()) {
    differ("what it keeps for each parameter", expected.join(", ") || "nothing", found.join(", ") || "nothing");
  }
  for (const [name, parts] of state.slots) {
    if (wholeWords(facts, name) !== undefined) differ(name, "kept whole", "cut into parameters");
    if (parts.length !== flat.parameters.length) {
      differ(`the number of parameters in ${name}`, String(flat.parameters.length), String(parts.length));
    }
    for (const [k, parameter] of flat.parameters.entries()) {
      const received = parts[k]?.length;
      if (received === parameter.size) continue;
      differ(`${name} of ${parameter.name ?? `parameter ${k}`}`, `${parameter.size} elements`, String(received));
    }
  }
  for (const [name, values] of state.whole) {
    const words = wholeWords(facts, name);
    if (words === undefined) differ(name, "cut into parameters", "kept whole");
    if (values.length !== words) differ(name, `${words} elements`, String(values.length));
  }
  if (state.report.length > 0 && state.report.length !== REPORT_WORDS) {
    differ("the report", `${REPORT_WORDS} words`, String(state.report.length));
  }
  for (const [index, schedule] of schedules.entries()) {
    const saved = state.schedules[index];
    if (saved && !schedule)
      differ(`the schedule of ${index === 0 ? "lr" : `group ${index - 1}`}`, "none that remembers", "one");
  }
}
