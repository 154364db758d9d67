import { choice, decimal, SEED, whole } from "../../../experiment/settings";

export const settings = {
  cell: choice("Cell", ["Elman", "IRNN", "GRU", "LSTM"], "LSTM"),
  hidden: whole("Units", { from: 2, to: 128, value: 24, onGPU: 64 }),
  steps: whole("Gap", { from: 5, to: 200, value: 12, onGPU: 24, hint: "Steps of noise after the one that tells." }),
  lr: decimal("Learning rate", { from: 0.0001, to: 0.1, step: 0.0001, value: 0.01, onGPU: 0.006 }),
  clip: decimal("Clip at norm", { from: 0.01, to: 1000, step: 0.01, value: 1 }),
  seed: SEED,
};
