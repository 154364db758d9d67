import { ValueError } from "@unroll/kernels";
import { type ClassLossOptions, crossEntropy } from "../losses/cross-entropy";
import { Embedding } from "../modules/embedding";
import { Linear } from "../modules/linear";
import { LSTM } from "../modules/lstm";
import { expectExtent } from "../modules/options";
import { zeros } from "../ops/arithmetic";
import { concat } from "../ops/concat";
import { tanh } from "../ops/elementwise";
import { permute } from "../ops/permute";
import { reshape } from "../ops/reshape";
import { slice } from "../ops/slice";
import { evaluate } from "../plan/evaluate";
import { isFloat } from "../tensor/dtype";
import { refuseValue } from "../tensor/kind";
import { expectKnown } from "../tensor/known-options";
import { expectDType, expectShape } from "../tensor/shape";
import { type Tensor, tensor } from "../tensor/tensor";
import { tensorsOf } from "../tensor/tree";
import { stepMaskOf } from "./batches";
import type { ModelCellOptions, ModelState } from "./cells";
import { expectBatch, READ_OPTIONS } from "./checks";
import { drawTokens, expectDrawing, type GenerateOptions } from "./draw-tokens";
import { type ReadOptions, rngOf, type SequenceBatch, SequenceModel } from "./sequence-model";

export type SequenceGeneratorOptions = ModelCellOptions & {
  hiddenSize: number;
  /** Numbers of the vector that a sequence is made from. This, or `conditionClasses`. */
  conditionSize?: number;
  /** Classes that a sequence is made from, one each. */
  conditionClasses?: number;
  /** Tokens V that sequences are made of. */
  vocabularySize: number;
  /** Features of the vector that each token has when it is fed back; one-hot vectors by default. */
  embeddingSize?: number;
  inputDropout?: number;
  outputDropout?: number;
};

/** x: vectors [B, C] or classes [B]; y: tokens [B, T] that they should give, tokens past the length too. */
export type GeneratorBatch = SequenceBatch;

/**
 * A sequence of tokens from one vector or class (one-to-many), each token fed back to make the next:
 *   h_0 = tanh(V·x + a),   p(y_t | x, y_1 … y_{t−1}) = softmax(W·h_t + b),   h_t of h_{t−1} and y_{t−1}
 * y_0 is a token of its own, V, which begins every sequence. It learns with the true tokens fed (Williams & Zipser 1989),
 * and makes sequences with its own.
 */
export class SequenceGenerator extends SequenceModel {
  readonly vocabularySize: number; // V
  /** V and a; for classes their rows, a vector for each. */
  readonly condition: Linear | Embedding;
  readonly output: Linear;

  /** @throws ValueError if a size or an option is out of range, or the condition is none or two */
  constructor(options: SequenceGeneratorOptions) {
    const where = "SequenceGenerator";
    const { vocabularySize, conditionSize, conditionClasses, direction = "forward" } = options;
    expectExtent(where, { vocabularySize });
    if ((conditionSize === undefined) === (conditionClasses === undefined)) {
      throw new ValueError({
        where,
        what: "the condition",
        expected: "one of conditionSize and conditionClasses",
        received: conditionSize === undefined ? "none of them" : "both",
      });
    }
    if (direction !== "forward") {
      const expected = "forward: later tokens are made from those before";
      refuseValue(where, { direction }, expected);
    }
    super(where, ["conditionSize", "conditionClasses"], { ...options, vocabularySize: vocabularySize + 1 });
    this.vocabularySize = vocabularySize;
    const { layers, stateSize } = this.cell;
    const drawn = rngOf(options);
    this.condition =
      conditionClasses === undefined
        ? new Linear(conditionSize ?? 0, layers * stateSize, drawn)
        : new Embedding(conditionClasses, layers * stateSize, drawn);
    this.output = new Linear(this.cell.outputSize, vocabularySize, drawn);
  }

  /**
   * Logits where the true tokens are fed.
   * @param x vectors [B, C], or classes [B]
   * @param y tokens [B, T]
   * @returns logits [B, T, V] of each token of y
   */
  forward(x: Tensor, y: Tensor, options: ReadOptions = {}): Tensor {
    const where = "SequenceGenerator.forward";
    const { lengths } = expectKnown(where, options, READ_OPTIONS);
    expectDType(where, { y }, "u32", "i32");
    const { B, T } = expectShape(where, { y }, ["B", "T"]) as { B: number; T: number };
    const start = tensor(new Uint32Array(B).fill(this.vocabularySize), { shape: [B, 1], dtype: y.dtype });
    const before = T > 1 ? concat([start, slice(y, 1, 0, T - 1)], 1) : start;
    const { output } = this.read(before, { state: this.#begin(x, B), lengths });
    return this.output.forward(this.outputDropout.forward(output));
  }

  /** Cross-entropy of the tokens within their rows' lengths. */
  loss(batch: GeneratorBatch, options: Omit<ClassLossOptions, "mask"> = {}): Tensor {
    const { x, y, lengths } = expectBatch("SequenceGenerator.loss", batch);
    const logits = this.forward(x, y, { lengths });
    const mask = stepMaskOf("SequenceGenerator.loss", y, lengths);
    return crossEntropy(logits, y, { ...options, mask });
  }

  /**
   * Sequences, drawn or the most probable with `greedy: true`, from vectors [B, C] or classes [B]. Tokens are chosen and
   * fed back on the device, 16 or more to a submission. Dropout is off.
   * @returns for each row its tokens up to a stop token
   * @throws ValueError if an option is out of range
   */
  async generate(x: Tensor, options: GenerateOptions): Promise<number[][]> {
    const V = this.vocabularySize;
    const drawing = expectDrawing("SequenceGenerator.generate", V, options);
    const B = x.shape[0] ?? 0;
    const state = this.asEvaluated(() => this.#begin(x, B));
    await evaluate(tensorsOf(state));
    const first = Array.from({ length: B }, () => V);
    return drawTokens(
      (tokens, before) =>
        this.asEvaluated(() => {
          const { output, state: after } = this.read(reshape(tokens, [B, 1]), { state: before });
          return { logits: reshape(this.output.forward(output), [B, V]), state: after };
        }),
      first,
      state,
      drawing,
    );
  }

  /** h_0 [L, B, P] of each layer, with empty cells. */
  #begin(x: Tensor, B: number): ModelState {
    const where = "SequenceGenerator";
    const { layers: L, stateSize: P, hiddenSize: H } = this.cell;
    const isVector = this.condition instanceof Linear;
    if (isVector !== isFloat(x.dtype)) {
      expectDType(where, { x }, ...(isVector ? (["f32", "f16"] as const) : (["u32", "i32"] as const)));
    }
    expectShape(where, { x }, isVector ? [B, "C"] : [B], "One vector, or one class, for each row.");
    const h = permute(reshape(tanh(this.condition.forward(x)), [B, L, P]), [1, 0, 2]);
    return this.cell instanceof LSTM ? { h, c: zeros([L, B, H]) } : h;
  }
}
