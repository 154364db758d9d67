import type { Attention, AttentionState } from "@unroll/attention";
import { UnsupportedError } from "@unroll/kernels";
import {
  add,
  expectExtent,
  type LayerState,
  Linear,
  linear,
  loopOverSteps,
  reshape,
  type Tensor,
  tanh,
  zeros,
} from "@unroll/nn";
import type { Bridge } from "../bridges";
import type { Encoded } from "../encoders";
import { type AttendedMemory, attend, attendedMemory } from "./attended-memory";
import { expectAttention } from "./checks";
import { Decoder, type DecoderStep, type Decoding } from "./decoder";
import type { LayerStack, StackSteps } from "./layer-stack";
import { type Named, namedTensors, withTensors } from "./named";
import { expectDecoderOptions, partsOf, type RecurrentDecoderOptions, rowsOf } from "./plain-decoder";
import { expectTokens } from "./tokens";
import type { VocabularyHead } from "./vocabulary-head";

export interface LuongDecoderOptions extends RecurrentDecoderOptions {
  /** Attends with the last layer's state: its queries have H features, its memory the encoder's D. */
  attention: Attention;
  /**
   * Whether each step reads h̃ of the step before beside its token, so that it knows where was looked; false by
   * default.
   */
  inputFeeding?: boolean;
  /** Features R of h̃_t; H by default. */
  readoutSize?: number;
}

/** The state of a decoder that steps, then attends. */
export interface LuongState {
  readonly layers: readonly LayerState[];
  readonly attention: AttentionState;
  readonly memory: AttendedMemory;
  /** h̃ of the step before [B, R], with input feeding. */
  readonly feed: Tensor | undefined;
  /** Weights as steps read them; they belong to no row. */
  readonly steps: () => StackSteps;
}

/**
 * A recurrent decoder that steps, then attends (Luong et al. 2015, eq. 5 and 6, section 3.3):
 *   h_t = cell(E·y_{t−1}, h_{t−1}),   c_t = attention(h_t),   h̃_t = tanh(W_c·[c_t; h_t]),   p(y_t) = softmax(W_o·h̃_t + b_o)
 * with input feeding h_t = cell([E·y_{t−1}; h̃_{t−1}], h_{t−1}).
 *
 * Without it nothing that attends goes into the recurrence, so all steps are the fused layers of @unroll/nn and all
 * queries one call. With it a step is four dispatches where a score is one: the product of h̃, the cell, the weights with
 * what they make of the memory, and the product of h_t, which ends in h̃.
 */
export class LuongDecoder extends Decoder<LuongState> {
  readonly vocabularySize: number;
  readonly head: VocabularyHead;
  readonly stack: LayerStack;
  readonly bridge: Bridge;
  readonly attention: Attention;
  readonly combineContext: Linear; //     the part of W_c that multiplies c_t [R, D]
  readonly combineState: Linear; //       the part of W_c that multiplies h_t [R, H]
  readonly feed: Linear | null; //        the part of the first layer's W that multiplies h̃ [G·H, R], with input feeding

  /** @throws ValueError if a size or option is out of range, or the attention or the bridge does not fit */
  constructor(options: LuongDecoderOptions) {
    super();
    const where = "LuongDecoder";
    expectDecoderOptions(where, options, ["attention", "inputFeeding", "readoutSize"]);
    const { attention, encoder, hiddenSize, inputFeeding = false, readoutSize = hiddenSize, rng } = options;
    expectAttention(where, attention, hiddenSize, encoder.memorySize);
    expectExtent(where, { readoutSize });
    const { head, stack, bridge } = partsOf(where, options, options.embeddingSize, readoutSize);
    const given = { ...(rng ? { rng } : {}), bias: false };
    this.head = head;
    this.stack = stack;
    this.bridge = bridge;
    this.attention = attention;
    this.vocabularySize = options.vocabularySize;
    this.combineContext = new Linear(encoder.memorySize, readoutSize, given);
    this.combineState = new Linear(hiddenSize, readoutSize, given);
    this.feed = inputFeeding ? new Linear(readoutSize, stack.gateSize, given) : null;
  }

  /** PyTorch's first layer reads [E·y_{t−1}; h̃_{t−1}], with input feeding. */
  get torchInputs(): Readonly<Record<string, string>> {
    return this.feed ? { feed: "stack.layers.0" } : {};
  }

