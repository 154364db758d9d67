import type { HardState } from "@unroll/attention";
import { Module, type Tensor } from "@unroll/nn";
import type { Encoded } from "../encoders";

/** What a decoder says after one more token. */
export interface DecoderStep<S> {
  /** Scores of the next token [B, V]. */
  readonly logits: Tensor;
  readonly state: S;
  /** How much each place of the memory was attended to [B, S]; none without attention. */
  readonly weights?: Tensor | undefined;
  /** What places drawn so far say about their gradient [B]; of hard attention only. */
  readonly draws?: HardState | undefined;
  /** Steps that may follow, where there are places for so many only. */
  readonly stepsLeft?: number | undefined;
}

/** What a decoder says after each of T tokens. */
export interface Decoding<S> {
  /** [B, T, V] */
  readonly logits: Tensor;
  /** After the last of them. */
  readonly state: S;
  /** [B, T, S]; none without attention. */
  readonly weights?: Tensor | undefined;
  /** What places drawn so far say about their gradient, after each step [B, T]; of hard attention only. */
  readonly draws?: HardState | undefined;
}

/**
 * Makes sequences of what an encoder gave. One interface for all, with or without recurrence and attention: training runs
 * `decode` over the steps of a batch, search calls `step`, and both give the same numbers.
 *
 * A state is a tensor whose first axis is the rows, or records and lists of such; anything in it that belongs to no row is
 * behind a function. So a search may repeat its rows, drop them, and put them in another order.
 */
export abstract class Decoder<S = unknown> extends Module {
  /** V, tokens that it may say. */
  abstract readonly vocabularySize: number;

  /**
   * Whether a step reads what the one before made, so that what it made may be changed between the two, as scheduled sampling
   * does.
   */
  get isRecurrent(): boolean {
    return true;
  }

  /** What there is before the first token. */
  abstract start(encoded: Encoded): S;

  /**
   * One token more.
   * @param tokens the last token of each row [B], u32 or i32
   * @throws ShapeError if there is not one for each row
   */
  abstract step(state: S, tokens: Tensor): DecoderStep<S>;

  /**
   * All tokens that are given, at once: what `step` says after each of them.
   * @param tokens [B, T], u32 or i32
   */
  abstract decode(state: S, tokens: Tensor): Decoding<S>;

  /** Teacher forcing: logits [B, T, V] of what comes after each of the tokens [B, T]. */
  forward(state: S, tokens: Tensor): Tensor {
    return this.decode(state, tokens).logits;
  }
}
