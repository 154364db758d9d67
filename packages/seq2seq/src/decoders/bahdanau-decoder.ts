import {
  type Attention,
  type AttentionState,
  ContextGate,
  type GateWeights,
  gatedContext,
  HardAttention,
  type HardState,
} from "@unroll/attention";
import {
  add,
  concat,
  Dropout,
  expectExtent,
  type LayerState,
  Linear,
  loopOverSteps,
  mul,
  reshape,
  slice,
  type Tensor,
  tanh,
} from "@unroll/nn";
import type { Bridge } from "../bridges";
import type { Encoded } from "../encoders";
import { type AttendedMemory, attend, attendedMemory, contextsOf } from "./attended-memory";
import { expectAttention } from "./checks";
import { Decoder, type DecoderStep, type Decoding } from "./decoder";
import type { LayerStack, StackSteps } from "./layer-stack";
import { type Named, namedTensors, withTensors } from "./named";
import { expectDecoderOptions, partsOf, type RecurrentDecoderOptions, rowsOf } from "./plain-decoder";
import { expectTokens } from "./tokens";
import type { VocabularyHead } from "./vocabulary-head";

type Readout = "state" | "attentional" | "deep";

export interface BahdanauDecoderOptions extends RecurrentDecoderOptions {
  /** Attends with the last layer's state: its queries have H features, its memory the encoder's D. */
  attention: Attention;
  /**
   * What logits are made of: `state`, h_t alone, which the context went into; `attentional`,
   * h̃_t = tanh(W_c·[c_t; h_t] + b), as deep as Bahdanau et al. have their output; or `deep`,
   * h̃_t = E·y_{t−1} + W_c·[c_t; h_t] + b, of the embedding's features, as Xu et al. (2015, eq. 7) have it. `state` by default.
   */
  readout?: Readout;
  /** Features of an attentional h̃_t; H by default. */
  readoutSize?: number;
  /**
   * Probability that a feature of h_t is dropped while training, where logits are made of c_t too: what is said is then
   * learned from what is looked at, less from what is remembered. 0 by default.
   */
  stateDropout?: number;
  /** Whether c_t counts by a gate β_t = σ(w·h_{t−1} + b) (Xu et al. 2015, section 4.2.1); false by default. */
  gate?: boolean;
}

/** Names of the options that other decoders have not. */
export const BAHDANAU_OPTIONS = ["attention", "readout", "readoutSize", "stateDropout", "gate"];

/** The state of a decoder that attends: of each layer, of the attention, and what is attended to. */
export interface BahdanauState {
  readonly layers: readonly LayerState[];
  readonly attention: AttentionState;
  readonly memory: AttendedMemory;
  /** What each place of the source is a copy of [B, S], where a decoder may copy. */
  readonly copyIds?: Tensor | undefined;
  /** Weights as steps read them; they belong to no row. */
  readonly steps: () => StackSteps;
}

/** What steps read of the decoder's own weights. */
interface StepWeights {
  readonly weights: StackSteps["weights"];
  readonly gate: GateWeights | undefined;
  /** What dropout between layers leaves of them. */
  readonly masks?: readonly Tensor[];
}

/** What T steps made. */
export interface StepFeatures {
  /** Vectors of the tokens that were read [B, T, E]. */
  readonly x: Tensor;
  /** h_t [B, T, H] */
  readonly h: Tensor;
  /** [B, T, S] */
  readonly weights: Tensor;
  /** β_t [B, T, 1], where there is a gate and logits are made of c_t too. */
  readonly gates?: Tensor | undefined;
}

/**
 * A recurrent decoder that attends, then steps (Bahdanau et al. 2015, eq. 4 to 6):
 *   c_t = attention(h_{t−1}),   h_t = cell([E·y_{t−1}; c_t], h_{t−1}),   p(y_t) = softmax(W_o·h_t + b_o)
 * A step takes three dispatches with additive attention: its query, its weights and context, the cell. The embeddings'
 * products, the memory's product with the weights of c_t, and the logits are made for all steps at once.
 */
export class BahdanauDecoder extends Decoder<BahdanauState> {
  readonly head: VocabularyHead;
  readonly stack: LayerStack;
  readonly bridge: Bridge;
  readonly attention: Attention;
  readonly context: Linear; //            the part of the first layer's W that multiplies c_t [G·H, D]
  readonly readout: Linear | null; //     W_c [R, D + H], of logits made of c_t and h_t
  readonly stateDropout: Dropout;
  readonly gate: ContextGate | null; //   w, b
  readonly isDeep: boolean; //            whether logits are made of the token's vector too

  /** @throws ValueError if a size or option is out of range, or the attention or the bridge does not fit */
  constructor(options: BahdanauDecoderOptions) {
    super();
    const where = "BahdanauDecoder";
    expectDecoderOptions(where, options, BAHDANAU_OPTIONS);
    const { attention, encoder, hiddenSize, readout = "state", readoutSize = hiddenSize, rng } = options;
    expectAttention(where, attention, hiddenSize, encoder.memorySize);
    expectExtent(where, { readoutSize });
    const featureSize = { state: hiddenSize, attentional: readoutSize, deep: options.embeddingSize }[readout];
    const { head, stack, bridge } = partsOf(where, options, options.embeddingSize, featureSize);
    const given = rng ? { rng } : {};
    this.head = head;
    this.stack = stack;
    this.bridge = bridge;
    this.attention = attention;
    this.context = new Linear(encoder.memorySize, stack.gateSize, { ...given, bias: false });
    this.readout = readout === "state" ? null : new Linear(encoder.memorySize + hiddenSize, featureSize, given);
    this.stateDropout = new Dropout(options.stateDropout ?? 0, given);
    this.gate = options.gate ? new ContextGate(hiddenSize, given) : null;
    this.isDeep = readout === "deep";
  }

