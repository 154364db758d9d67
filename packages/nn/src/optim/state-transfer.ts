import type { Device } from "@unroll/kernels";
import { REPORT_WORDS } from "@unroll/kernels";
import type { Tensor } from "../tensor/tensor";
import { type FlatParameters, uploadTo } from "./flat-parameters";
import type { Slot } from "./optimizer-options";
import { type OptimizerState, OptimizerStateError } from "./optimizer-state";
import type { Schedule } from "./schedule";

/** The flat tensors of an optimizer, read and cut into an array for each parameter. */
export async function readState(
  kept: Readonly<Record<string, Tensor>>,
  flat: FlatParameters,
  report: Tensor | null,
): Promise<Pick<OptimizerState, "slots" | "whole" | "report">> {
  const names = Object.keys(kept);
  const [words, ...values] = await Promise.all([report?.data(), ...names.map((name) => (kept[name] as Tensor).data())]);
  const slots = new Map<string, Float32Array<ArrayBuffer>[]>();
  const whole = new Map<string, Float32Array<ArrayBuffer>>();
  for (const [index, name] of names.entries()) {
    const all = Float32Array.from(values[index] ?? []);
    if (all.length !== flat.size) whole.set(name, all);
    else
      slots.set(
        name,
        flat.parameters.map(({ size }, k) => all.slice(flat.starts[k], (flat.starts[k] as number) + size)),
      );
  }
  return { slots, whole, report: Uint32Array.from(words ?? []) };
}

/** What a state is checked against. */
export interface StateFacts {
  readonly where: string;
  /** Slots that the state has to have, unless it is of no update yet. */
  readonly slots: Readonly<Record<string, Slot>>;
  readonly flat: FlatParameters;
  readonly schedules: readonly (Schedule | null)[];
  readonly state: OptimizerState | null;
}

/** Where a state is written to. */
export interface StateTarget {
  readonly device: Device;
  readonly tensors: Readonly<Record<string, Tensor>>;
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
  for (const [name, tensor] of Object.entries(target.tensors)) {
    const { initial = 0 } = slots[name] ?? {};
    const parts = state?.slots.get(name);
    const saved = state?.whole.get(name);
    if (!state && initial === 0) continue; // it is zero already
    const values = saved?.slice() ?? new Float32Array(tensor.size).fill(initial);
    for (const [k, part] of parts?.entries() ?? []) values.set(part, flat.starts[k]);
    uploadTo(target.device, tensor, values);
  }
  if (state) {
    const words = new Uint32Array(REPORT_WORDS);
    words.set(state.report);
    uploadTo(target.device, target.report, words);
  }
}

/** Beside the rule's slots: gradients gathered so far, and no average where none is kept. */
const OPTIONAL = ["accumulated", "accumulatedLoss"];

function checkState({ where, slots, flat, schedules }: StateFacts, state: OptimizerState): void {
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
    const words = name === "accumulatedLoss" ? 1 : (slots[name]?.words ?? flat.size);
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
