import type { SceneOptions } from "@unroll/data";
import { choice, decimal, SEED, whole } from "../../experiment/settings";

export const settings = {
  attention: choice("Attention", ["soft", "soft and hard"], "soft and hard", "Hard attention takes more time."),
  scenes: choice("Scenes", ["one shape", "two shapes", "all shapes"], "two shapes"),
  cell: choice("Cell", ["gru", "lstm"], "gru"),
  hidden: whole("Units", { from: 16, to: 128, value: 32, onGPU: 64 }),
  lr: decimal("Learning rate", { from: 0.0001, to: 0.05, step: 0.0001, value: 0.006, onGPU: 0.005 }),
  seed: SEED,
};

/** Pixels of a scene along each edge. */
export const SIDE = 24;

const SMALL = {
  side: SIDE,
  sizes: [[6, 7]],
  shapes: ["circle", "cross"],
  colours: ["red", "green", "blue", "yellow"],
} as const satisfies SceneOptions;

/** What lies in scenes. */
export const SCENES = {
  "one shape": { ...SMALL, alone: 1 },
  "two shapes": { ...SMALL, alone: 0.05 },
  "all shapes": { side: SIDE, sizes: [[6, 7]], alone: 0.05 },
} as const satisfies Readonly<Record<string, SceneOptions>>;
