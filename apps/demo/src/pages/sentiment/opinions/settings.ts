import { choice, decimal, SEED, whole } from "../../../experiment/settings";

export const settings = {
  cell: choice("Cell", ["rnn", "gru", "lstm"], "lstm"),
  hidden: whole("Units", { from: 2, to: 256, value: 32, onGPU: 128 }),
  layers: whole("Layers", { from: 1, to: 3, value: 1 }),
  direction: choice("Reads", ["forward", "both ways"], "forward"),
  lr: decimal("Learning rate", { from: 0.0001, to: 0.1, step: 0.0001, value: 0.005, onGPU: 0.003 }),
  seed: SEED,
};
