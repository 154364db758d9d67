import { choice, decimal, SEED, whole } from "../../../experiment/settings";

export const settings = {
  cell: choice("Cell", ["gru", "lstm"], "gru"),
  hidden: whole("Units", { from: 8, to: 256, value: 64, onGPU: 160 }),
  layers: whole("Layers", { from: 1, to: 3, value: 1 }),
  keys: whole("Keys", {
    from: 1,
    to: 12,
    value: 4,
    onGPU: 12,
    hint: "How many tonics it learns, each in major and minor.",
  }),
  lr: decimal("Learning rate", { from: 0.0001, to: 0.1, step: 0.0001, value: 0.02, onGPU: 0.008 }),
  seed: SEED,
};
