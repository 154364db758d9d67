import type { Generator } from "../random/generator";
import type { Merge } from "./merge";

export const DIRECTIONS = ["forward", "reverse", "bidirectional"] as const;

/** Which way a layer reads its sequence; `bidirectional` reads both ways and puts the outputs side by side. */
export type SequenceDirection = (typeof DIRECTIONS)[number];

/** Names of the options of stacks: those below, and recurrent dropout. */
// biome-ignore format: a list of words
export const STACK_OPTIONS = ["layers", "direction", "merge", "dropout", "inputDropout", "recurrentDropout", "residual", "rng"];

/** How layers of recurrent cells are stacked, whatever the cell. */
export interface StackOptions {
  /** `sharedGenerator()` by default. */
  rng?: Generator;
  /** Layers stacked, each reading the outputs of the one below (Goodfellow et al. 2016, figure 10.13 a); 1 by default. */
  layers?: number;
  /** `forward` by default. */
  direction?: SequenceDirection;
  /** What becomes of the outputs of two directions; side by side by default. */
  merge?: Merge;
  /** Probability that an output between two layers is dropped while training, drawn for every step; 0 by default. */
  dropout?: number;
  /**
   * Probability that a feature of a layer's input is dropped while training: at all steps of a row (Gal & Ghahramani 2016). 0 by
   * default.
   */
  inputDropout?: number;
  /** Whether each layer but the first adds its input to its output; false by default. */
  residual?: boolean;
}
