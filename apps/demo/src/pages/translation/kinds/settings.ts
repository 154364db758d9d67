import { choice, decimal, SEED, whole } from "../../../experiment/settings";

export const settings = {
  dates: choice("Dates", ["short", "long"], "short", "Without attention all of a date has to fit into one state."),
  cell: choice("Cell", ["rnn", "gru", "lstm"], "gru"),
  hidden: whole("Units", { from: 8, to: 64, value: 24, onGPU: 64 }),
  lr: decimal("Learning rate", { from: 0.0001, to: 0.1, step: 0.0001, value: 0.01, onGPU: 0.006 }),
  seed: SEED,
};

/** "4 Mar 2024", and "Monday, 4 March 2024". */
export const STYLES = {
  short: [{ dateStyle: "medium" }],
  long: [{ dateStyle: "full" }, { dateStyle: "long" }],
} as const;
