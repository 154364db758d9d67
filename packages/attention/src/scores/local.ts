import { ValueError } from "@unroll/kernels";
import {
  abs,
  add,
  arange,
  cast,
  where as choose,
  exp,
  expectExtent,
  expectKnown,
  full,
  type Generator,
  lessEqual,
  linear,
  matmul,
  mul,
  type Parameter,
  reshape,
  sigmoid,
  softmax,
  square,
  sub,
  type Tensor,
  tanh,
  zeros,
} from "@unroll/nn";
import { Attention, type AttentionResult, type AttentionState, type NoState, type PreparedMemory } from "../attention";
import { MASKED } from "../masked";
import { withinLengths } from "../ops/plain";
import { type ContentAttention, expectScore, weightOf } from "./options";

export interface LocalOptions {
  /** D, positions that are looked at on each side of the centre; 10 by default, as in the paper. */
  window?: number;
}

/** Attentions that look at a window around a position only (Luong et al. 2015, section 3.2), whatever their score. */
abstract class LocalAttention<S extends AttentionState> extends Attention<S> {
  readonly score: ContentAttention;
  readonly window: number; // D

  constructor(score: ContentAttention, options: LocalOptions, where: string, own: readonly string[] = []) {
    const { querySize, memorySize } = expectScore(where, score);
    super(querySize, memorySize);
    expectKnown(where, options, ["window", ...own]);
    const { window = 10 } = options;
    if (!(window > 0 && Number.isFinite(window))) {
      throw new ValueError({
        where,
        what: "window",
        expected: "a number of positions above 0",
        received: String(window),
        remedy: "It counts positions on each side of the centre.",
      });
    }
    this.score = score;
    this.window = window;
  }

  protected prepareKeys(
    memory: Tensor,
    lengths: Tensor | undefined,
  ): Pick<PreparedMemory, "keys" | "rows" | "weights"> {
    const { keys, rows, weights } = this.score.prepare(memory, { lengths });
    return { keys, rows, weights };
  }

  /** How far each position is from the centres [B, T, 1] of windows: [B, T, S]. */
  protected distance(centre: Tensor, S: number): Tensor {
    return sub(arange(S, { dtype: "f32" }), centre);
  }

  /** Softmax of the scores [B, T, S] within the window and each row's length; zeros where nothing is left. */
  protected windowed(query: Tensor, prepared: PreparedMemory, distance: Tensor): Tensor {
    const scores = cast(this.score.scores(query, prepared), "f32");
    const isInside = lessEqual(abs(distance), this.window);
    return softmax(choose(isInside, withinLengths(scores, prepared.lengths), MASKED));
  }
}

/** The place of the next window. */
export type LocalState = Readonly<{
  /** t, queries so far [B]. */
  position: Tensor;
}>;

/**
 * Local attention that moves on by a position with each query (Luong et al. 2015, section 3.2, local-m):
 *   p_t = t,   α_t = softmax of the scores of positions in [p_t − D, p_t + D]
 * with any score. Queries and positions count from 0. Once the window lies past the end, the context is zero.
 */
export class LocalMonotonicAttention extends LocalAttention<LocalState> {
  /** @throws ValueError if the window is not above 0 */
  constructor(score: ContentAttention, options: LocalOptions = {}) {
    super(score, options, "LocalMonotonicAttention");
  }

  initialState({ memory }: PreparedMemory): LocalState {
    return { position: zeros([memory.shape[0] as number]) };
  }

  protected attendAll(query: Tensor, prepared: PreparedMemory, { position }: LocalState): AttentionResult<LocalState> {
    const [B, T] = query.shape as [number, number];
    const { memory } = prepared;
    const steps = reshape(arange(T, { dtype: "f32" }), [1, T, 1]);
    const centre = add(reshape(position, [B, 1, 1]), steps);
    const weights = this.windowed(query, prepared, this.distance(centre, memory.shape[1] as number));
    return { context: matmul(weights, memory), weights, state: { position: add(position, T) } };
  }
}

export interface LocalPredictiveOptions extends LocalOptions {
  rng?: Generator;
  /** Units that the position is predicted with; as many as the query has features by default. */
  size?: number;
}

/**
 * Local attention around a position that each query predicts (Luong et al. 2015, eq. 9 and 10, local-p):
 *   p_t = S·σ(v_pᵀ·tanh(W_p·h_t)),   α_ts = softmax(e_t)_s·exp(−(s − p_t)²/(2σ²)),   σ = D/2
 * with the softmax over [p_t − D, p_t + D] and S the row's true length. As in the paper the weights are not normalised
 * again. The gradient reaches W_p and v_p by way of the Gaussian.
 */
export class LocalPredictiveAttention extends LocalAttention<NoState> {
  readonly positionWeight: Parameter; // W_p [P, Q]
  readonly positionVector: Parameter; // v_p [1, P]
  readonly hasTorchParameters = true; // see `saveTorch`

  /** @throws ValueError if the window is not above 0, or `size` not a positive whole number */
  constructor(score: ContentAttention, options: LocalPredictiveOptions = {}) {
    super(score, options, "LocalPredictiveAttention", ["size", "rng"]);
    const { size = score.querySize, rng } = options;
    expectExtent("LocalPredictiveAttention", { size });
    this.positionWeight = weightOf([size, score.querySize], rng);
    this.positionVector = weightOf([1, size], rng);
  }

  initialState(): NoState {
    return {};
  }

  protected attendAll(query: Tensor, prepared: PreparedMemory, state: NoState): AttentionResult<NoState> {
    const { memory, lengths } = prepared;
    const [B, S] = memory.shape as [number, number];
    const units = tanh(linear(query, this.inPrecision(this.positionWeight)));
    const share = sigmoid(cast(linear(units, this.inPrecision(this.positionVector)), "f32")); // [B, T, 1]
    const length = lengths ? reshape(cast(lengths, "f32"), [B, 1, 1]) : full([], S);
    const distance = this.distance(mul(share, length), S);
    const gaussian = exp(mul(square(distance), -1 / (2 * (this.window / 2) ** 2)));
    const weights = mul(this.windowed(query, prepared, distance), gaussian);
    return { context: matmul(weights, memory), weights, state };
  }
}
