import { choice, decimal, SEED, whole } from "../../../experiment/settings";

export const settings = {
  cell: choice("Cell", ["rnn", "gru", "lstm"], "lstm"),
  hidden: whole("Units", { from: 2, to: 64, value: 16 }),
  steps: whole("Steps of an example", { from: 4, to: 40, value: 12 }),
  lr: decimal("Learning rate", { from: 0.0001, to: 0.1, step: 0.0001, value: 0.01 }),
  seed: SEED,
};
