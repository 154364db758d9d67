import { ValueError } from "@unroll/kernels";
import { type ClassLossOptions, crossEntropy } from "../losses/cross-entropy";
import { Embedding } from "../modules/embedding";
import { uniform } from "../modules/init";
import { Linear } from "../modules/linear";
import { expectExtent } from "../modules/options";
import { FORWARD_OPTIONS, type SequenceOptions } from "../modules/recurrent";
import { where as choose, notEqual } from "../ops/arithmetic";
import { concat } from "../ops/concat";
import { cast } from "../ops/elementwise";
import { sum } from "../ops/reduce";
import { reshape } from "../ops/reshape";
import { expectOptimizer } from "../optim/expect-optimizer";
import type { Optimizer } from "../optim/optimizer";
import { evaluate } from "../plan/evaluate";
import { sharedGenerator } from "../random/generator";
import { refuseValue } from "../tensor/kind";
import { expectKnown } from "../tensor/known-options";
import { type Tensor, tensor } from "../tensor/tensor";
import { tensorsOf } from "../tensor/tree";
import { detachState } from "../train/truncated";
import { each, type LossOfTokens, type OneOrMany, perplexityOf, stepMaskOf } from "./batches";
import type { ModelCellOptions, ModelState } from "./cells";
import { expectBatch } from "./checks";
import { drawTokens, expectDrawing, expectPrompts, type GenerateOptions, type TokenStep } from "./draw-tokens";
import { type InputOptions, rngOf, type SequenceBatch, SequenceModel } from "./sequence-model";

export type LanguageModelOptions = ModelCellOptions &
  Omit<InputOptions, "inputSize"> & {
    hiddenSize: number;
    /**
     * Whether the output layer's weights are the vectors of the tokens (Press & Wolf 2017); `embeddingSize` is then as
     * large as the layers' output. False by default.
     */
    tied?: boolean;
    /** Targets of this value take no part: −100 by default. */
    ignoreIndex?: number;
  };

/** Steps of a prompt that are read at a time: one plan serves prompts of any length. */
const PIECE = 64;

/**
 * The probability of each next token, from all before it:
 *   p(x_{t+1} | x_1 … x_t) = softmax(W·h_t + b),   with W the tokens' vectors themselves where `tied`
 * Mikolov et al. (2010). It learns from long texts cut into chunks, each beginning in the state that the one before ended
 * in (truncated backpropagation through time), and makes texts of its own.
 */
export class LanguageModel extends SequenceModel {
  readonly vocabularySize: number; // V
  readonly ignoreIndex: number;
  readonly output: Linear;

  /** @throws ValueError if a size or an option is out of range, or it is not to read forward */
  constructor(options: LanguageModelOptions) {
    const { tied = false, direction = "forward" } = options;
    if (direction !== "forward") {
      refuseValue("LanguageModel", { direction }, "forward: what comes after a token must not be seen");
    }
    const first = tied ? tiedEmbedding(options) : undefined;
    super("LanguageModel", ["tied", "ignoreIndex"], options, first);
    this.vocabularySize = (this.embedding?.size ?? options.vocabularySize) as number;
    this.ignoreIndex = options.ignoreIndex ?? -100;
    const P = this.cell.outputSize;
    if (first && first.dimension !== P) {
      throw new ValueError({
        where: "LanguageModel",
        what: tied && options.embedding ? "embedding.dimension" : "embeddingSize",
        expected: `${P} with tied: true, as many features as the layers give out`,
        received: String(first.dimension),
      });
    }
    const weight = first ? { weight: first.weight } : {};
    this.output = new Linear(P, this.vocabularySize, { ...rngOf(options), ...weight });
  }

  /**
   * @param x tokens [B, T]
   * @param options.state to start from; zeros when absent
   * @returns logits [B, T, V] of the token after each step, and the final state
   */
  forward(x: Tensor, options: SequenceOptions<ModelState> = {}): { logits: Tensor; state: ModelState } {
    const { output, state } = this.read(x, this.told("forward", x, options, FORWARD_OPTIONS));
    return { logits: this.output.forward(this.outputDropout.forward(output)), state };
  }

  /**
   * Mean cross-entropy per token of a chunk, in nats, and the state after it.
   * @param batch y: the token after each step [B, T], any numbers past the length
   */
  chunk(
    batch: SequenceBatch,
    state?: ModelState,
    options: Omit<ClassLossOptions, "mask"> = {},
  ): { loss: Tensor; state: ModelState } {
    const { x, y, lengths } = expectBatch("LanguageModel.chunk", batch);
    const { logits, state: next } = this.forward(x, { state, lengths });
    const mask = stepMaskOf("LanguageModel.chunk", x, lengths);
    return { loss: crossEntropy(logits, y, { ignoreIndex: this.ignoreIndex, ...options, mask }), state: next };
  }

  /** Mean cross-entropy per token of rows that begin anew, in nats. */
  loss(batch: SequenceBatch, options: Omit<ClassLossOptions, "mask"> = {}): Tensor {
    return this.chunk(batch, undefined, options).loss;
  }

  /**
   * One update of truncated backpropagation through time: the loss of a chunk from the given state, its gradient, cut at
   * the chunk's begin, and the update, in one submission.
   * @param state what the call for the chunk before returned; none where texts begin
   * @returns the loss, to be awaited when wanted, and the state to begin the next chunk with
   */
  async trainChunk(
    optimizer: Optimizer,
    batch: SequenceBatch,
    state?: ModelState,
  ): Promise<{ loss: Tensor; state: ModelState }> {
    expectOptimizer("trainChunk", optimizer);
    const { loss, state: next } = this.chunk(batch, state);
    await optimizer.minimize(loss, { evaluate: tensorsOf(next) });
    return { loss, state: detachState(next) };
  }

