import { choice, decimal, SEED, whole } from "../../experiment/settings";

export const settings = {
  cell: choice("Cell", ["Elman", "GRU", "LSTM"], "LSTM"),
  hidden: whole("Units", { from: 2, to: 64, value: 16, onGPU: 48 }),
  steps: whole("Steps of a series", { from: 40, to: 200, value: 100 }),
  period: whole("Steps of a wave", { from: 8, to: 50, value: 25 }),
  noise: decimal("Noise", { from: 0, to: 0.5, step: 0.01, value: 0.2 }),
  lr: decimal("Learning rate", { from: 0.0001, to: 0.1, step: 0.0001, value: 0.01, onGPU: 0.006 }),
  seed: SEED,
};
