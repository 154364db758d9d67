import { choice, decimal, SEED, whole } from "../../../experiment/settings";

export const settings = {
  text: choice("Text", ["Moby-Dick", "source code", "your own file"], "Moby-Dick"),
  cell: choice("Cell", ["rnn", "gru", "lstm"], "lstm"),
  hidden: whole("Units", { from: 8, to: 512, value: 64, onGPU: 256 }),
  layers: whole("Layers", { from: 1, to: 3, value: 1, onGPU: 2 }),
  lr: decimal("Learning rate", { from: 0.0001, to: 0.1, step: 0.0001, value: 0.008, onGPU: 0.004 }),
  seed: SEED,
};
