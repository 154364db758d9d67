import { ShapeError, UnsupportedError, ValueError } from "@unroll/kernels";
import {
  type AttentionSizes,
  Dropout,
  expectExtent,
  expectKnown,
  expectShape,
  formatShape,
  type Generator,
  Linear,
  Module,
  sharedGenerator,
  type Tensor,
} from "@unroll/nn";
import { scaledDotProductAttention } from "./dot-product/fused";
import { type DotProductOptions, expectNumbers } from "./dot-product/heads";
import { plainDotProductAttention } from "./dot-product/plain";
import { expectDivisor } from "./expect-divisor";
import { appendSteps, type CacheFeatures, expectKeysAndValues, type KeysAndValues } from "./key-value-cache";
import { type AttentionMask, and, causalMask } from "./masks/mask";
import type { RotaryPositions } from "./positions/rotary";

export interface MultiHeadAttentionOptions {
  /** M, a divisor of the heads: heads of keys and values, each shared by several of queries; as many as those by default. */
  keyHeads?: number;
  /** Features of each head; size / heads by default. */
  headSize?: number;
  /** Features of what keys, and of what values, are made of; `size` by default. */
  keySize?: number;
  valueSize?: number;
  /** Features of each head of values; headSize by default. */
  valueHeadSize?: number;
  /** Whether the four projections have biases; true by default. */
  bias?: boolean;
  /** Probability that a weight is dropped while training; 0 by default. */
  dropout?: number;
  /** Turns queries and keys by their places. */
  rotary?: RotaryPositions;
  /** Bounds the scores, c·tanh(score/c); 0, for none, by default. */
  softcap?: number;
  /** What scores are multiplied by; 1/√headSize by default. */
  scale?: number;
  /** `sharedGenerator()` by default. */
  rng?: Generator;
}

// biome-ignore format: a list of words
const MULTI_HEAD_OPTIONS = ["keyHeads", "headSize", "keySize", "valueSize", "valueHeadSize", "bias", "dropout", "rotary", "softcap", "scale", "rng"];

/** What one call attends to, and how. */
export interface AttendOptions {
  mask?: AttentionMask | undefined;
  /**
   * Whether the weights [B, N, T, S] are wanted as well: a tensor that costs nothing until its values are asked for.
   * False by default.
   */
  needWeights?: boolean;
  /**
   * Place of the first query, for rotary positions: a number, or u32 [B]; 0 by default. Where the device alone knows it,
   * call the positions' `reserve` first; `step` does.
   */
  offset?: number | Tensor;
}

export interface MultiHeadOptions extends AttendOptions {
  /** What is attended to [B, S, keySize]: the queries themselves where absent. */
  memory?: Tensor | undefined;
  /** What values are made of [B, S, valueSize], if not of the memory. */
  value?: Tensor | undefined;
}

/** What attention gives. */
export interface Attended {
  /** [B, T, size] */
  readonly output: Tensor;
  /** [B, N, T, S], after the softmax and before dropout, where they were asked for. */
  readonly weights: Tensor | undefined;
}

/**
 * Multi-head attention (Vaswani et al. 2017, section 3.2.2), with grouped heads (Ainslie et al. 2023) where `keyHeads` is
 * less than `heads`:
 *   MultiHead(X, Y) = [head_1 … head_N]·W_Oᵀ + b_O,   head_n = softmax(scale·Q_n·K_mᵀ + mask)·V_m,   m = ⌊n·M/N⌋
 *   Q = X·W_Qᵀ + b_Q,   K = Y·W_Kᵀ + b_K,   V = Y·W_Vᵀ + b_V
 * Weights are drawn as Glorot & Bengio (2010), biases are 0 at first, as in PyTorch. Its state converts to and from
 * PyTorch's MultiheadAttention where that can express it: `loadTorch` and `saveTorch`.
 */
