import type { Generator, RecurrentOptions } from "@unroll/nn";
import type { CellName } from "./layer-states";

/** How the layers of a recurrent encoder are. */
export interface EncoderLayerOptions {
  rng?: Generator;
  /** Which equations the layers have. */
  cell?: CellName;
  /** Layers stacked; 1 by default. */
  layers?: number;
  /** Whether each layer reads both ways, its outputs side by side. */
  bidirectional?: boolean;
  /** Probability that a feature is dropped while training, of the input and between layers. */
  dropout?: number;
}

/** The same, as the layers of @unroll/nn are told. */
export function recurrentOptions({
  rng,
  layers = 1,
  bidirectional = false,
  dropout = 0,
}: EncoderLayerOptions): RecurrentOptions {
  return { ...(rng ? { rng } : {}), layers, dropout, direction: bidirectional ? "bidirectional" : "forward" };
}