  /**
   * Mean cross-entropy per token over batches, in nats; NaN of none. Dropout is off.
   * @param options.carry whether the batches are chunks of the same rows, each beginning where the one before ended
   */
  async evaluateLoss(batches: OneOrMany<SequenceBatch>, options: { carry?: boolean } = {}): Promise<number> {
    const { nats, tokens } = await this.#evaluated("LanguageModel.evaluateLoss", batches, options);
    return nats / tokens;
  }

  /** e to the mean cross-entropy per token: see `evaluateLoss`. @throws ValueError of no batches */
  async perplexity(batches: OneOrMany<SequenceBatch>, options: { carry?: boolean } = {}): Promise<number> {
    const where = "LanguageModel.perplexity";
    return perplexityOf(where, await this.#evaluated(where, batches, options));
  }

  async #evaluated(
    where: string,
    batches: OneOrMany<SequenceBatch>,
    options: { carry?: boolean },
  ): Promise<LossOfTokens> {
    const { carry = false } = expectKnown(where, options, ["carry"]);
    let [total, tokens] = [0, 0];
    let state: ModelState | undefined;
    for await (const batch of each(batches)) {
      const { loss, state: next } = this.asEvaluated(() => this.chunk(batch, state, { reduction: "sum" }));
      const counted = cast(notEqual(cast(batch.y, "i32"), this.ignoreIndex), "f32");
      const mask = stepMaskOf(where, batch.x, batch.lengths);
      const count = sum(mask ? choose(mask, counted, 0) : counted);
      const both = concat([reshape(loss, [1]), reshape(count, [1])], 0);
      await evaluate([both, ...(carry ? tensorsOf(next) : [])]);
      const [nats = 0, here = 0] = await both.data();
      total += nats;
      tokens += here;
      if (carry) state = detachState(next);
    }
    return { nats: total, tokens };
  }

  /**
   * What follows a prompt. Tokens are drawn on the device and fed back there, 16 or more to a submission; a seed draws the
   * same tokens each time. Dropout is off.
   * @param prompt at least one token, as a list or a typed array
   * @returns the tokens made, without the prompt and without the stop token
   * @throws ValueError if the prompt is empty or has a token that there is none of, or an option is out of range
   */
  async generate(prompt: ArrayLike<number>, options: GenerateOptions): Promise<number[]> {
    const [row = []] = await this.generateRows([prompt], options);
    return row;
  }

  /**
   * What follows each of several prompts, made together: see `generate`. Prompts may differ in length, and each row draws
   * for itself.
   */
  async generateRows(prompts: readonly ArrayLike<number>[], options: GenerateOptions): Promise<number[][]> {
    const where = "LanguageModel.generate";
    const drawing = expectDrawing(where, this.vocabularySize, options);
    const rows = expectPrompts(where, prompts, this.vocabularySize);
    const state = await this.#readPrompts(rows.map((prompt) => prompt.slice(0, -1)));
    const step: TokenStep = (tokens, before) => {
      const { logits, state: after } = this.forward(reshape(tokens, [tokens.size, 1]), { state: before });
      return { logits: reshape(logits, [tokens.size, this.vocabularySize]), state: after };
    };
    const last = rows.map((prompt) => prompt.at(-1) as number);
    return drawTokens((tokens, before) => this.asEvaluated(() => step(tokens, before)), last, state, drawing);
  }

  /** The state after rows of tokens, on the device; none where there are no tokens. */
  async #readPrompts(rows: readonly (readonly number[])[]): Promise<ModelState | undefined> {
    const B = rows.length;
    const longest = Math.max(...rows.map((row) => row.length));
    let state: ModelState | undefined;
    for (let start = 0; start < longest; start += PIECE) {
      const ids = new Uint32Array(B * PIECE);
      for (const [row, tokens] of rows.entries()) ids.set(tokens.slice(start, start + PIECE), row * PIECE);
      const lengths = rows.map((row) => Math.min(PIECE, Math.max(0, row.length - start)));
      const x = tensor(ids, { shape: [B, PIECE] });
      const before: ModelState | undefined = state && detachState(state);
      const after = this.asEvaluated(() => this.read(x, { state: before, lengths, allowEmpty: true }).state);
      await evaluate(tensorsOf(after));
      for (const old of state ? tensorsOf(state) : []) old.dispose();
      state = after;
    }
    return state;
  }
}

/** The vectors that input and output share; drawn as the output layer's weights are, since logits must not start large. */
function tiedEmbedding({ rng = sharedGenerator(), vocabularySize, embeddingSize, embedding }: LanguageModelOptions) {
  if (embedding && vocabularySize === undefined && embeddingSize === undefined) return embedding;
  if (vocabularySize === undefined || embeddingSize === undefined || embedding) {
    throw new ValueError({
      where: "LanguageModel",
      what: "tied",
      expected: "true beside vocabularySize and embeddingSize, or beside embedding",
      received: "true where there are no vectors to share",
    });
  }
  expectExtent("LanguageModel", { vocabularySize });
  expectExtent("LanguageModel", { embeddingSize });
  const vectors = uniform([vocabularySize, embeddingSize], 1 / Math.sqrt(embeddingSize), rng);
  return new Embedding(vocabularySize, embeddingSize, { vectors });
}