export class MultiHeadAttention extends Module {
  readonly size: number; //          features of queries and outputs
  readonly heads: number; //         N
  readonly keyHeads: number; //      M
  readonly headSize: number; //      D
  readonly valueHeadSize: number; // E
  readonly keySize: number;
  readonly valueSize: number;
  readonly scale: number;
  readonly softcap: number;
  readonly query: Linear; //  W_Q [N·D, size]
  readonly key: Linear; //    W_K [M·D, keySize]
  readonly value: Linear; //  W_V [M·E, valueSize]
  readonly output: Linear; // W_O [size, N·E]
  readonly dropout: Dropout;
  readonly rotary: RotaryPositions | null;

  /** @throws ValueError if a size is not a positive whole number, heads do not divide, or a number is out of range */
  constructor(size: number, heads: number, options: MultiHeadAttentionOptions = {}) {
    super();
    const where = "MultiHeadAttention";
    expectKnown(where, options, MULTI_HEAD_OPTIONS);
    const { rng = sharedGenerator(), keyHeads = heads, keySize = size, valueSize = keySize, bias = true } = options;
    this.size = expectExtent(where, { size });
    this.heads = expectExtent(where, { heads });
    this.keyHeads = expectDivisor(where, { keyHeads }, { heads });
    if (options.headSize === undefined)
      expectDivisor(where, { heads }, { size }, "Give headSize where it does not divide.");
    this.headSize = expectExtent(where, { headSize: options.headSize ?? size / heads });
    this.valueHeadSize = expectExtent(where, { valueHeadSize: options.valueHeadSize ?? this.headSize });
    this.keySize = keySize;
    this.valueSize = valueSize;
    this.scale = options.scale ?? 1 / Math.sqrt(this.headSize);
    this.softcap = options.softcap ?? 0;
    expectNumbers(where, { scale: this.scale, softcap: this.softcap });
    if (options.rotary && options.rotary.headSize !== this.headSize) {
      const [expected, received] = [`of headSize ${this.headSize}`, String(options.rotary.headSize)];
      throw new ValueError({ where, what: "rotary", expected, received });
    }
    const linear = (from: number, to: number): Linear => new Linear(from, to, { rng, bias, init: "keras" });
    this.query = linear(size, heads * this.headSize);
    this.key = linear(keySize, keyHeads * this.headSize);
    this.value = linear(valueSize, keyHeads * this.valueHeadSize);
    this.output = linear(heads * this.valueHeadSize, size);
    this.dropout = new Dropout(options.dropout ?? 0, { rng });
    this.rotary = options.rotary ?? null;
  }

  /**
   * @param x queries [B, T, size]
   * @returns [B, T, size], and the weights where asked for
   * @throws ShapeError if a shape does not fit
   */
  forward(x: Tensor, options: MultiHeadOptions = {}): Attended {
    const where = "MultiHeadAttention.forward";
    expectKnown(where, options, ["memory", "value", "mask", "needWeights", "offset"]);
    const { memory = x, value = memory, ...rest } = options;
    return this.attend(x, this.prepare(memory, value), rest);
  }