  /** @throws UnsupportedError if the attention is a hard one */
  start(encoded: Encoded): LuongState {
    const weight = this.inPrecision(this.combineContext.weight);
    const { memory, start } = attendedMemory(this.attention, encoded, weight);
    if (start.logProbability) {
      throw new UnsupportedError({
        where: "LuongDecoder",
        what: "what hard attention draws is not told by its steps, so nothing could learn from it",
        remedy: "Attend with hard attention in a BahdanauDecoder.",
      });
    }
    const steps = this.stack.steps();
    const B = memory.memory.shape[0] as number;
    const feed = this.feed ? this.inPrecision(zeros([B, this.feed.inputSize])) : undefined;
    return { layers: this.bridge.forward(encoded), attention: start, memory, feed, steps: () => steps };
  }

  step(state: LuongState, tokens: Tensor): DecoderStep<LuongState> {
    const B = expectTokens("LuongDecoder.step", tokens, 1, rowsOf(state));
    const steps = state.steps();
    const gx = steps.inputProduct(this.head.embed(tokens));
    const { features, weights, next } = this.#step(gx, state, { weights: steps.weights, ...this.#products() });
    return {
      logits: reshape(this.head.logits(features), [B, this.vocabularySize]),
      weights,
      state: { ...state, ...next },
    };
  }

  decode(state: LuongState, tokens: Tensor): Decoding<LuongState> {
    expectTokens("LuongDecoder.decode", tokens, 2, rowsOf(state));
    return this.feed ? this.#fed(state, tokens) : this.#unfed(state, tokens);
  }

  /** All steps, then all queries. */
  #unfed(state: LuongState, tokens: Tensor): Decoding<LuongState> {
    const { output, state: layers } = this.stack.forward(this.head.embed(tokens), state.layers);
    const { product, weights, state: attention } = attend(this.attention, output, state.memory, state.attention);
    const features = tanh(add(product, this.combineState.forward(output)));
    return { logits: this.head.logits(features), weights, state: { ...state, layers, attention } };
  }

  /** A loop, since each step reads what the one before looked at. */
  #fed(state: LuongState, tokens: Tensor): Decoding<LuongState> {
    const steps = state.steps();
    const { layers, attention, feed, memory } = state;
    const carried = { layers, attention, feed };
    const common = { memory: { ...memory, shared: memory.shared() }, weights: steps.weights, ...this.#products() };
    const [B, T] = tokens.shape as [number, number];
    const inputs = { gx: steps.inputProduct(this.head.embed(tokens)), masks: this.stack.masks(B, T) };
    const { outputs, state: end } = loopOverSteps({
      owner: this,
      inputs: namedTensors(inputs),
      state: namedTensors(carried),
      shared: namedTensors(common),
      step: (each: Named, before, given: Named) => {
        const { gx, masks } = withTensors(inputs, each);
        const { memory: seen, ...own } = withTensors(common, given);
        const now = { ...state, ...withTensors(carried, before), memory: { ...seen, shared: () => seen.shared } };
        const { features, weights, next } = this.#step(gx, now, { ...own, masks });
        return { outputs: { features, weights }, state: namedTensors(next) };
      },
    });
    const { features, weights } = outputs;
    return { logits: this.head.logits(features), weights, state: { ...state, ...withTensors(carried, end) } };
  }

  /** Weights that multiply within a step. */
  #products(): { combine: Tensor; feeding: Tensor | undefined } {
    return {
      combine: this.inPrecision(this.combineState.weight),
      feeding: this.feed ? this.inPrecision(this.feed.weight) : undefined,
    };
  }

  /** h_t, then c_t and h̃_t [B, R]. */
  #step(
    gx: Tensor,
    { layers, attention, memory, feed, steps }: LuongState,
    own: {
      weights: StackSteps["weights"];
      masks?: readonly Tensor[];
      combine: Tensor;
      feeding: Tensor | undefined;
    },
  ) {
    const B = gx.shape[0] as number;
    const more = feed && own.feeding ? linear(feed, own.feeding) : undefined;
    const after = steps().step(gx, layers, { more, weights: own.weights, masks: own.masks ?? [] });
    const h = after.at(-1)?.h as Tensor;
    const { product, weights, state } = attend(
      this.attention,
      reshape(h, [B, 1, this.stack.hiddenSize]),
      memory,
      attention,
    );
    const R = this.combineContext.outputSize;
    const features = tanh(add(reshape(product, [B, R]), linear(h, own.combine)));
    return {
      features,
      weights: reshape(weights, [B, weights.shape[2] as number]),
      next: { layers: after, attention: state, feed: feed ? features : undefined },
    };
  }
}
