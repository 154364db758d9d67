import {
  add,
  concat,
  constant,
  div,
  expectExtent,
  linear,
  mul,
  type Parameter,
  parameter,
  reshape,
  sqrt,
  square,
  sum,
  type Tensor,
  transpose,
} from "@unroll/nn";
import { Attention, type AttentionState, type PreparedMemory } from "../attention";
import { type AdditiveInputs, additiveAttention, additiveScores } from "../ops/additive";
import { plainAdditiveScores, plainAttention } from "../ops/plain";
import { expectKernel, preparedPart, type ScoreKernel, type ScoreOptions, vectorOf, weightOf } from "./options";

export interface AdditiveOptions extends ScoreOptions {
  /** Units A of the score; as many as the query has features by default. */
  size?: number;
  /** Whether b is added to each key; false by default. */
  bias?: boolean;
  /**
   * Whether v is g·v/‖v‖ with a learned gain g (Salimans & Kingma 2016), as monotonic attention wants it; false by
   * default.
   */
  normalise?: boolean;
}

/** Attentions by an additive score, with or without features of where was looked before. */
export abstract class AdditiveBase<S extends AttentionState> extends Attention<S> {
  readonly size: number; //                 A
  readonly kernel: ScoreKernel;
  readonly queryWeight: Parameter; //       W_a [A, Q]
  readonly keyWeight: Parameter; //         U_a [A, D]
  readonly vector: Parameter; //            v [A]
  readonly bias: Parameter | null; //       b [A]
  readonly gain: Parameter | null; //       g [1]
  readonly featureWeight: Parameter | null; // U_f [A, F]
  readonly hasTorchParameters = true; // see `saveTorch`

  /**
   * @param featureCount F, features of each position that the score sees beside its key
   * @param own names of the options that other scores have not
   */
  constructor(
    querySize: number,
    memorySize: number,
    options: AdditiveOptions,
    where: string,
    { featureCount = 0, own = [] }: { featureCount?: number; own?: readonly string[] } = {},
  ) {
    super(expectExtent(where, { querySize }), expectExtent(where, { memorySize }));
    this.kernel = expectKernel(where, options, ["size", "bias", "normalise", ...own]);
    const { size = querySize, bias = false, normalise = false, rng } = options;
    this.size = expectExtent(where, { size });
    this.queryWeight = weightOf([size, querySize], rng);
    this.keyWeight = weightOf([size, memorySize], rng);
    this.vector = vectorOf(size, rng);
    this.bias = bias ? parameter(constant([size], 0)) : null;
    this.gain = normalise ? parameter(constant([1], 1 / Math.sqrt(size))) : null;
    this.featureWeight = featureCount > 0 ? weightOf([size, featureCount], rng) : null;
  }

  protected prepareKeys(memory: Tensor): Pick<PreparedMemory, "keys" | "rows" | "weights"> {
    const keys = linear(memory, this.inPrecision(this.keyWeight), this.inPrecision(this.bias ?? undefined));
    return { keys, rows: {}, weights: { vector: this.#vectors() } };
  }

  /** v, and below it U_f transposed [1 + F, A], as kernels read them. */
  #vectors(): Tensor {
    const { vector, gain, featureWeight } = this;
    // of a vector of zeros the direction is 0 too
    const length = sqrt(add(sum(square(vector)), 1e-12));
    const v = reshape(gain ? mul(vector, div(gain, length)) : vector, [1, this.size]);
    return this.inPrecision(featureWeight ? concat([v, transpose(featureWeight)], 0) : v);
  }

  /** What the score of queries [B, T, Q] reads. */
  protected scoreInputs(query: Tensor, prepared: PreparedMemory, features?: Tensor): AdditiveInputs {
    const vector = preparedPart(`${this.constructor.name}.attend`, prepared, "weights", "vector");
    return {
      query: linear(query, this.inPrecision(this.queryWeight)),
      keys: this.keysOf(prepared, this.size),
      vector,
      features,
    };
  }

  /** e [B, T, S] */
  protected scoresOf(inputs: AdditiveInputs): Tensor {
    return this.kernel === "fused" ? additiveScores(inputs) : plainAdditiveScores(inputs);
  }

  /** Softmax of the scores, and the weighted sum. */
  protected attended(
    inputs: AdditiveInputs,
    { memory, lengths }: PreparedMemory,
  ): { context: Tensor; weights: Tensor } {
    if (this.kernel === "fused") return additiveAttention({ ...inputs, memory }, lengths);
    return plainAttention(plainAdditiveScores(inputs), memory, lengths);
  }
}
