import { choice, decimal, SEED, whole } from "../../../experiment/settings";
import { GROUP_NAMES } from "./groups";

export const settings = {
  languages: choice("Languages", GROUP_NAMES, "far apart", "The closer they are, the harder."),
  cell: choice("Cell", ["rnn", "gru", "lstm"], "gru"),
  hidden: whole("Units", { from: 4, to: 256, value: 48, onGPU: 128 }),
  layers: whole("Layers", { from: 1, to: 3, value: 1 }),
  direction: choice("Reads", ["forward", "both ways"], "forward"),
  dropout: decimal("Dropout", { from: 0, to: 0.8, step: 0.1, value: 0.3, hint: "Against learning names by heart." }),
  lr: decimal("Learning rate", { from: 0.0001, to: 0.1, step: 0.0001, value: 0.006, onGPU: 0.003 }),
  seed: SEED,
};
