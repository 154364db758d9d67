import { ValueError } from "@unroll/kernels";
import { Dropout } from "../modules/dropout";
import { Embedding } from "../modules/embedding";
import { Module } from "../modules/module";
import type { SequenceOptions } from "../modules/recurrent";
import type { Generator } from "../random/generator";
import { isFloat } from "../tensor/dtype";
import { expectTensor } from "../tensor/kind";
import { expectKnown } from "../tensor/known-options";
import type { Tensor } from "../tensor/tensor";
import { cellOptions, type ModelCellOptions, type ModelState, makeCell, runCell, type SequenceCell } from "./cells";
import { expectIds, READ_OPTIONS } from "./checks";

/** What a model reads: exactly one of `inputSize`, `vocabularySize` and `embedding`. */
export interface InputOptions {
  /** Features I of each step: x is [B, T, I]. */
  inputSize?: number;
  /** Tokens V: x is [B, T] of whole numbers below V, each its one-hot vector unless `embeddingSize` is given. */
  vocabularySize?: number;
  /** Features D of the vector that each token has. */
  embeddingSize?: number;
  /** Vectors of the tokens, made before: `Embedding.fromPretrained(…)`. */
  embedding?: Embedding;
  /** Probability that a feature of the input is dropped while training; not of one-hot vectors. 0 by default. */
  inputDropout?: number;
  /** Probability that a feature before the output layer is dropped while training; 0 by default. */
  outputDropout?: number;
}

const INPUT_OPTIONS = ["inputSize", "vocabularySize", "embeddingSize", "embedding", "inputDropout", "outputDropout"];

/** What every ready model takes; the options of the cell stand beside those of the model. */
export type SequenceModelOptions = ModelCellOptions & InputOptions & { /** H of each layer. */ hiddenSize: number };

/** True lengths in steps, one for each row; all T where absent. */
export type ModelLengths = ArrayLike<number> | Tensor;

/** What a model reads at once, and what it should make of it. */
export interface SequenceBatch {
  /** [B, T, I], or tokens [B, T] of u32 or i32. */
  readonly x: Tensor;
  readonly y: Tensor;
  readonly lengths?: ModelLengths | undefined;
}

export interface ReadOptions {
  lengths?: ModelLengths | undefined;
}

/** Tokens or features, read by recurrent layers: what the ready models have in common. */
export abstract class SequenceModel extends Module {
  readonly embedding: Embedding | null;
  readonly inputDropout: Dropout;
  readonly cell: SequenceCell;
  readonly outputDropout: Dropout;
  readonly #where: string;
  readonly #readsIds: boolean;

  /** @param own names of the options that other models have not */
  constructor(
    where: string,
    own: readonly string[],
    options: SequenceModelOptions,
    first: Embedding | null = firstOf(where, options),
  ) {
    super();
    expectKnown(where, options, ["cell", "hiddenSize", ...own, ...INPUT_OPTIONS, ...cellOptions(where, options)]);
    const drawn = rngOf(options);
    this.#where = where;
    this.#readsIds = options.inputSize === undefined;
    this.embedding = first;
    this.inputDropout = new Dropout(options.inputDropout ?? 0, drawn);
    const inputSize = first?.dimension ?? options.inputSize ?? options.vocabularySize ?? 0;
    this.cell = makeCell(where, inputSize, options.hiddenSize, options);
    this.outputDropout = new Dropout(options.outputDropout ?? 0, drawn);
  }

  /**
   * What a call is told beside its input, which is looked at before anything is made of it.
   * @throws ValueError if an option is unknown; DTypeError, ShapeError unless x is ids where the model reads tokens
   */
  protected told<O extends object>(call: string, x: Tensor, options: O, known = READ_OPTIONS): O {
    const where = `${this.#where}.${call}`;
    if (this.#readsIds) expectIds(where, x);
    else expectTensor(where, "x", x);
    return expectKnown(where, options, known);
  }

  /** Outputs [B, T, D·P] of the last recurrent layer, and its final state. */
  protected read(x: Tensor, options: SequenceOptions<ModelState>): { output: Tensor; state: ModelState } {
    const vectors = this.embedding ? this.embedding.forward(x) : x;
    const input = isFloat(vectors.dtype) ? this.inputDropout.forward(vectors) : vectors;
    return runCell(this.cell, input, options);
  }
}

/** The generator among options, if there is one. */
export const rngOf = ({ rng }: { readonly rng?: Generator }): { rng?: Generator } => (rng ? { rng } : {});

/** The embedding that options ask for, if any. @throws ValueError unless they name one kind of input */
function firstOf(where: string, options: InputOptions & { rng?: Generator }): Embedding | null {
  const { inputSize, vocabularySize, embeddingSize, embedding } = options;
  const named = Object.entries({ inputSize, vocabularySize, embedding }).filter(([, value]) => value !== undefined);
  if (named.length !== 1) {
    throw new ValueError({
      where,
      what: "the input",
      expected: "one of inputSize, vocabularySize and embedding",
      received: named.length === 0 ? "none of them" : named.map(([name]) => name).join(" and "),
      remedy: "inputSize is for features [B, T, I], vocabularySize or embedding for tokens [B, T].",
    });
  }
  if (embeddingSize !== undefined && vocabularySize === undefined) {
    throw new ValueError({
      where,
      what: "embeddingSize",
      expected: "beside vocabularySize only",
      received: `beside ${named[0]?.[0]}`,
    });
  }
  if (embedding) return embedding;
  if (vocabularySize === undefined || embeddingSize === undefined) return null;
  return new Embedding(vocabularySize, embeddingSize, rngOf(options));
}
