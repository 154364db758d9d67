import { ValueError } from "@unroll/kernels";
import {
  type ClassLossOptions,
  cast,
  where as choose,
  concat,
  crossEntropy,
  Dropout,
  drawTokens,
  Embedding,
  evaluate,
  expectBatch,
  expectDrawing,
  expectExtent,
  expectIds,
  expectKnown,
  expectPrompts,
  type GenerateOptions,
  type Generator,
  Linear,
  type LossOfTokens,
  Module,
  normal,
  notEqual,
  type OneOrMany,
  perplexityOf,
  reshape,
  type SequenceBatch,
  sequenceMask,
  sharedGenerator,
  sum,
  Tensor,
  tensor,
} from "@unroll/nn";
import { type KeyValueCache, mostSteps, type StepCounts } from "./key-value-cache";
import { type AttentionMask, and, causalMask } from "./masks/mask";
import { LearnedPositions } from "./positions/learned";
import { expectRoom } from "./positions/places";
import type { RotaryPositions } from "./positions/rotary";
import { type Positions, positionScheme } from "./positions/scheme";
import { SinusoidalPositions } from "./positions/sinusoidal";
import { TransformerEncoder } from "./transformer/encoder";
import { LAYER_OPTIONS, type TransformerLayerOptions } from "./transformer/options";

export interface TransformerLanguageModelOptions extends Omit<TransformerLayerOptions, "rotary"> {
  /** V: tokens that there are. */
  vocabularySize: number;
  /** Features of each step. */
  size: number;
  heads: number;
  /** 4 by default. */
  layers?: number;
  /** Between the two linear layers of each layer; `gelu` by default, as in GPT. */
  activation?: NonNullable<TransformerLayerOptions["activation"]>;
  /** Where layers normalise: `pre`, before each part, by default; `post`, after each sum. */
  norm?: "pre" | "post";
  /** `learned` by default. */
  positions?: Positions;
  /** The longest sequence that there are learned positions for; 512 by default. Of no account for the others. */
  length?: number;
  /** Whether the output layer's weights are the vectors of the tokens (Press & Wolf 2017); false by default. */
  tied?: boolean;
  /** Targets of this value take no part: −100 by default. */
  ignoreIndex?: number;
  /** `sharedGenerator()` by default. */
  rng?: Generator;
}

const MODEL_OPTIONS = ["vocabularySize", "size", "heads", "layers", "positions", "length", "tied", "ignoreIndex"];

export interface TransformerReadOptions {
  /** What came before; without it sequences begin anew. */
  state?: KeyValueCache | undefined;
  /** How many of the steps of each row are true, where a state is carried on: all by default. */
  lengths?: StepCounts;
}

/** Steps of prompts, and of caches, come in multiples of this: one plan serves prompts of any length up to it. */
const PIECE = 64;
/** Deviation of the first vectors of tokens (Radford et al. 2019). */
const DEVIATION = 0.02;

/**
 * A decoder-only Transformer: the probability of each next token from all before it (Radford et al. 2019).
 *   p(x_{t+1} | x_1 … x_t) = softmax(W·h_t + b),   h = Transformer(vectors + positions), each step seeing those before it
 * `loss`, `evaluateLoss`, `perplexity`, `generate` and `generateRows` are those of nn's `LanguageModel`; chunks of a text that
 * carry a state on are not. While it writes, its state is the cache of keys and values, so a token made costs one step whatever
 * came before.
 */
export class TransformerLanguageModel extends Module {
  readonly vocabularySize: number; // V
  readonly size: number;
  readonly heads: number;
  readonly ignoreIndex: number;
  readonly embedding: Embedding; // [V, size]
  readonly positions: LearnedPositions | SinusoidalPositions | null;
  readonly dropout: Dropout;
  readonly transformer: TransformerEncoder;
  readonly output: Linear; // [V, size]
  readonly #rotary: RotaryPositions | undefined;
  /** What positions add to the scores. */
  readonly #mask: AttentionMask | undefined;