  /**
   * Keys and values of what is attended to, projected once for any number of calls of `attend`.
   * @param memory [B, S, keySize]
   * @param value what values are made of [B, S, valueSize], if not the memory
   * @param options.offset place of the first step of the memory, as for `attend`
   */
  prepare(memory: Tensor, value = memory, options: { offset?: number | Tensor | undefined } = {}): KeysAndValues {
    const where = "MultiHeadAttention.prepare";
    const { offset } = expectKnown(where, options, ["offset"]);
    const { B, S } = expectShape(where, { memory }, ["B", "S", this.keySize]) as { B: number; S: number };
    expectShape(where, { value }, [B, S, this.valueSize]);
    return { keys: this.#turned(this.key.forward(memory), offset), values: this.value.forward(value) };
  }

  /**
   * Attention to keys and values from `prepare`.
   * @param x queries [B, T, size]
   * @throws ShapeError if a shape does not fit
   */
  attend(x: Tensor, prepared: KeysAndValues, told: AttendOptions = {}): Attended {
    const where = "MultiHeadAttention.attend";
    const { keys, values } = expectKeysAndValues(where, "prepared", prepared);
    const { mask, needWeights = false, offset } = expectKnown(where, told, ["mask", "needWeights", "offset"]);
    const remedy = `The last axis must equal the size that the layer was built with, ${this.size}.`;
    expectShape(where, { x }, ["B", "T", this.size], remedy);
    const queries = this.#turned(this.query.forward(x), offset);
    const { heads, keyHeads, scale, softcap, dropout } = this;
    const options: DotProductOptions = {
      ...{ heads, keyHeads, scale, softcap, mask },
      ...(dropout.training && dropout.p > 0 ? { dropout: dropout.p, rng: dropout.rng } : {}),
    };
    const mixed = scaledDotProductAttention(queries, keys, values, options);
    // Of the plain operations only what leads to the weights is ever computed, and that when their values are wanted.
    const weights = needWeights
      ? plainDotProductAttention(queries, keys, values, { heads, keyHeads, scale, softcap, mask }).scores.weights
      : undefined;
    return { output: this.output.forward(mixed), weights };
  }

  /**
   * The sizes of PyTorch's MultiheadAttention of the same weights.
   * @throws UnsupportedError where this one is more than that can be
   */
  get attentionSizes(): AttentionSizes {
    const { size, heads, keyHeads, headSize, valueHeadSize, keySize, valueSize } = this;
    const isOwn = this.rotary || this.softcap > 0 || this.scale !== 1 / Math.sqrt(headSize);
    if (keyHeads !== heads || headSize * heads !== size || valueHeadSize !== headSize || isOwn) {
      throw new UnsupportedError({
        where: "MultiHeadAttention",
        what: "PyTorch's MultiheadAttention has no grouped heads, heads of other sizes, rotary positions, bounds or scales",
        remedy: "Save the model with save() in its own layout.",
      });
    }
    return { size, keySize, valueSize, hasBias: this.query.bias !== null };
  }

  /** Features that a cache keeps of it. */
  get cacheFeatures(): CacheFeatures {
    return { keys: this.keyHeads * this.headSize, values: this.keyHeads * this.valueHeadSize };
  }

  /**
   * Self-attention of the next T steps, each to all before it and itself: the same rows that `forward` with a causal mask
   * gives for the whole sequence.
   * @param x [B, T, size]
   * @param kept what the cache has of this layer
   * @param lengths steps of each row that are in it: u32 [B]
   * @returns the output, and the keys and values with the new steps after the first `lengths`
   */
  step(
    x: Tensor,
    kept: KeysAndValues,
    lengths: Tensor,
    options: Omit<AttendOptions, "offset"> = {},
  ): Attended & { readonly kept: KeysAndValues } {
    const { mask, needWeights = false } = expectKnown("MultiHeadAttention.step", options, ["mask", "needWeights"]);
    const [B = 0, C = 0] = expectKeysAndValues("MultiHeadAttention.step", "kept", kept).keys.shape;
    if (x.shape[0] !== B || (x.shape[1] ?? 0) > C) {
      const [expected, received] = [`[${B}, up to ${C}, ${this.size}]`, formatShape(x.shape)];
      throw new ShapeError({ where: "MultiHeadAttention.step", what: "x", expected, received });
    }
    this.rotary?.reserve(C);
    const fresh = this.prepare(x, x, { offset: lengths });
    const all = {
      keys: appendSteps(kept.keys, fresh.keys, lengths),
      values: appendSteps(kept.values, fresh.values, lengths),
    };
    const causal = causalMask({ offset: lengths });
    const attended = this.attend(x, all, {
      mask: mask ? and({ ...mask, offset: undefined }, causal) : causal,
      needWeights,
      offset: lengths,
    });
    return { ...attended, kept: all };
  }

  #turned(x: Tensor, offset: number | Tensor | undefined): Tensor {
    return this.rotary ? this.rotary.forward(x, { offset }) : x;
  }
}
