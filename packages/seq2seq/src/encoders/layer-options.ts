import type { Generator, RecurrentOptions, SequenceDirection } from "@unroll/nn";
import type { CellName } from "./layer-states";

/** How the layers of a recurrent encoder are. */
export interface EncoderLayerOptions {
  rng?: Generator;
  /** Which equations the layers have; `gru` by default, of a `PyramidalEncoder` `lstm`. */
  cell?: CellName;
  /** Layers stacked; 1 by default. */
  layers?: number;
  /**
   * Which way layers read, as those of @unroll/nn: `bidirectional` both ways, their outputs side by side; `reverse` from a
   * source's end to its beginning (Sutskever et al. 2014), so that a decoder starts near what it begins with. The memory
   * stays in the order of the source. `forward` by default, of a `PyramidalEncoder` `bidirectional`.
   */
  direction?: SequenceDirection;
  /** Probability that a feature is dropped while training, of the input and between layers; 0 by default. */
  dropout?: number;
}

/** Names of them. */
export const LAYER_OPTIONS = ["cell", "layers", "direction"];

/** The same, as the layers of @unroll/nn are told. */
export function recurrentOptions({
  rng,
  layers = 1,
  direction = "forward",
  dropout = 0,
}: EncoderLayerOptions): RecurrentOptions {
  return { ...(rng ? { rng } : {}), layers, direction, dropout };
}
