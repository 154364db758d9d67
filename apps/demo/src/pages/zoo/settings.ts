import { choice, decimal, SEED, whole } from "../../experiment/settings";

export const settings = {
  task: choice("Task", ["copy memory", "adding problem"], "copy memory"),
  gap: whole("Gap", {
    from: 1,
    to: 100,
    value: 4,
    onGPU: 10,
    hint: "Steps over which there is something to remember.",
  }),
  field: choice("Who runs", ["all ten", "simple cells", "gated cells"], "all ten"),
  units: choice("Units", ["8", "16", "32", "64"], "16"),
  lr: decimal("Learning rate", { from: 0.0001, to: 0.1, step: 0.0001, value: 0.02, onGPU: 0.01 }),
  seed: SEED,
};
