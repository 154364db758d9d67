import { expectLinearAttentionFeatures } from "@unroll/kernels";
import {
  expectDType,
  expectExtent,
  expectKnown,
  expectShape,
  type Generator,
  Linear,
  lengthsTensor,
  linear,
  Module,
  maskSteps,
  mul,
  neg,
  type Parameter,
  parameter,
  RMSNorm,
  reshape,
  rmsNorm,
  sharedGenerator,
  sigmoid,
  softplus,
  type Tensor,
  uniform,
} from "@unroll/nn";
import type { PrepareOptions } from "../attention";
import { expectDivisor } from "../expect-divisor";
import { linearAttention } from "./fused";

export interface LinearAttentionOptions {
  /** M, a divisor of the heads: heads of keys and values, each shared by several of queries; as many as those by default. */
  keyHeads?: number;
  /** D: features of each head of queries and keys; size / heads by default. */
  headSize?: number;
  /** E: features of each head of values; headSize by default. */
  valueHeadSize?: number;
  /** Whether a state fades, by as much as each step says; true by default. */
  decay?: boolean;
  /** Whether a key's value replaces the one that it had (the delta rule) rather than being added to it; true by default. */
  delta?: boolean;
  /** Whether the four projections have biases; false by default. */
  bias?: boolean;
  /** `sharedGenerator()` by default. */
  rng?: Generator;
}

// biome-ignore format: a list of words
const OPTIONS = ["keyHeads", "headSize", "valueHeadSize", "decay", "delta", "bias", "rng"];

/** What a layer of linear attention remembers. */
export interface LinearAttentionState {
  /** S [B, M, D, E] */
  readonly memory: Tensor;
}

export interface LinearAttentionRead extends PrepareOptions {
  /** What came before; without it sequences begin anew. */
  state?: LinearAttentionState | undefined;
}

/** Rates at which heads forget at first, ln a = −rate: the first within some ten steps, the last within some thousand. */
const FASTEST = 0.1;
const SLOWEST = 0.001;
/** Of the square of a key's length. */
const EPSILON = 1e-6;

/**
 * Linear attention of several heads, causal, in place of `MultiHeadAttention` where sequences are long: its memory is one
 * matrix for each head, however many steps came before. By default a gated delta network (Yang et al. 2025):
 *   q = W_Q·x,   k = W_K·x,   v = W_V·x,   β = σ(W_β·x + b_β),   ln a = −softplus(W_a·x + b_a)
 *   S_t = a_t·S_{t−1} + β_t·k_t·(v_t − a_t·S_{t−1}ᵀ·k_t)ᵀ,   y = W_O·RMSNorm(S_tᵀ·q_t)
 * with q and k of length 1 in each head. Without `decay` a is 1 (Schlag et al. 2021), without `delta` S_t = a_t·S_{t−1} +
 * k_t·v_tᵀ. Steps know no place but by what fades: there are no positions to add. At first the heads forget at rates from
 * 0.1 to 0.001 a step.
 */
export class LinearAttention extends Module {
  readonly size: number; //          features of inputs and outputs
  readonly heads: number; //         N
  readonly keyHeads: number; //      M
  readonly headSize: number; //      D
  readonly valueHeadSize: number; // E
  readonly query: Linear; //  W_Q [N·D, size]
  readonly key: Linear; //    W_K [M·D, size]
  readonly value: Linear; //  W_V [M·E, size]
  readonly output: Linear; // W_O [size, N·E]
  readonly rate: Linear | null; // W_β [M, size], b_β
  readonly decayWeight: Parameter | null; // W_a [M, size]
  readonly decayBias: Parameter | null; //   b_a [M]
  readonly norm: RMSNorm; // γ [E]
  readonly hasTorchParameters = true; // see `saveTorch`

