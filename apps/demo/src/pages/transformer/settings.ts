import { choice, decimal, SEED, whole } from "../../experiment/settings";

export const settings = {
  task: choice("Task", ["Reverse", "Sort", "Count", "Sum so far"], "Reverse"),
  length: whole("Digits", { from: 3, to: 16, value: 8, onGPU: 12 }),
  layers: whole("Layers", { from: 1, to: 4, value: 1, onGPU: 2 }),
  heads: whole("Heads", { from: 1, to: 8, value: 2, onGPU: 4 }),
  headSize: choice("Features a head", ["4", "8", "16", "32"], "16"),
  positions: choice(
    "Positions",
    ["learned", "sinusoidal", "none"],
    "learned",
    "Without any, order is nothing that the model could see.",
  ),
  lr: decimal("Learning rate", { from: 0.0001, to: 0.03, step: 0.0001, value: 0.01, onGPU: 0.004 }),
  seed: SEED,
};
