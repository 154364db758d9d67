import { randomNormal, ValueError } from "@unroll/kernels";
import {
  add,
  cast,
  where as choose,
  constant,
  expectKnown,
  type Generator,
  greater,
  matmul,
  mul,
  oneHot,
  type Parameter,
  parameter,
  reshape,
  run,
  sequenceMask,
  sharedGenerator,
  sigmoid,
  slice,
  type Tensor,
  zeros,
} from "@unroll/nn";
import { Attention, type AttentionResult, type PreparedMemory } from "../attention";
import { monotonicAlignment } from "../ops/monotonic";
import { type ContentAttention, expectScore } from "./options";

/** Where the reader stands. */
export type MonotonicState = Readonly<{
  /** α_{i−1} [B, S]: with which probability it stopped at each position; at first, at the first. */
  alignment: Tensor;
}>;

export interface MonotonicOptions {
  /** `sharedGenerator()` by default. */
  rng?: Generator;
  /**
   * r, what is added to each score, at first: below 0, so that an untrained reader does not stop at once. −1 by
   * default.
   */
  offset?: number;
  /** Deviation of the noise that is added to scores while training, which drives stopping to yes or no; 0 for none. */
  noise?: number;
}

/**
 * Monotonic attention (Raffel et al. 2017): a reader goes on from where it stopped, and stops at position j with
 * probability p_ij = σ(e_ij + r). While training, `weights` are the expected alignment, eq. 8,
 *   α_ij = p_ij·Σ_{k ≤ j} α_{i−1,k}·Π_{k ≤ l < j} (1 − p_il)
 * with noise added to the scores, section 2.4; they sum to 1 less the probability that it reads on to the end. After
 * `eval()` the reader is hard, Algorithm 1: it stops where p > 1/2, online and in linear time, and gives a context of
 * zeros once it has passed the end. The score is any; the paper's is `AdditiveAttention` with `normalise` and `bias`.
 */
export class MonotonicAttention extends Attention<MonotonicState> {
  readonly score: ContentAttention;
  readonly offset: Parameter; // r [1]
  readonly hasTorchParameters = true; // see `saveTorch`
  readonly noise: number;
  readonly rng: Generator;

  /** @throws ValueError if `noise` is negative or `offset` not finite */
  constructor(score: ContentAttention, options: MonotonicOptions = {}) {
    const where = "MonotonicAttention";
    const { querySize, memorySize } = expectScore(where, score);
    super(querySize, memorySize);
    expectKnown(where, options, ["offset", "noise", "rng"]);
    const { rng = sharedGenerator(), offset = -1, noise = 1 } = options;
    if (!(noise >= 0 && Number.isFinite(noise)))
      throw new ValueError({ where, what: "noise", expected: "0 or more", received: String(noise) });
    if (!Number.isFinite(offset))
      throw new ValueError({ where, what: "offset", expected: "a finite number", received: String(offset) });
    this.score = score;
    this.offset = parameter(constant([1], offset));
    this.noise = noise;
    this.rng = rng;
  }

  protected prepareKeys(
    memory: Tensor,
    lengths: Tensor | undefined,
  ): Pick<PreparedMemory, "keys" | "rows" | "weights"> {
    const { keys, rows, weights } = this.score.prepare(memory, { lengths });
    return { keys, rows, weights };
  }

  initialState({ memory }: PreparedMemory): MonotonicState {
    const [B, S] = memory.shape as [number, number];
    return { alignment: oneHot(cast(zeros([B]), "i32"), S) };
  }

  protected attendAll(
    query: Tensor,
    prepared: PreparedMemory,
    { alignment }: MonotonicState,
  ): AttentionResult<MonotonicState> {
    const [B, T] = query.shape as [number, number];
    const { memory } = prepared;
    const S = memory.shape[1] as number;
    const scores = add(cast(this.score.scores(query, prepared), "f32"), this.offset);
    const weights = monotonicAlignment(this.#within(prepared, this.#stopping(scores)), alignment);
    const last = reshape(slice(weights, 1, T - 1), [B, S]);
    return { context: matmul(weights, memory), weights, state: { alignment: last } };
  }

  /** p [B, T, S] */
  #stopping(scores: Tensor): Tensor {
    if (!this.training) return cast(greater(scores, 0), "f32");
    if (this.noise === 0) return sigmoid(scores);
    const scalars = { mean: 0, deviation: 1, stream: 0, ...this.rng.next() };
    const { out } = run(randomNormal, {}, { dims: { N: scores.size }, scalars, shapes: { out: scores.shape } });
    return sigmoid(add(scores, mul(out, this.noise)));
  }

  /** 0 past a row's length. */
  #within({ lengths }: PreparedMemory, p: Tensor): Tensor {
    if (!lengths) return p;
    const [B, , S] = p.shape as [number, number, number];
    return choose(reshape(sequenceMask(lengths, S), [B, 1, S]), p, 0);
  }
}