  /** @throws ValueError if a size is not a positive whole number, heads do not divide, or one has more than 256 features */
  constructor(size: number, heads: number, options: LinearAttentionOptions = {}) {
    super();
    const where = "LinearAttention";
    expectKnown(where, options, OPTIONS);
    const { keyHeads = heads, decay = true, delta = true, bias = false, rng = sharedGenerator() } = options;
    this.size = expectExtent(where, { size });
    this.heads = expectExtent(where, { heads });
    this.keyHeads = expectDivisor(where, { keyHeads }, { heads });
    if (options.headSize === undefined)
      expectDivisor(where, { heads }, { size }, "Give headSize where it does not divide.");
    this.headSize = expectExtent(where, { headSize: options.headSize ?? size / heads });
    this.valueHeadSize = expectExtent(where, { valueHeadSize: options.valueHeadSize ?? this.headSize });
    expectLinearAttentionFeatures({ D: this.headSize, E: this.valueHeadSize });
    const project = (from: number, to: number): Linear => new Linear(from, to, { rng, bias, init: "keras" });
    this.query = project(size, heads * this.headSize);
    this.key = project(size, keyHeads * this.headSize);
    this.value = project(size, keyHeads * this.valueHeadSize);
    this.output = project(heads * this.valueHeadSize, size);
    this.rate = delta ? new Linear(size, keyHeads, { rng, init: "keras" }) : null;
    this.decayWeight = decay ? parameter(uniform([keyHeads, size], 0.01, rng)) : null;
    this.decayBias = decay ? parameter({ data: firstDecays(keyHeads), shape: [keyHeads] }) : null;
    this.norm = new RMSNorm(this.valueHeadSize, { epsilon: EPSILON });
  }

  /**
   * @param x [B, T, size]
   * @param options.lengths true lengths in steps: past its length a row gives zeros and keeps its state,
   *   and what is there is of no account; 0 is one too
   * @returns output [B, T, size], and the state after the last step, with which the next steps go on
   * @throws ShapeError if x has other features, or the state is not of this layer
   */
  forward(
    x: Tensor,
    options: LinearAttentionRead = {},
  ): { readonly output: Tensor; readonly state: LinearAttentionState } {
    const where = "LinearAttention.forward";
    expectKnown(where, options, ["state", "lengths"]);
    const remedy = `The last axis must equal the size that the layer was built with, ${this.size}.`;
    const { B, T } = expectShape(where, { x }, ["B", "T", this.size], remedy) as { B: number; T: number };
    const { heads, keyHeads, headSize: D, valueHeadSize: E } = this;
    const { decayWeight, decayBias } = this;
    const lengths = lengthsTensor(where, options.lengths, { B, T }, true);
    const memory = memoryOf(where, options.state);
    const read = lengths ? maskSteps(x, lengths) : x; // so that gradients of weights have none of what is past a length
    const given = this.inPrecision(read);
    /** Of length √D in each head. */
    const directions = (of: Linear, count: number): Tensor =>
      rmsNorm(reshape(of.forward(read), [B, T, count, D]), { epsilon: EPSILON / D });
    const { output, state } = linearAttention(
      reshape(directions(this.query, heads), [B, T, heads * D]),
      reshape(mul(directions(this.key, keyHeads), 1 / Math.sqrt(D)), [B, T, keyHeads * D]),
      this.value.forward(read),
      {
        ...{ heads, keyHeads, lengths, state: memory },
        beta: this.rate ? sigmoid(this.rate.forward(read)) : undefined,
        decay:
          decayWeight && decayBias
            ? neg(softplus(linear(given, this.inPrecision(decayWeight), this.inPrecision(decayBias))))
            : undefined,
      },
    );
    const normed = this.norm.forward(reshape(output, [B, T, heads, E]));
    const y = this.output.forward(reshape(normed, [B, T, heads * E]));
    return { output: lengths ? maskSteps(y, lengths) : y, state: { memory: state } };
  }
}

/** What a state holds; nothing where there is none. JavaScript passes a tensor, or a state of another layer. */
function memoryOf(where: string, state: LinearAttentionState | undefined): Tensor | undefined {
  if (!state) return undefined;
  const { memory } = expectKnown(where, state, ["memory"], "state");
  expectDType(where, { "state.memory": memory }, "f32", "f16");
  return memory;
}

/** b with softplus(b) from the fastest rate to the slowest, equally far apart in their logarithms. */
function firstDecays(heads: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: heads }, (_, m) => {
    const rate = FASTEST * (SLOWEST / FASTEST) ** (heads === 1 ? 0.5 : m / (heads - 1));
    return Math.log(Math.expm1(rate));
  });
}
