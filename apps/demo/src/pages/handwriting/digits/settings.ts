import { choice, decimal, SEED, whole } from "../../../experiment/settings";

export const settings = {
  cell: choice("Cell", ["rnn", "gru", "lstm"], "gru"),
  hidden: whole("Units", { from: 8, to: 256, value: 48, onGPU: 128 }),
  layers: whole("Layers", { from: 1, to: 3, value: 1 }),
  variety: decimal("Variety", {
    from: 0,
    to: 1,
    step: 0.01,
    value: 1,
    hint: "How much the hands differ that it learns from.",
  }),
  lr: decimal("Learning rate", { from: 0.0001, to: 0.1, step: 0.0001, value: 0.01, onGPU: 0.004 }),
  seed: SEED,
};
