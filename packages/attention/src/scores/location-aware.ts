import { ValueError } from "@unroll/kernels";
import {
  add,
  cast,
  conv1d,
  expectExtent,
  type Parameter,
  parameter,
  reshape,
  sharedGenerator,
  type Tensor,
  uniform,
  zeros,
} from "@unroll/nn";
import type { AttentionResult, PreparedMemory } from "../attention";
import { AdditiveBase, type AdditiveOptions } from "./additive-base";

/** Where was looked before. */
export type LocationState = Readonly<{
  /** α_{i−1}, or the sum of all before where `cumulative` [B, S]. */
  location: Tensor;
}>;

export interface LocationAwareOptions extends AdditiveOptions {
  /** k, filters over the weights before; 10 in the paper. */
  filters?: number;
  /** r, positions that a filter covers: an odd number; 31 by default. */
  width?: number;
  /**
   * Whether filters see the sum of all weights before instead of the last (Tacotron 2, Shen et al. 2018); false by
   * default.
   */
  cumulative?: boolean;
}

/**
 * Location-aware attention (Chorowski et al. 2015, eq. 8 and 9): beside content it scores what stands around the places
 * that were looked at before, so that a reader of speech moves on rather than jump to what sounds alike.
 *   f_i = F ∗ α_{i−1},   e_ij = wᵀ·tanh(W·s_{i−1} + V·h_j + U·f_ij + b)
 * Filters are centred on their position and see zeros past the ends. At first nothing was looked at: α_0 = 0. A step is
 * three dispatches.
 */
export class LocationAwareAttention extends AdditiveBase<LocationState> {
  override readonly isSequential: boolean = true;
  readonly filter: Parameter; //  F [k, 1, r]
  readonly cumulative: boolean;

  /** @throws ValueError if a size is not a positive whole number, or `width` is even */
  constructor(querySize: number, memorySize: number, options: LocationAwareOptions = {}) {
    const where = "LocationAwareAttention";
    const { filters = 10, width = 31, cumulative = false, rng = sharedGenerator() } = options;
    const featureCount = expectExtent(where, { filters });
    const own = ["filters", "width", "cumulative"];
    super(querySize, memorySize, { bias: true, ...options, rng }, where, { featureCount, own });
    if (expectExtent(where, { width }) % 2 === 0) {
      throw new ValueError({
        where,
        what: "width",
        expected: "odd, since filters are centred on a position",
        received: String(width),
      });
    }
    this.filter = parameter(uniform([filters, 1, width], 1 / Math.sqrt(width), rng));
    this.cumulative = cumulative;
  }

  initialState({ memory }: PreparedMemory): LocationState {
    return { location: zeros(memory.shape.slice(0, 2)) };
  }

  protected attendAll(
    query: Tensor,
    prepared: PreparedMemory,
    { location }: LocationState,
  ): AttentionResult<LocationState> {
    const [B, S] = location.shape as [number, number];
    const before = reshape(cast(location, "f32"), [B, S, 1]);
    const features = reshape(conv1d(before, this.filter, undefined, { padding: "same" }), [B, 1, S, -1]);
    const { context, weights } = this.attended(this.scoreInputs(query, prepared, features), prepared);
    const now = reshape(weights, [B, S]);
    return { context, weights, state: { location: this.cumulative ? add(location, now) : now } };
  }
}
