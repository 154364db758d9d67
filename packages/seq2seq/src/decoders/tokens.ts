import { ShapeError, ValueError } from "@unroll/kernels";
import { expectDType, formatShape, type Tensor } from "@unroll/nn";

/**
 * Rows of tokens, which are [B] or [B, T].
 * @param rows of the state; none where it is no state
 * @throws ValueError if it is none
 * @throws ShapeError if they are not, or are not of as many rows as the state
 * @throws DTypeError if they are no whole numbers
 */
export function expectTokens(where: string, tokens: Tensor, rank: 1 | 2, rows: number | undefined): number {
  if (rows === undefined) {
    const [expected, received] = ["what start gave, or the step before", "something else"];
    throw new ValueError({ where, what: "state", expected, received });
  }
  expectDType(where, { tokens }, "u32", "i32");
  if (tokens.rank === rank && tokens.shape[0] === rows && tokens.size > 0) return rows;
  throw new ShapeError({
    where,
    what: "tokens",
    expected: rank === 1 ? `[${rows}], one for each row of the state` : `[${rows}, T], a row for each of the state's`,
    received: formatShape(tokens.shape),
    remedy: rank === 1 ? "decode takes all tokens of a row at once." : "step takes the last token of each row.",
  });
}