  /** @throws ValueError if a size or an option is out of range */
  constructor(options: TransformerLanguageModelOptions) {
    super();
    const where = "TransformerLanguageModel";
    expectKnown(where, options, [...MODEL_OPTIONS, ...LAYER_OPTIONS.filter((name) => name !== "rotary")]);
    const { vocabularySize, size, heads, positions = "learned", length, tied = false, ignoreIndex, ...stack } = options;
    const { headSize, rng = sharedGenerator() } = stack;
    this.vocabularySize = expectExtent(where, { vocabularySize });
    this.size = expectExtent(where, { size });
    this.heads = expectExtent(where, { heads });
    this.ignoreIndex = ignoreIndex ?? -100;
    const vectors = normal([this.vocabularySize, size], DEVIATION, rng);
    this.embedding = new Embedding(this.vocabularySize, size, { vectors });
    const { added, rotary, mask } = positionScheme(where, positions, { size, heads, headSize, length, rng });
    this.positions = added;
    this.dropout = new Dropout(options.dropout ?? 0, { rng });
    this.#rotary = rotary;
    this.#mask = mask;
    this.transformer = new TransformerEncoder(size, heads, {
      layers: 4,
      activation: "gelu",
      norm: "pre",
      ...stack,
      rng,
      ...(this.#rotary ? { rotary: this.#rotary } : {}),
    });
    const weight = tied ? { weight: this.embedding.weight } : {};
    this.output = new Linear(size, this.vocabularySize, { rng, bias: options.bias ?? true, ...weight });
  }

  /** A state without steps, for B rows of at most `capacity` steps. */
  emptyState(B: number, capacity: number): KeyValueCache {
    return this.transformer.emptyCache(B, capacity);
  }

  /**
   * @param x tokens [B, T]
   * @param options.state what came before, from `emptyState` or a call before; without it sequences begin anew
   * @returns logits [B, T, V] of the token after each step, and the state after them where one was given
   * @throws ShapeError if x is not [B, T]; ValueError if a sequence is longer than the learned positions, the steps of its
   *   state counted: `used`, and the greatest of `lengths`
   */
  forward(x: Tensor, options: TransformerReadOptions = {}): { logits: Tensor; state: KeyValueCache | undefined } {
    const where = "TransformerLanguageModel.forward";
    const { state, lengths } = expectKnown(where, options, ["state", "lengths"]);
    expectIds(where, x);
    const T = x.shape[1] as number;
    if (!state) {
      const mask = this.#mask ? and(causalMask(), this.#mask) : causalMask();
      const output = this.transformer.forward(this.#placed(x), { mask });
      return { logits: this.output.forward(output), state: undefined };
    }
    const steps = mostSteps(T, lengths);
    if (this.positions instanceof LearnedPositions) {
      const remedy = "Begin anew with fewer tokens, or build the model with positions of another kind.";
      expectRoom(where, this.positions.length, steps, state.used, remedy);
    }
    if (this.positions instanceof SinusoidalPositions) this.positions.reserve(state.used + steps);
    return this.#goOn(x, state, lengths);
  }

  /** Mean cross-entropy per token of rows that begin anew, in nats. y: the token after each step, any past the length. */
  loss(batch: SequenceBatch, options: Omit<ClassLossOptions, "mask"> = {}): Tensor {
    const { x, y, lengths } = expectBatch("TransformerLanguageModel.loss", batch);
    const { logits } = this.forward(x);
    return crossEntropy(logits, y, { ignoreIndex: this.ignoreIndex, ...options, mask: maskOf(x, lengths) });
  }

  /** Mean cross-entropy per token over batches, in nats; NaN of none. Dropout is off. */
  async evaluateLoss(batches: OneOrMany<SequenceBatch>): Promise<number> {
    const { nats, tokens } = await this.#evaluated(batches);
    return nats / tokens;
  }

  /** e to the mean cross-entropy per token: see `evaluateLoss`. @throws ValueError of no batches */
  async perplexity(batches: OneOrMany<SequenceBatch>): Promise<number> {
    return perplexityOf("TransformerLanguageModel.perplexity", await this.#evaluated(batches));
  }

  async #evaluated(batches: OneOrMany<SequenceBatch>): Promise<LossOfTokens> {
    let [total, tokens] = [0, 0];
    const all = Symbol.iterator in batches || Symbol.asyncIterator in batches ? batches : [batches];
    for await (const batch of all) {
      const loss = this.asEvaluated(() => this.loss(batch, { reduction: "sum" }));
      const counted = cast(notEqual(cast(batch.y, "i32"), this.ignoreIndex), "f32");
      const mask = maskOf(batch.x, batch.lengths);
      const count = sum(mask ? choose(mask, counted, 0) : counted);
      const both = concat([reshape(loss, [1]), reshape(count, [1])], 0);
      const [nats = 0, here = 0] = await both.data();
      total += nats;
      tokens += here;
    }
    return { nats: total, tokens };
  }

  /**
   * What follows a prompt. Tokens are drawn on the device and fed back there, 16 or more to a submission; a seed draws the
   * same tokens each time. Dropout is off.
   * @param prompt at least one token, as a list or a typed array
   * @returns the tokens made, without the prompt and without the stop token
   * @throws ValueError if the prompt is empty or has a token that there is none of, if prompt and tokens are longer than the
   *   learned positions, or an option is out of range
   */
  async generate(prompt: ArrayLike<number>, options: GenerateOptions): Promise<number[]> {
    const [row = []] = await this.generateRows([prompt], options);
    return row;
  }

  /** What follows each of several prompts, made together: see `generate`. Prompts may differ in length. */
  async generateRows(prompts: readonly ArrayLike<number>[], options: GenerateOptions): Promise<number[][]> {
    const where = "TransformerLanguageModel.generate";
    const drawing = expectDrawing(where, this.vocabularySize, options);
    const rows = expectPrompts(where, prompts, this.vocabularySize);
    this.#expectPlaces(where, rows, drawing.length);
    const B = rows.length;
    const room = this.positions instanceof LearnedPositions ? this.positions.length : Number.POSITIVE_INFINITY;
    const T = Math.min(room, pieces(Math.max(1, ...rows.map((prompt) => prompt.length - 1))));
    const made = drawing.perSubmission * Math.ceil(drawing.length / drawing.perSubmission);
    const capacity = pieces(T + made);
    this.#rotary?.reserve(capacity);
    if (this.positions instanceof SinusoidalPositions) this.positions.reserve(capacity);
    const ids = new Uint32Array(B * T);
    for (const [row, prompt] of rows.entries()) ids.set(prompt.slice(0, -1), row * T);
    const { state: start } = this.asEvaluated(() =>
      this.#goOn(
        tensor(ids, { shape: [B, T] }),
        this.emptyState(B, capacity),
        rows.map((prompt) => prompt.length - 1),
      ),
    );
    await evaluate([start.lengths, ...start.layers.flatMap(({ keys, values }) => [keys, values])]);
    // Tokens past the wanted length are made too, to fill a submission: only those that are kept need places.
    const step = (tokens: Tensor, before: KeyValueCache | undefined) => {
      const { logits, state } = this.#goOn(reshape(tokens, [B, 1]), before as KeyValueCache);
      return { logits: reshape(logits, [B, this.vocabularySize]), state };
    };
    const last = rows.map((prompt) => prompt.at(-1) as number);
    return drawTokens(
      (tokens, before: KeyValueCache | undefined) => this.asEvaluated(() => step(tokens, before)),
      last,
      start,
      drawing,
    );
  }

  /** The steps after those of a state, whose table of positions is long enough for all that count. */
  #goOn(x: Tensor, state: KeyValueCache, lengths?: StepCounts): { logits: Tensor; state: KeyValueCache } {
    const placed = this.#placed(x, state.lengths);
    const { output, cache } = this.transformer.step(placed, state, { lengths, mask: this.#mask });
    return { logits: this.output.forward(output), state: cache };
  }

  /** Vectors of the tokens with their positions. */
  #placed(x: Tensor, offset?: Tensor): Tensor {
    const vectors = this.embedding.forward(x);
    return this.dropout.forward(this.positions ? this.positions.forward(vectors, { offset }) : vectors);
  }

  #expectPlaces(where: string, prompts: readonly (readonly number[])[], length: number): void {
    const places = this.positions instanceof LearnedPositions ? this.positions.length : Number.POSITIVE_INFINITY;
    const long = prompts.find((prompt) => prompt.length + length - 1 > places);
    if (!long) return;
    throw new ValueError({
      where,
      what: "prompt and length",
      expected: `at most ${places + 1} tokens together, as many as there are learned positions and one more`,
      received: `${long.length} and ${length}`,
      remedy: "Make fewer, shorten the prompt, or build the model with positions of another kind.",
    });
  }
}

const pieces = (steps: number): number => PIECE * Math.ceil(steps / PIECE);

/** Which steps of x [B, T] are within their rows' lengths. */
function maskOf(x: Tensor, lengths: SequenceBatch["lengths"]): Tensor | undefined {
  if (lengths === undefined) return undefined;
  return sequenceMask(lengths instanceof Tensor ? lengths : Array.from(lengths), x.shape[1] as number);
}
