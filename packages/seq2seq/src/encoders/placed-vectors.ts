import type { AttentionMask, LearnedPositions, PositionScheme, SinusoidalPositions } from "@unroll/attention";
import { Dropout, type Generator, Module, mul, type Tensor } from "@unroll/nn";

/**
 * Vectors of tokens as a Transformer reads them (Vaswani et al. 2017, sections 3.4 and 5.4):
 *   Dropout(√D·E·y_t + PE_t)
 * E begins with the deviation 1/√D, so that what is summed is of one size, and E may make logits too.
 */
export class PlacedVectors extends Module {
  readonly positions: LearnedPositions | SinusoidalPositions | null; // null where positions are in the attention
  readonly dropout: Dropout;
  readonly #scheme: PositionScheme;

  constructor(scheme: PositionScheme, { dropout, rng }: { dropout: number; rng: Generator }) {
    super();
    this.positions = scheme.added;
    this.dropout = new Dropout(dropout, { rng });
    this.#scheme = scheme;
  }

  /** What positions add to the scores of each layer. */
  get mask(): AttentionMask | undefined {
    return this.#scheme.mask;
  }

  /**
   * @param x vectors [B, T, D], times √D where they are tokens'
   * @param offset place of the first: 0, or u32 [B]
   */
  forward(x: Tensor, offset?: Tensor): Tensor {
    return this.dropout.forward(this.positions ? this.positions.forward(x, { offset }) : x);
  }
}

/** √D·x, for vectors x [..., D] of tokens. */
export const scaledVectors = (x: Tensor): Tensor => mul(x, Math.sqrt(x.shape.at(-1) as number));

/** Deviation of the first vectors of D features: 1/√D. */
export const vectorDeviation = (D: number): number => 1 / Math.sqrt(D);
