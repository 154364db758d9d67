import { choice, decimal, SEED, whole } from "../../../experiment/settings";

export const settings = {
  word: choice("Word", ["HELLO", "BANANA", "MISSISSIPPI", "ABRACADABRA"], "HELLO"),
  hidden: whole("Units", { from: 1, to: 32, value: 3 }),
  lr: decimal("Learning rate", { from: 0.001, to: 0.2, step: 0.001, value: 0.05 }),
  seed: SEED,
};
