import { choice, decimal, SEED, whole } from "../../../experiment/settings";

export const settings = {
  cell: choice("Cell", ["rnn", "gru", "lstm"], "lstm"),
  hidden: whole("Units", { from: 2, to: 64, value: 16, onGPU: 32 }),
  steps: whole("Steps of a sum", { from: 4, to: 40, value: 12, onGPU: 24 }),
  lr: decimal("Learning rate", { from: 0.0001, to: 0.1, step: 0.0001, value: 0.01, onGPU: 0.006 }),
  seed: SEED,
};
