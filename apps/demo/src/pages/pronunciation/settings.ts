import { choice, decimal, SEED, whole } from "../../experiment/settings";

export const settings = {
  letters: whole("Letters of a word", {
    from: 3,
    to: 7,
    value: 5,
    onGPU: 7,
    hint: "At most: longer words take longer to learn.",
  }),
  cell: choice("Cell", ["rnn", "gru", "lstm"], "gru"),
  hidden: whole("Units", { from: 16, to: 128, value: 48, onGPU: 96 }),
  layers: whole("Layers", { from: 1, to: 3, value: 1 }),
  lr: decimal("Learning rate", { from: 0.0001, to: 0.1, step: 0.0001, value: 0.01, onGPU: 0.006 }),
  seed: SEED,
};
