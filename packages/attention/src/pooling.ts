import {
  constant,
  expectDType,
  expectExtent,
  expectKnown,
  expectShape,
  type Generator,
  lengthsTensor,
  linear,
  Module,
  type Parameter,
  parameter,
  reshape,
  type Tensor,
  zeros,
} from "@unroll/nn";
import type { PrepareOptions } from "./attention";
import { additiveAttention } from "./ops/additive";
import { vectorOf, weightOf } from "./scores/options";

export interface AttentionPoolingOptions {
  rng?: Generator;
  /** Units A of the score; as many as a step has features by default. */
  size?: number;
}

/**
 * One vector of a sequence, for a classifier: its steps weighed by what they are (Yang et al. 2016, eq. 5 to 7),
 *   u_t = tanh(W·h_t + b),   α_t = softmax(u_tᵀ·u_w),   y = Σ_t α_t·h_t
 * with a learned query u_w. The weights say which steps decided.
 */
export class AttentionPooling extends Module {
  readonly inputSize: number; //    I
  readonly size: number; //         A
  readonly weight: Parameter; //    W [A, I]
  readonly bias: Parameter; //      b [A]
  readonly vector: Parameter; //    u_w [A]
  readonly hasTorchParameters = true; // see `saveTorch`

  /** @throws ValueError if a size is not a positive whole number */
  constructor(inputSize: number, options: AttentionPoolingOptions = {}) {
    super();
    expectKnown("AttentionPooling", options, ["size", "rng"]);
    const { rng, size = inputSize } = options;
    this.inputSize = expectExtent("AttentionPooling", { inputSize });
    this.size = expectExtent("AttentionPooling", { size });
    this.weight = weightOf([size, inputSize], rng);
    this.bias = parameter(constant([size], 0));
    this.vector = vectorOf(size, rng);
  }

  /**
   * @param x [B, T, I]
   * @param options.lengths true lengths in steps; what lies past them gets no weight, a row of length 0 zeros
   * @returns context [B, I] and the weights [B, T] that it was made with
   * @throws ShapeError if x is not [B, T, I]
   */
  forward(x: Tensor, options: PrepareOptions = {}): { context: Tensor; weights: Tensor } {
    const where = "AttentionPooling.forward";
    expectKnown(where, options, ["lengths"]);
    expectDType(where, { x }, "f32", "f16");
    const remedy = `The last axis must equal inputSize: build it with new AttentionPooling(${x.shape.at(-1)}, …).`;
    const { B, T } = expectShape(where, { x }, ["B", "T", this.inputSize], remedy) as { B: number; T: number };
    const known = lengthsTensor(where, options.lengths, { B, T }, true);
    const memory = this.inPrecision(x);
    const { context, weights } = additiveAttention(
      {
        query: zeros([B, 1, this.size]),
        keys: linear(memory, this.inPrecision(this.weight), this.inPrecision(this.bias)),
        vector: reshape(this.inPrecision(this.vector), [1, this.size]),
        features: undefined,
        memory,
      },
      known,
    );
    return { context: reshape(context, [B, this.inputSize]), weights: reshape(weights, [B, T]) };
  }
}
