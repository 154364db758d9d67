import { choice, decimal, SEED, whole } from "../../../experiment/settings";

/** What can be sent beside the space, by the name under which it is chosen. */
export const ALPHABETS = {
  "E T A O I N S R": "ETAOINSR",
  "A to Z": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
  "A to Z, 0 to 9": "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
} as const;

export const settings = {
  letters: choice("Letters", ["E T A O I N S R", "A to Z", "A to Z, 0 to 9"], "A to Z"),
  reads: choice("Hears", ["both ways", "forward"], "both ways"),
  hidden: whole("Units", { from: 8, to: 256, value: 32, onGPU: 96 }),
  dots: whole("Length in dots", { from: 24, to: 128, value: 32, onGPU: 48, hint: "Of the sounds it learns from." }),
  noise: decimal("Noise", { from: 0, to: 1, step: 0.01, value: 0.15, hint: "At most, in what it learns from." }),
  lr: decimal("Learning rate", { from: 0.0001, to: 0.1, step: 0.0001, value: 0.02, onGPU: 0.008 }),
  seed: SEED,
};
