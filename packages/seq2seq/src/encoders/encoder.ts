import { type LayerState, Module, type Tensor } from "@unroll/nn";

/** What an encoder makes of its sources: all that a decoder knows of them. */
export interface Encoded {
  /** A vector for each step [B, S, D], zeros past a row's length. */
  readonly memory: Tensor;
  /** True lengths [B] of u32, in steps of the memory; all S where absent. */
  readonly lengths: Tensor | undefined;
  /** The final state of each layer, the first layer's first: h [B, F], and of an LSTM c [B, F]. */
  readonly state: readonly LayerState[];
  /** Rows and columns of the image whose cells the S vectors of the memory are, in reading order. */
  readonly grid?: readonly [rows: number, columns: number] | undefined;
  /** Tokens of the decoder's vocabulary that the vectors of the memory stand for [B, S], where they stand for any. */
  readonly copyIds?: Tensor | undefined;
}

/** What of a source is there. */
export interface EncodeOptions {
  /** True lengths in steps, one for each row, 1 … S; all S when absent. */
  lengths?: ArrayLike<number> | Tensor | undefined;
  /**
   * What a decoder that copies says when it copies each step [B, S]: tokens of its vocabulary, or numbers from there on
   * for words that it lacks. The source's own tokens when absent.
   */
  copyIds?: Tensor | undefined;
}

/** Sizes of what an encoder gives, which decoders and bridges are built to. */
export interface EncodedSizes {
  /** D, features of a vector of the memory. */
  readonly memorySize: number;
  /** Features F of each layer's final state; none where the encoder has no state. */
  readonly stateSizes: readonly number[];
  /** Whether states have a cell. */
  readonly hasCell: boolean;
}

/** Reads sources into a memory that decoders attend to, and a state that they may start from. */
export abstract class Encoder extends Module implements EncodedSizes {
  abstract readonly memorySize: number;
  abstract readonly stateSizes: readonly number[];
  abstract readonly hasCell: boolean;

  /**
   * @param source tokens [B, S] of u32 or i32, or features [B, S, I]
   * @throws ShapeError if it is neither, or is empty
   * @throws ValueError if a length is no whole number from 1 to S, or a source is longer than allowed
   */
  abstract encode(source: Tensor, options?: EncodeOptions): Encoded;
}