  /** PyTorch's first layer reads [E·y_{t−1}; c_t]. */
  get torchInputs(): Readonly<Record<string, string>> {
    return { context: "stack.layers.0" };
  }

  get vocabularySize(): number {
    return this.head.out.outputSize;
  }

  start(encoded: Encoded): BahdanauState {
    const weight = this.inPrecision(this.context.weight);
    const { memory, start } = attendedMemory(this.attention, encoded, weight);
    const steps = this.stack.steps();
    return { layers: this.bridge.forward(encoded), attention: start, memory, steps: () => steps };
  }

  step(state: BahdanauState, tokens: Tensor): DecoderStep<BahdanauState> {
    const B = expectTokens(`${this.constructor.name}.step`, tokens, 1, rowsOf(state));
    const steps = state.steps();
    const x = this.embed(tokens);
    const own = { weights: steps.weights, gate: this.gate?.weights };
    const { h, weights, next } = this.#step(steps.inputProduct(x), state, own);
    const after = { ...state, ...next };
    const asSteps = (of: Tensor): Tensor => reshape(of, [B, 1, of.shape[1] as number]);
    const gates = this.#gatesOf(state, asSteps(h));
    const logits = this.logitsOf({ x: asSteps(x), h: asSteps(h), weights: asSteps(weights), gates }, state);
    const draws = drawsOf(this.attention, next.attention);
    return { logits: reshape(logits, [B, this.vocabularySize]), weights, draws, state: after };
  }

  decode(state: BahdanauState, tokens: Tensor): Decoding<BahdanauState> {
    const B = expectTokens(`${this.constructor.name}.decode`, tokens, 2, rowsOf(state));
    const steps = state.steps();
    const { layers, attention, memory } = state;
    const carried = { layers, attention };
    const own = { weights: steps.weights, gate: this.gate?.weights };
    const common = { memory: { ...memory, shared: memory.shared() }, own };
    const x = this.embed(tokens);
    const inputs = { gx: steps.inputProduct(x), masks: this.stack.masks(B, tokens.shape[1] as number) };
    const { outputs, state: end } = loopOverSteps({
      owner: this,
      inputs: namedTensors(inputs),
      state: namedTensors(carried),
      shared: namedTensors(common),
      step: (own: Named, before, given: Named) => {
        const { gx, masks } = withTensors(inputs, own);
        const { memory: seen, own: read } = withTensors(common, given);
        const now = { ...state, ...withTensors(carried, before), memory: { ...seen, shared: () => seen.shared } };
        const { h, weights, next } = this.#step(gx, now, { ...read, masks });
        return { outputs: { h, weights, ...drawsOf(this.attention, next.attention) }, state: namedTensors(next) };
      },
    });
    const { h, weights } = outputs;
    const draws = drawsOf(this.attention, outputs);
    const logits = this.logitsOf({ x, h, weights, gates: this.#gatesOf(state, h) }, state);
    return { logits, weights, draws, state: { ...state, ...withTensors(carried, end) } };
  }

  /** Vectors of tokens. */
  protected embed(tokens: Tensor): Tensor {
    return this.head.embed(tokens);
  }

  /** Logits [B, T, V] of what T steps made. */
  protected logitsOf({ x, h, weights, gates }: StepFeatures, { memory }: BahdanauState): Tensor {
    if (!this.readout) return this.head.logits(h);
    const contexts = contextsOf(weights, memory);
    const seen = gates ? mul(contexts, gates) : contexts;
    const features = this.readout.forward(concat([this.inPrecision(seen), this.stateDropout.forward(h)], 2));
    return this.head.logits(this.isDeep ? add(x, features) : tanh(features));
  }

  /** β_t [B, T, 1] of all steps at once, from h_{t−1}: where logits are made of contexts. */
  #gatesOf({ layers }: BahdanauState, h: Tensor): Tensor | undefined {
    if (!this.gate || !this.readout) return undefined;
    const [B, T, H] = h.shape as [number, number, number];
    const first = reshape(layers.at(-1)?.h as Tensor, [B, 1, H]);
    return this.gate.forward(T === 1 ? first : concat([first, slice(h, 1, 0, T - 1)], 1));
  }

  /** c_t of h_{t−1}, then h_t [B, H]. */
  #step(gx: Tensor, { layers, attention, memory, steps }: BahdanauState, { gate, ...own }: StepWeights) {
    const B = gx.shape[0] as number;
    const before = layers.at(-1)?.h as Tensor;
    const query = reshape(before, [B, 1, this.stack.hiddenSize]);
    const { product, weights, state } = attend(this.attention, query, memory, attention);
    const whole = reshape(product, [B, this.stack.gateSize]);
    const more = gate ? gatedContext(before, whole, gate) : whole;
    const after = steps().step(gx, layers, { more, ...own });
    const h = after.at(-1)?.h as Tensor;
    return { h, weights: reshape(weights, [B, weights.shape[2] as number]), next: { layers: after, attention: state } };
  }
}

/** What a state says about the places that hard attention drew; nothing of any other attention. */
function drawsOf(attention: Attention, { logProbability, entropy }: AttentionState): HardState | undefined {
  const isHard = attention instanceof HardAttention && logProbability && entropy;
  return isHard ? { logProbability, entropy } : undefined;
}
