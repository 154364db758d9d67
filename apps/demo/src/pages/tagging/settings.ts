import { choice, decimal, SEED, whole } from "../../experiment/settings";

export const settings = {
  cell: choice("Cell", ["Elman", "GRU", "LSTM"], "LSTM"),
  hidden: whole("Units", {
    from: 2,
    to: 64,
    value: 16,
    onGPU: 32,
    hint: "Each way; the model that reads one way has twice as many.",
  }),
  embedding: whole("Features of a word", { from: 2, to: 64, value: 16, onGPU: 32 }),
  lr: decimal("Learning rate", { from: 0.0001, to: 0.1, step: 0.0001, value: 0.01, onGPU: 0.006 }),
  seed: SEED,
};
